"""References over the operational store: what documents name is looked up where people saved it."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date

import pyarrow as pa

from segments.conditions.read import loads
from segments.references import Exclusion, IdList, ReferenceFault, SavedSegment
from store import SegmentVersion, Store, UnitOfWork, UploadedList

KEPT_LISTS = 8
ReadIds = Callable[[UnitOfWork, UploadedList], pa.Array]


def read_ids(work: UnitOfWork, found: UploadedList) -> pa.Array:
    """The members of a list as an Arrow array of text."""
    return pa.array(work.lists.members(found.id), pa.string())


def no_ids(work: UnitOfWork, found: UploadedList) -> pa.Array:  # noqa: ARG001 - the form of ReadIds
    """No members: for whoever checks a document and asks nothing of the release."""
    return pa.array([], pa.string())


class WorkReferences:
    """References within one transaction. `on` is the business date on which lists have to be valid.

    It is the release's own date, not the machine's clock: one release answers a document one way.
    """

    def __init__(self, work: UnitOfWork, on: date, ids: ReadIds = read_ids) -> None:
        self._work, self._on, self._ids = work, on, ids

    def segment(self, segment_id: str, version: int | None) -> SavedSegment | None:
        """That version, or the newest. Raises ReferenceFault for an archived segment without a version."""
        found = self._work.segments.version(segment_id, version)
        if found is None:
            return None
        head = self._work.segments.get(segment_id)
        if version is None and head is not None and head.archived_at is not None:
            raise ReferenceFault(f"the segment {segment_id} is archived", "archived_segment")
        return saved_segment(found)

    def id_list(self, list_id: str) -> IdList | None:
        """The list with its ids. Raises ReferenceFault for a deleted or expired one."""
        found = self._work.lists.get(list_id)
        if found is None:
            return None
        require_usable(found, self._on)
        return IdList(found.id, found.entity, found.content_hash, self._ids(self._work, found))

    def keeps_stop_lists(self) -> bool:
        """No: the store has no place for them."""
        return False

    def exclusions(self, entity: str) -> tuple[Exclusion, ...]:  # noqa: ARG002 - the form of References
        """None: the store holds no stop-lists."""
        return ()


class StoreReferences:
    """References for questions: each look-up is a short transaction of its own. Safe between threads."""

    def __init__(self, store: Store, on: date) -> None:
        self._store, self._on = store, on
        self._kept = _Kept()

    def segment(self, segment_id: str, version: int | None) -> SavedSegment | None:
        """As WorkReferences."""
        with self._store.reading() as work:
            return WorkReferences(work, self._on).segment(segment_id, version)

    def id_list(self, list_id: str) -> IdList | None:
        """As WorkReferences; the ids are read once, as they never change."""
        with self._store.reading() as work:
            return WorkReferences(work, self._on, self._kept.ids).id_list(list_id)

    def keeps_stop_lists(self) -> bool:
        """No: the store has no place for them."""
        return False

    def exclusions(self, entity: str) -> tuple[Exclusion, ...]:
        """As WorkReferences."""
        with self._store.reading() as work:
            return WorkReferences(work, self._on).exclusions(entity)


class _Kept:
    """Ids of the lists used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrays: OrderedDict[tuple[str, str], pa.Array] = OrderedDict()

    def ids(self, work: UnitOfWork, found: UploadedList) -> pa.Array:
        key = (found.id, found.content_hash)
        with self._lock:
            if key not in self._arrays:
                self._arrays[key] = read_ids(work, found)
            self._arrays.move_to_end(key)
            while len(self._arrays) > KEPT_LISTS:
                self._arrays.popitem(last=False)
            return self._arrays[key]


def saved_segment(version: SegmentVersion) -> SavedSegment:
    """A stored version as documents refer to it."""
    return SavedSegment(version.segment_id, version.version, loads(version.document))


def require_usable(found: UploadedList, on: date) -> None:
    """Raise ReferenceFault for a list that was deleted, or has expired by that date."""
    if found.deleted_at is not None:
        raise ReferenceFault(f"the list {found.id} was deleted", "deleted_list")
    if found.expires_on is not None and found.expires_on <= on:
        raise ReferenceFault(f"the list {found.id} expired on {found.expires_on}", "expired_list")
