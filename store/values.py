"""What the store gives and takes: plain values, so that nobody outside sees a database row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    """A person, a system or a named service. `rights` is JSON that the composition root turns into an
    actor.
    """

    name: str
    rights: Mapping[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Role:
    """Rights under a name."""

    name: str
    rights: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the store knows it: never the key itself, only what tells keys apart."""

    key_id: int
    user: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class LoadEntry:
    """A load of raw in the ledger. Rows of the file = accepted + rejected + duplicates."""

    load_id: str
    dataset: str
    source: str
    known_from: date
    file_name: str
    content_sha256: str
    accepted: int
    rejected: int
    duplicates: int
    supersedes: str | None = None
    loaded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """A file that could not be loaded, until it could."""

    source: str
    dataset: str
    file: str
    message: str
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the pipeline. `state` is running, done, failed or abandoned (its process died)."""

    run_id: str
    started_at: datetime
    state: str = "running"
    finished_at: datetime | None = None
    message: str = ""
    release_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what. `at` is the database's clock."""

    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]
    at: datetime
