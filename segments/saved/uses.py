"""What a document may refer to when it is saved, beyond what any question may."""

from collections.abc import Iterator

from segments.conditions.nodes import Document
from segments.conditions.problems import Problem
from segments.saved.documents import referred_segments
from store import Segment, SegmentUse, UnitOfWork


def use_problems(work: UnitOfWork, document: Document, own: Segment | None) -> Iterator[Problem]:
    """New uses of archived segments, and references that lead back to the segment itself."""
    for reference in referred_segments(document.where):
        found = work.segments.version(reference.segment, reference.version)
        if found is None:
            continue  # the checker has said so, as it does of archived ones without a version
        use = SegmentUse(found.segment_id, found.version)
        if own is not None and own.id in {one.id for one in _reached(work, use)}:
            message = f"the segment {use.id} refers to {own.id} itself: a circle"
            yield Problem(reference.path, message, "cycle")
        elif reference.version and _is_archived(work, use.id) and not _had(work, use, own):
            message = f"the segment {use.id} is archived: it can't be used anew"
            yield Problem(reference.path, message, "archived_segment")


def _reached(work: UnitOfWork, start: SegmentUse) -> set[SegmentUse]:
    """A version with everything it refers to, directly or through others."""
    seen: set[SegmentUse] = set()
    waiting = [start]
    while waiting:
        use = waiting.pop()
        if use not in seen:
            seen.add(use)
            waiting += work.segments.uses_of(use)
    return seen


def _is_archived(work: UnitOfWork, segment_id: str) -> bool:
    found = work.segments.get(segment_id)
    return found is not None and found.archived_at is not None


def _had(work: UnitOfWork, use: SegmentUse, own: Segment | None) -> bool:
    """Whether the newest version refers to it already: a use that goes on."""
    return own is not None and use in work.segments.uses_of(SegmentUse(own.id, own.version))
