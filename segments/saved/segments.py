"""Saved segments: checked, pinned, versioned. What a version says never changes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from segments.conditions.canonical import document_hash
from segments.conditions.lint import Finding, lint
from segments.conditions.read import loads, parse
from segments.saved.errors import ConflictError, ForbiddenError, UnknownError
from segments.saved.references import saved_segment
from segments.saved.saving import Order, Saved, found_problems, pinned, save
from store import Segment, SegmentUse, SegmentVersion, Store, TakenError, UnitOfWork
from warehouse.access import Actor
from warehouse.releases.model import Release


@dataclass(frozen=True, slots=True)
class Opened:
    """One version of a segment, its document as `conditions.read.loads` gives it."""

    segment: Segment
    version: SegmentVersion
    document: dict[str, Any]


class SavedSegments:
    """The saved segments of a deployment as one release can answer them. Safe to use from several threads."""

    def __init__(self, store: Store, release: Release) -> None:
        self._store, self._release = store, release

    def save(
        self,
        document: Mapping[str, Any],
        actor: Actor,
        *,
        segment_id: str | None = None,
        name: str | None = None,
    ) -> Saved:
        """Keep a document as the next version of `segment_id`, or as a new segment.

        `name` comes before the document's own. References without a version are pinned to the newest.
        Raises DocumentError, ConflictError, InputError.
        """
        with self._changing(actor) as work:
            return save(work, self._release, actor, Order(document, segment_id, name))

    def all(self, *, archived: bool = False) -> tuple[Segment, ...]:
        """Segments by name; archived ones only when asked for."""
        with self._store.reading() as work:
            return tuple(found for found in work.segments.all() if archived or found.archived_at is None)

    def history(self, segment_id: str) -> tuple[Segment, tuple[SegmentVersion, ...], tuple[SegmentUse, ...]]:
        """A segment, its versions (the oldest first), versions of others that use it. Raises UnknownError."""
        with self._store.reading() as work:
            found = _known(work, segment_id)
            return found, work.segments.versions(segment_id), work.segments.users(segment_id)

    def open(self, segment_id: str, version: int | None, actor: Actor) -> Opened:
        """One version (None = the newest) with its document.

        Raises UnknownError, and ForbiddenError where it asks for attributes that the actor may not see.
        """
        with self._store.reading() as work:
            head, found = _known(work, segment_id), work.segments.version(segment_id, version)
            if found is None:
                raise UnknownError(f"the segment {segment_id} has no version {version}")
            document = loads(found.document)
            problems = found_problems(work, self._release, parse(document), actor)
        hidden = [problem.message for problem in problems if problem.code == "forbidden_attribute"]
        if hidden:
            raise ForbiddenError(f"the segment {segment_id} can't be opened: {hidden[0]}")
        return Opened(head, found, document)

    def archive(self, segment_id: str, actor: Actor) -> None:
        """Keep it from new uses; uses there are go on. Raises UnknownError, ConflictError."""
        with self._changing(actor) as work:
            if _known(work, segment_id).archived_at is not None:
                raise ConflictError(f"the segment {segment_id} is archived already")
            work.segments.archive(segment_id)

    def delete(self, segment_id: str, actor: Actor) -> None:
        """Remove it. Raises UnknownError, and ConflictError naming the segments that use it."""
        with self._changing(actor) as work:
            _known(work, segment_id)
            work.segments.delete(segment_id)

    def lint(self, document: Mapping[str, Any], own_id: str | None = None) -> tuple[Finding, ...]:
        """Remarks on a valid document; segments that say the same are among them, `own_id` is not."""
        with self._store.reading() as work:
            parsed = parse(pinned(work, document, parse(document)))
            equal = work.segments.with_hash(document_hash(parsed))
        others = [saved_segment(one) for one in equal if one.segment_id != own_id]
        return lint(parsed, self._release.catalog, others)

    @contextmanager
    def _changing(self, actor: Actor) -> Iterator[UnitOfWork]:
        """One transaction; what the store refuses is a conflict with somebody else's change."""
        try:
            with self._store.unit_of_work(actor.name) as work:
                yield work
        except TakenError as error:
            raise ConflictError(str(error)) from error


def _known(work: UnitOfWork, segment_id: str) -> Segment:
    found = work.segments.get(segment_id)
    if found is None:
        raise UnknownError(f"there is no segment {segment_id}")
    return found
