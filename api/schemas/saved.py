"""Saved segments and uploaded lists."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from api.schemas.segments import SegmentDocument


class SavedSegment(BaseModel):
    """A saved segment as it stands now."""

    id: str = Field(examples=["slow-data-users"])
    name: str
    description: str
    owner: str
    entity: str = Field(description="What the newest version counts", examples=["customer"])
    version: int = Field(description="The newest version")
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None = Field(description="Since when it can't be used anew")


class SavedSegments(BaseModel):
    """Saved segments by name."""

    segments: list[SavedSegment]


class SaveResult(SavedSegment):
    """What a save came to."""

    hash: str = Field(description="Hash of the canonical form")
    changed: bool = Field(description="False: the newest version said the same, no new one was made")


class VersionInfo(BaseModel):
    """One version of a segment; it never changes."""

    version: int
    author: str
    created_at: datetime
    hash: str
    catalog_version: str


class Use(BaseModel):
    """A version of another segment that refers to it."""

    id: str
    version: int


class SegmentHistory(SavedSegment):
    """A segment with its versions, the oldest first, and where it is used."""

    versions: list[VersionInfo]
    used_by: list[Use]


class SegmentVersion(VersionInfo):
    """One version with its document, numbers exact, references pinned."""

    id: str
    document: SegmentDocument


class Key(StrEnum):
    """What a file names customers by: their id, or a kind of identifier."""

    CUSTOMER_ID = "customer_id"
    MSISDN = "msisdn"
    PHONE = "phone"
    EMAIL = "email"
    TELEGRAM = "telegram"
    INSTAGRAM = "instagram"
    APP_ID = "app_id"
    TAX_ID = "tax_id"
    ACCOUNT = "account"


class Encoding(StrEnum):
    """How the text of an uploaded file is encoded."""

    UTF8 = "utf-8"
    CP1251 = "cp1251"


class UploadedList(BaseModel):
    """An uploaded list; rows = accepted + rejected + duplicates + unknown."""

    id: str = Field(examples=["vip-guests"])
    name: str
    entity: str
    key: str
    owner: str
    file: str
    rows: int
    accepted: int
    rejected: int
    duplicates: int
    unknown: int
    ambiguous: int = Field(description="Of the rejected: rows whose key several customers have")
    created_at: datetime
    expires_on: date | None = Field(description="From this business date on it can't be used")
    deleted_at: datetime | None


class UploadedLists(BaseModel):
    """Lists by name."""

    lists: list[UploadedList]


class ProblemRow(BaseModel):
    """A row of the file that gave no member."""

    line: int = Field(description="Line of the file, 1 = first")
    outcome: str = Field(examples=["rejected", "unknown"])
    value: str
    reason: str


class ListReport(UploadedList):
    """A list with the first rows that gave no member, and the segments that use it."""

    problem_rows: list[ProblemRow] = Field(description="The first of them; the counts are of all")
    used_by: list[Use]
