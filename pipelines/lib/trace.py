"""From a value of the profile back to the rows of raw that it was made from."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.ingest.canonical import canonical_datasets as ingested_datasets
from pipelines.ingest.raw import list_loads
from pipelines.lib.canonical import canonical_datasets
from pipelines.lib.inputs import BuildInputs, read_inputs
from warehouse.builds.origin import Origins
from warehouse.builds.raw_rows import SourceRow
from warehouse.catalog.model import CUSTOMER, Attribute, Catalog, Fact
from warehouse.errors import InputError
from warehouse.settings import Settings

MONTH = re.compile(r"(?P<prefix>.+_)(?P<year>\d{4})_(?P<month>\d{2})")
NAME = re.compile(r"[a-z_]+(\.[a-z_]+)?")


class TraceError(InputError):
    """There is no such attribute, or nothing says where it comes from."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attribute comes from: a data set, and the column in question (None = the rows themselves)."""

    dataset: str
    column: str | None

    @property
    def name(self) -> str:
        """As lineage writes it."""
        return self.dataset if self.column is None else f"{self.dataset}.{self.column}"


@dataclass(frozen=True, slots=True)
class Traced:
    """Rows behind one value: those of the data sets in `origins`, oldest first. `files`: load id -> file name.

    Of the data sets in `shared` rows do not say whose they are. `month`: only what happened then is meant.
    """

    attribute: str
    origins: tuple[Origin, ...]
    rows: tuple[SourceRow, ...]
    files: Mapping[str, str]
    shared: tuple[str, ...] = ()
    month: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "attribute": self.attribute,
            "lineage": [origin.name for origin in self.origins],
            "month": self.month.isoformat() if self.month else None,
            "not_by_customer": list(self.shared),
            "rows": [
                {
                    "dataset": row.dataset,
                    "source": row.load.source,
                    "file": self.files[row.load.load_id],
                    "load_id": row.load.load_id,
                    "row": row.row,
                    "known_from": row.load.known_from.isoformat(),
                    "state": row.state,
                    "values": {name: value for name, value in row.values.items() if value is not None},
                }
                for row in self.rows
            ],
        }


def trace(settings: Settings, customer_id: str, attribute: str) -> Traced:
    """The rows of raw, as it is now, behind an attribute of a customer; `attribute` may be a month's column too.

    Raises TraceError for an attribute that is none.
    """
    inputs = read_inputs(settings)
    origins, month = find_origins(inputs.catalog, attribute, _extension_columns(inputs))
    datasets = [*canonical_datasets(), *(extension.dataset() for extension in inputs.extensions)]
    known = {dataset.name: dataset for dataset in datasets}
    wanted = tuple(dict.fromkeys(origin.dataset for origin in origins if origin.dataset in known))
    found = Origins(datasets, inputs.loads, settings.resources)
    rows = found.rows(customer_id, wanted)
    if month is not None:
        rows = tuple(row for row in rows if _happened_in(row, month))
    return Traced(
        attribute=attribute,
        origins=origins,
        rows=rows,
        files={load.load_id: load.file_name for load in list_loads(settings.home)},
        shared=tuple(name for name in wanted if not found.can_say(name)),
        month=month,
    )


def find_origins(
    catalog: Catalog, attribute: str, extensions: Mapping[str, str]
) -> tuple[tuple[Origin, ...], date | None]:
    """What the catalogue says an attribute of the profile is made from, and the month that its name says."""
    found = catalog.entities[CUSTOMER].attributes.get(attribute)
    if found is not None:
        return tuple(_origins_of(found, extensions)), None
    series = _measure_of(catalog, attribute)
    if series is None:
        raise TraceError(f"the profile has no attribute {attribute}; `vitrina segment attributes` lists them")
    fact, measure, month = series
    return tuple(_parsed(fact.measures[measure].lineage)), month


def _origins_of(attribute: Attribute, extensions: Mapping[str, str]) -> Iterable[Origin]:
    if attribute.column is not None and attribute.column in extensions:
        return [Origin(extensions[attribute.column], attribute.column)]
    return _parsed(attribute.lineage)


def _parsed(lineage: str) -> Iterable[Origin]:
    for part in (part.strip() for part in lineage.split(",")):
        if not NAME.fullmatch(part):
            raise TraceError(f"lineage {lineage!r} names no data set")
        dataset, _, column = part.partition(".")
        yield Origin(dataset, column or None)


def _extension_columns(inputs: BuildInputs) -> dict[str, str]:
    """Column of the profile -> the extension's table that brings it."""
    return {column: extension.table for extension in inputs.extensions for column in extension.columns}


def _measure_of(catalog: Catalog, column: str) -> tuple[Fact, str, date] | None:
    """The fact, measure and month whose sum the profile holds in this column."""
    found = MONTH.fullmatch(column)
    if found is None or not 1 <= int(found["month"]) <= 12:
        return None
    for fact in catalog.facts.values():
        for series in fact.monthly:
            if (series.entity, series.prefix) == (CUSTOMER, found["prefix"]):
                return fact, series.measure, date(int(found["year"]), int(found["month"]), 1)
    return None


def _happened_in(row: SourceRow, month: date) -> bool:
    """Instants have their local date beside them."""
    column = ingested_datasets()[row.dataset].business_date
    if column is None:
        return True
    day = row.values.get(f"{column}__date", row.values[column])
    return isinstance(day, date) and (day.year, day.month) == (month.year, month.month)
