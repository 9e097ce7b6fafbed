"""What a data set says about the system that it is fetched from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from warehouse.errors import InputError


class UnavailableError(InputError):
    """Nothing could be fetched: the source is down, refuses us, or answers with something else than data.

    What was loaded before stays in use; the next ingestion fetches from where raw ends.
    """


class DownError(UnavailableError):
    """The source does not answer at all: asking it for other data sets now would only keep everybody waiting."""


@dataclass(frozen=True, slots=True)
class DatabaseCursor:
    """The column whose value grows with every new or changed row."""

    column: str


@dataclass(frozen=True, slots=True)
class Database:
    """A table or query of a database. Exactly one of `table` and `query` is set.

    `url` and `query` may hold `${NAME}`, `url` also `{store}`, `{data}` and `{home}`. `chunk_rows`: about how
    many rows one landing file holds. `by_day`: a landing file ends where the day of the cursor ends. `zone`: that of
    moments without an offset, if it is not the deployment's.
    """

    url: str
    table: str | None
    query: str | None
    cursor: DatabaseCursor | None
    chunk_rows: int
    by_day: bool
    timeout_s: int
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class RestCursor:
    """`field` of a record grows with every new or changed record; its highest value is sent as `parameter`.

    `start` is sent the first time, when raw holds nothing.
    """

    field: str
    parameter: str
    start: str | None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for: one answer, tries, pause before the second try (it doubles), altogether.

    `pause_between_s` keeps requests apart (a server's rate limit).
    """

    timeout_s: float = 30.0
    attempts: int = 5
    backoff_s: float = 1.0
    total_s: float = 300.0
    pause_between_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Paging:
    """How the next page is found. `kind` is one of those in `declaration.PAGING`; `options` are its keys."""

    kind: str
    options: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Auth:
    """Who we are to the server. `options` may hold `${NAME}`."""

    kind: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rest:
    """An endpoint that answers with pages of JSON; `records` is the path to the list in a page, empty = the page."""

    url: str
    records: tuple[str, ...]
    params: Mapping[str, str]
    headers: Mapping[str, str]
    auth: Auth | None
    paging: Paging
    cursor: RestCursor | None
    patience: Patience


Connector = Database | Rest
