"""Saved segments and uploaded lists in the shapes of the API."""

from collections.abc import Sequence
from typing import Any

from api.schemas import saved as schemas
from segments.answers import plain
from segments.saved import Opened, Saved
from store import ListRow, Segment, SegmentUse, SegmentVersion, UploadedList


def segment_of(segment: Segment) -> schemas.SavedSegment:
    """A segment without its document."""
    return schemas.SavedSegment(**_head(segment))


def result_of(saved: Saved) -> schemas.SaveResult:
    """What a save came to."""
    digest = saved.version.document_hash
    return schemas.SaveResult(**_head(saved.segment), hash=digest, changed=saved.changed)


def history_of(
    segment: Segment, versions: Sequence[SegmentVersion], users: Sequence[SegmentUse]
) -> schemas.SegmentHistory:
    """A segment with its versions and uses."""
    made = [schemas.VersionInfo(**_version(one)) for one in versions]
    return schemas.SegmentHistory(**_head(segment), versions=made, used_by=_uses(users))


def version_of(opened: Opened) -> dict[str, Any]:
    """One version as `schemas.SegmentVersion`, the document's numbers as they are."""
    version = {name: plain(value) for name, value in _version(opened.version).items()}
    return {"id": opened.segment.id} | version | {"document": opened.document}


def list_of(found: UploadedList) -> schemas.UploadedList:
    """A list without its rows."""
    return schemas.UploadedList(**_list(found))


def report_of(
    found: UploadedList, rows: Sequence[ListRow], users: Sequence[SegmentUse]
) -> schemas.ListReport:
    """A list with the rows that gave no member."""
    problem_rows = [
        schemas.ProblemRow(line=row.line, outcome=row.outcome, value=row.value, reason=row.reason)
        for row in rows
    ]
    return schemas.ListReport(**_list(found), problem_rows=problem_rows, used_by=_uses(users))


def _head(segment: Segment) -> dict[str, Any]:
    names = ("id", "name", "description", "owner", "entity", "version")
    moments = ("created_at", "changed_at", "archived_at")
    return {name: getattr(segment, name) for name in (*names, *moments)}


def _version(version: SegmentVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "author": version.author,
        "created_at": version.created_at,
        "hash": version.document_hash,
        "catalog_version": version.catalog_version,
    }


def _list(found: UploadedList) -> dict[str, Any]:
    names = ("id", "name", "entity", "key", "owner", "created_at", "expires_on", "deleted_at")
    counts = ("rows", "accepted", "rejected", "duplicates", "unknown", "ambiguous")
    made = {name: getattr(found, name) for name in names}
    return made | {name: getattr(found.counts, name) for name in counts} | {"file": found.file_name}


def _uses(users: Sequence[SegmentUse]) -> list[schemas.Use]:
    return [schemas.Use(id=use.id, version=use.version) for use in users]
