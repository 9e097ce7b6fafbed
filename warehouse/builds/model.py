"""What a build reads, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from warehouse.errors import InputError

SENT_WHOLE = ("full", "snapshot")
"""Modes in which the newest load of a source says everything: what is not in it is no more."""


class BuildError(InputError):
    """The loaded data can't become a release; the message says what does not hold."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Columns of a data set in raw with their storage types, in order; `key` identifies a row sent again.

    `measures` are the columns whose sums must agree in raw and mart, `mart` the table that holds its rows.
    Where that table holds others too, `mart_part` is the SQL condition that tells its own.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    measures: tuple[str, ...] = ()
    mart: str = ""
    mart_part: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """One load of raw. Loads are given in order: a later one is newer. `mode` is append, upsert, full or snapshot.

    `slot`: what the load holds the place of; a newer load of the same slot replaces its rows (None = no load
    does). `period`: the first day of the day or month that the load is about, and the day after it. `part` tells
    the files of one day or period apart. `packed`: its files hold other loads too, see packed.py. `key`: columns whose
    values no two of its `rows` rows have in common (none: not known of any).
    """

    dataset: str
    source: str
    load_id: str
    known_from: date
    mode: str
    files: tuple[Path, ...]
    slot: str | None = None
    period: tuple[date, date] | None = None
    part: str = ""
    packed: bool = False
    key: tuple[str, ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Extension:
    """A data set of the deployment's own, keyed by customer; its columns (name -> type) join the profile."""

    name: str
    columns: Mapping[str, str]

    @property
    def table(self) -> str:
        """Its table in the build database, and the name under which its loads are listed."""
        return f"extension_{self.name}"

    def dataset(self) -> Dataset:
        """The same as a data set of raw."""
        return Dataset(self.table, ("customer_id",), {"customer_id": "VARCHAR", **self.columns})


@dataclass(frozen=True, slots=True)
class Claim:
    """A source's word about an attribute of customers: the column of its data set that holds it."""

    source: str
    dataset: str
    column: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """An attribute of customers that more than one source claims. `sources`: who is believed, the first before all
    others.

    `type` is its storage type, `folded` whether a folded copy stands beside it; `shown`: everybody who may see a
    customer may see its values.
    """

    attribute: str
    type: str
    folded: bool
    shown: bool
    sources: tuple[str, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far raw may be from a total that sources state: rows that did not enter, and the declared tolerance."""

    left_out: Decimal
    tolerance_percent: Decimal
