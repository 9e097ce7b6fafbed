"""What a release is: an immutable, complete, consistent set of tables and the manifest that describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from warehouse.catalog.model import Catalog


@dataclass(frozen=True, slots=True)
class TablePart:
    """The rows of one month of a table, or all of them; see `layout`. `file` is relative to the deployment folder."""

    name: str
    version: str
    rows: int
    file: str


@dataclass(frozen=True, slots=True)
class TableVersion:
    """One table as of one content. `version` names the content; equal parts are stored once.

    `parts` are Parquet files, each in the order of its rows; `cache` is the scan cache made from them (a copy that can
    be rebuilt), relative to the deployment folder, or None: a table by month is scanned as it lies. `columns` maps a
    column's name to its storage type in the words of the file format's reader (`UINTEGER`, `DECIMAL(18,2)`, `DATE`
    ...), in order. `key`: by which columns the change feed names rows.
    """

    name: str
    version: str
    columns: Mapping[str, str]
    sorted_by: tuple[str, ...]
    key: tuple[str, ...]
    parts: tuple[TablePart, ...]
    cache: str | None

    @property
    def rows(self) -> int:
        """Of all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def files(self) -> tuple[str, ...]:
        """Parquet files, relative to the deployment folder."""
        return tuple(part.file for part in self.parts)


@dataclass(frozen=True, slots=True)
class Untold:
    """Days of which a data set of a source tells nothing: [first, before). None: all days before, or from then on."""

    source: str
    dataset: str
    first: date | None
    before: date | None

    def within(self, start: date | None, before: date) -> bool:
        """Whether one of the days from `start` (None = the beginning) to before `before` is one of them."""
        begun = self.first is None or self.first < before
        return begun and (self.before is None or start is None or start < self.before)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days for which a fact is complete: [complete_from, complete_before); None = nothing is.

    `untold`: what is missing outside of them, by source. `unowned`: how many rows are no known customer's.
    """

    complete_from: date | None
    complete_before: date | None
    untold: tuple[Untold, ...] = ()
    unowned: int = 0


@dataclass(frozen=True, slots=True)
class SourceState:
    """How fresh one data set of one source is in this release."""

    source: str
    dataset: str
    known_from: date
    loads: int
    accepted: int
    rejected: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A number counted at the source, in raw and in the mart.

    Raw and mart must be equal; `source` less `left_out` (rows that were rejected or came twice) may differ from raw
    by `tolerance_percent`. None = not stated, not in a mart; in raw: no row has a value (no source maps the column)
    and none is stated, so that there is nothing to compare.
    """

    name: str
    source: Decimal | None
    raw: Decimal | None
    mart: Decimal | None
    left_out: Decimal = Decimal()
    tolerance_percent: Decimal = Decimal()

    @property
    def compared(self) -> bool:
        """Whether there was anything to compare."""
        return self.raw is not None or self.mart is not None

    @property
    def source_agrees(self) -> bool:
        """Whether what the source states is in raw, as far as it was declared to be."""
        if self.source is None:
            return True
        off = abs(self.source - self.left_out - (self.raw or Decimal()))
        return off * 100 <= abs(self.source) * self.tolerance_percent

    @property
    def mart_agrees(self) -> bool:
        """Whether nothing got lost or was added on the way from raw to the mart."""
        return self.mart is None or self.mart == self.raw


@dataclass(frozen=True, slots=True)
class Manifest:
    """Description of a release. `as_of` is the business date whose start the profile describes.

    `known_on` is the latest `known_from` of anything in it. `hash_function` says how table versions were computed.
    """

    release_id: str
    as_of: date
    known_on: date
    time_zone: str
    catalog_version: str
    hash_function: str
    tables: Mapping[str, TableVersion]
    facts: Mapping[str, Coverage]
    sources: tuple[SourceState, ...]
    control_totals: tuple[ControlTotal, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """An open release: a reader keeps the one it opened, whatever is published afterwards."""

    home: Path
    manifest: Manifest
    catalog: Catalog
