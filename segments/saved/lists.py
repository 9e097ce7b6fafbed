"""Uploaded lists: a file of keys becomes a named, unchanging list of customers."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from segments.identity import may_identify
from segments.saved.errors import ConflictError, UnknownError
from segments.saved.naming import clean_name, free_id, name_key
from segments.saved.resolve import CUSTOMER_ID, require_key, resolve
from segments.saved.sorting import Sorted, sort_rows
from segments.service import SegmentService
from store import ListRow, SegmentUse, Store, TakenError, UnitOfWork, UploadedList
from warehouse.access import Actor
from warehouse.catalog.model import CUSTOMER
from warehouse.errors import InputError
from warehouse.files.keys import KeyFile, read_keys


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: bytes, how they are written, what the list is to be called, when it ends."""

    content: bytes
    form: KeyFile
    name: str
    expires_on: date | None = None


class UploadedLists:
    """The uploaded lists of a deployment as one release can answer them. Safe to use from several threads."""

    def __init__(self, store: Store, service: SegmentService) -> None:
        self._store, self._service = store, service

    def upload(self, upload: Upload, actor: Actor) -> UploadedList:
        """Keep the customers whom the rows name. What the actor can't see is unknown.

        Raises FileError and InputError for a file or key that can't be used, or where no row names a
        customer; ConflictError for a name that is taken.
        """
        name, form = clean_name(upload.name), upload.form
        if upload.expires_on is not None and upload.expires_on <= self._service.release.manifest.as_of:
            raise InputError(f"the list would have expired on {upload.expires_on} already")
        require_key(self._service, form.key)
        rows = read_keys(upload.content, form)
        resolved = resolve(self._service, form.key, [row.value for row in rows], actor)
        made = sort_rows(rows, resolved, form.key)
        _require_members(made, form)
        new = UploadedList(
            id="",
            name=name,
            name_key=name_key(name),
            entity=CUSTOMER,
            key=form.key,
            owner=actor.name,
            file_name=form.name,
            content_hash=_content_hash(made.members),
            counts=made.counts,
            expires_on=upload.expires_on,
        )
        return self._add(new, made, actor)

    def all(self) -> tuple[UploadedList, ...]:
        """Lists that were not deleted, by name."""
        with self._store.reading() as work:
            return work.lists.all()

    def get(self, list_id: str) -> tuple[UploadedList, tuple[SegmentUse, ...]]:
        """A list (a deleted one too) and the versions of segments that use it. Raises UnknownError."""
        with self._store.reading() as work:
            return _known(work, list_id), work.segments.users_of_list(list_id)

    def rows(self, list_id: str, actor: Actor, limit: int | None = None) -> tuple[ListRow, ...]:
        """Rejected and unknown rows in the order of the file. Raises UnknownError.

        The values are hidden from whoever may not see the key and did not upload the list.
        """
        with self._store.reading() as work:
            found, rows = _known(work, list_id), work.lists.rows(list_id, limit)
        if found.owner == actor.name or self._may_see(found.key, actor):
            return rows
        return tuple(replace(row, value="***") for row in rows)

    def delete(self, list_id: str, actor: Actor) -> None:
        """Remove the members; documents that name the list are refused from then on. Raises UnknownError."""
        with self._changing(actor) as work:
            if _known(work, list_id).deleted_at is not None:
                raise ConflictError(f"the list {list_id} was deleted already")
            work.lists.delete(list_id)

    def _add(self, new: UploadedList, made: Sorted, actor: Actor) -> UploadedList:
        with self._changing(actor) as work:
            holder = work.lists.named(new.name_key)
            if holder is not None:
                raise ConflictError(f"the name “{new.name}” is taken by the list {holder.id}")
            named = replace(new, id=free_id(new.name, "list", lambda one: work.lists.get(one) is not None))
            work.lists.add(named, made.members, made.rows)
            return _known(work, named.id)

    def _may_see(self, key: str, actor: Actor) -> bool:
        return key == CUSTOMER_ID or may_identify(self._service, actor)

    @contextmanager
    def _changing(self, actor: Actor) -> Iterator[UnitOfWork]:
        try:
            with self._store.unit_of_work(actor.name) as work:
                yield work
        except TakenError as error:
            raise ConflictError(str(error)) from error


def _known(work: UnitOfWork, list_id: str) -> UploadedList:
    found = work.lists.get(list_id)
    if found is None:
        raise UnknownError(f"there is no list {list_id}")
    return found


def _require_members(made: Sorted, form: KeyFile) -> None:
    """An empty list would make a condition that holds for nobody without saying so."""
    if made.counts.accepted:
        return
    first: Sequence[ListRow] = made.rows[:3]
    why = "; ".join(f"line {row.line}: {row.reason}" for row in first)
    raise InputError(f"{form.name}: none of the {made.counts.rows} rows names a customer ({why})")


def _content_hash(members: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()
