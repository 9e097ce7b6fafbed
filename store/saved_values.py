"""Saved segments and uploaded lists as the store gives and takes them."""

from dataclasses import dataclass
from datetime import date, datetime


class TakenError(ValueError):
    """Somebody else's save has the id, name or version number, or others still use what is to go."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved segment as it stands now. `version` is the newest, `entity` what that version counts."""

    id: str
    name: str
    description: str
    owner: str
    version: int
    entity: str
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SegmentHead:
    """What is said about a segment beside its versions. Names with one `name_key` are the same name."""

    id: str
    name: str
    name_key: str
    description: str


@dataclass(frozen=True, slots=True)
class SegmentUse:
    """A version of a segment that something refers to."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version about to be kept: the document as JSON text, and what it refers to."""

    document: str
    document_hash: str
    entity: str
    catalog_version: str
    segments: tuple[SegmentUse, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """One version; it never changes."""

    segment_id: str
    version: int
    document: str
    document_hash: str
    entity: str
    author: str
    catalog_version: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What became of the rows of an upload: rows = accepted + rejected + duplicates + unknown.

    `ambiguous` are those of the rejected whose key several customers have.
    """

    rows: int
    accepted: int
    rejected: int
    duplicates: int
    unknown: int
    ambiguous: int = 0


@dataclass(frozen=True, slots=True)
class UploadedList:
    """An uploaded list without its members. `content_hash` names the set of members.

    `key` is what the file named its rows by. From `expires_on` on the list can't be used.
    """

    id: str
    name: str
    name_key: str
    entity: str
    key: str
    owner: str
    file_name: str
    content_hash: str
    counts: ListCounts
    expires_on: date | None = None
    created_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row that gave no member. `outcome` is rejected or unknown; `line` is that of the file (1 = first)."""

    line: int
    outcome: str
    value: str
    reason: str
