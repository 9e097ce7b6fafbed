"""Calendar of the reference evaluator: half-open spans of days, month arithmetic, anniversaries."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` (None = the beginning of time) up to, not including, `before`."""

    start: date | None
    before: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in the span."""
        return (self.start is None or self.start <= day) and day < self.before

    def days(self) -> int:
        """Number of days; only for a span that has a beginning."""
        assert self.start is not None
        return (self.before - self.start).days


def add(day: date, n: int, unit: str) -> date:
    """`day` plus n units; months keep to the end of a shorter month; stops at the ends of the calendar."""
    if unit in DAYS:
        ordinal = day.toordinal() + n * DAYS[unit]
        return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
    years, month = divmod(day.year * 12 + day.month - 1 + n * MONTHS[unit], 12)
    if not date.min.year <= years <= date.max.year:
        return date.min if n < 0 else date.max
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def unit_start(day: date, unit: str) -> date:
    """First day of the calendar unit that holds the day; weeks start on Monday."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    first_month = (day.month - 1) // MONTHS[unit] * MONTHS[unit] + 1
    return date(day.year, first_month, 1)


def window(spec: Mapping[str, Any], as_of: date) -> Span:
    """The days a document's window means at the as-of date."""
    if "last" in spec:
        return windows_before(spec, as_of, 0)[0]
    if "this" in spec:
        return Span(unit_start(as_of, spec["this"]), as_of)
    if "from" in spec:
        return Span(date.fromisoformat(spec["from"]), min(date.fromisoformat(spec["before"]), as_of))
    return Span(None, as_of)


def windows_before(spec: Mapping[str, Any], as_of: date, previous: int) -> list[Span]:
    """The current `last` window and the `previous` ones just before it, latest first."""
    n, unit = int(spec["last"]), spec["unit"]
    ends = [add(unit_start(as_of, unit), -n * i, unit) for i in range(previous + 2)]
    return [Span(start, before) for before, start in pairwise(ends)]


def elapsed(start: date, as_of: date, unit: str) -> int:
    """The largest n for which `start` plus n units is not after the as-of date."""
    if unit == "day":
        return (as_of - start).days
    n = ((as_of.year - start.year) * 12 + as_of.month - start.month) // MONTHS[unit] + 1
    while add(start, n, unit) > as_of:
        n -= 1
    return n


def has_anniversary(day: date, start: date, before: date) -> bool:
    """Whether an anniversary falls in [start, before); 29 February is 28 February in common years."""
    years = range(start.year, before.year + 1)
    days = (date(year, day.month, min(day.day, monthrange(year, day.month)[1])) for year in years)
    return any(start <= anniversary < before for anniversary in days)
