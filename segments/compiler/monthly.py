"""The mart's monthly series: sums of whole months that stand beside the entity already."""

from typing import TYPE_CHECKING

from segments.compiler import sql
from segments.compiler.bound import Aggregate
from segments.compiler.calendar import Days, whole_months
from segments.compiler.sql import Sql
from warehouse.catalog.model import MonthlySeries

if TYPE_CHECKING:
    from segments.compiler.lower import Source


def monthly_columns(what: Aggregate, days: Days) -> tuple[str, ...] | None:
    """The mart's columns that add up to the window's sum, or None where the series can't say."""
    series = monthly_series(what)
    months = whole_months(days)
    if series is None or months is None:
        return None
    return tuple(f"{series.prefix}{month.year:04d}_{month.month:02d}" for month in months)


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
