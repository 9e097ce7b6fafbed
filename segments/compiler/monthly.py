"""The mart's monthly series: sums of whole months that stand beside the entity already."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from segments.compiler import sql
from segments.compiler.bound import Aggregate
from segments.compiler.calendar import Days, whole_months
from segments.compiler.sql import Sql
from warehouse.catalog.model import MonthlySeries

if TYPE_CHECKING:
    from segments.compiler.lower import Source

Columns = Mapping[str, Mapping[str, str]]
"""Storage type by table and column, as the release's manifest has it."""


def monthly_columns(what: Aggregate, days: Days) -> tuple[str, ...] | None:
    """The mart's columns that add up to the window's sum, or None where the series can't say."""
    series = monthly_series(what)
    months = whole_months(days)
    if series is None or months is None:
        return None
    return tuple(f"{series.prefix}{month.year:04d}_{month.month:02d}" for month in months)


def in_mart(what: Aggregate, windows: Iterable[Days], columns: Columns) -> bool:
    """Whether every month of every window stands in the entity's table."""
    known = columns.get(what.entity.table, {})
    found = [monthly_columns(what, days) for days in windows]
    return all(names is not None and all(name in known for name in names) for names in found)


def monthly_series(what: Aggregate) -> MonthlySeries | None:
    """The series that holds the aggregate's monthly sums for its entity. Of rows that may belong to others than the
    entity's customer there is none: a sum can't be taken apart again by what a reader sees.
    """
    if what.agg != "sum" or what.where is not None or what.measure is None or what.owner is not None:
        return None
    fitting = (
        s for s in what.fact.monthly if s.entity == what.entity.name and s.measure == what.measure.name
    )
    return next(fitting, None)


def monthly_sum(what: Aggregate, days: Days, source: "Source") -> Sql:
    """The sum of the window's months; only where `monthly_columns` knows them."""
    names = monthly_columns(what, days)
    assert names is not None
    added = [sql.coalesce(source.column(name), sql.number(0)) for name in names]
    return sql.total(added)
