"""Windows and dates in Python, so that engines only ever compare columns with dates they were given.

Arithmetic stops at the ends of the calendar (years 1 to 9999) instead of failing: a window of 9,000 years
begins with the calendar.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from segments.conditions.nodes import AllWindow, DatesWindow, LastWindow, ThisWindow, Window

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
DAYS_OF = {"day": 1, "week": 7}
LAST_MONTH = date.max.year * 12 + 11


@dataclass(frozen=True, slots=True)
class Days:
    """The days [start, before); start None = from the beginning. May hold no day at all."""

    start: date | None
    before: date

    @property
    def length(self) -> int:
        """Number of days; only where there is a start."""
        assert self.start is not None
        return max((self.before - self.start).days, 0)


def add_days(day: date, n: int) -> date:
    """`day` plus n days."""
    return date.fromordinal(min(max(day.toordinal() + n, 1), date.max.toordinal()))


def add_units(day: date, n: int, unit: str) -> date:
    """`day` plus n units; months keep to the end of a shorter month."""
    if unit in DAYS_OF:
        return add_days(day, n * DAYS_OF[unit])
    index = day.year * 12 + day.month - 1 + n * MONTHS_OF[unit]
    if index < 12:
        return date.min
    if index > LAST_MONTH:
        return date.max
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def unit_start(day: date, unit: str) -> date:
    """First day of the calendar unit that holds the day; weeks start on Monday."""
    if unit == "day":
        return day
    if unit == "week":
        return add_days(day, -day.weekday())
    months = MONTHS_OF[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def resolve(window: Window, as_of: date) -> Days:
    """The dates a window means at the as-of date."""
    match window:
        case LastWindow(n, unit):
            before = unit_start(as_of, unit)
            return Days(add_units(before, -n, unit), before)
        case ThisWindow(unit):
            return Days(unit_start(as_of, unit), as_of)
        case DatesWindow(start, before):
            return Days(start, min(before, as_of))
        case AllWindow():
            return Days(None, as_of)


def with_previous(window: LastWindow, previous: int, as_of: date) -> tuple[Days, ...]:
    """The window and the `previous` ones of the same length just before it, latest first."""
    end = unit_start(as_of, window.unit)
    edges = [add_units(end, -window.n * i, window.unit) for i in range(previous + 2)]
    return tuple(Days(edges[i + 1], edges[i]) for i in range(previous + 1))


def months_before(as_of: date, months: int, back: int = 0) -> Days:
    """So many full calendar months that end `back` months before the one that holds the as-of date."""
    before = add_units(unit_start(as_of, "month"), -back, "month")
    return Days(add_units(before, -months, "month"), before)


def whole_months(days: Days) -> tuple[date, ...] | None:
    """First days of the months that make up the window, or None where it is not made of whole months."""
    if days.start is None or days.start.day != 1 or days.before.day != 1 or days.start >= days.before:
        return None
    count = (days.before.year - days.start.year) * 12 + days.before.month - days.start.month
    return tuple(add_units(days.start, i, "month") for i in range(count))


@lru_cache(maxsize=4096)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (naive UTC) of a local day, also where a clock change skips midnight."""
    if not date(1, 1, 3) < day < date(9999, 12, 29):
        return datetime.combine(day, time())
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    if low.astimezone(zone).date() == day and (low - timedelta(seconds=1)).astimezone(zone).date() < day:
        return low.replace(tzinfo=None)
    return _first_instant(day, zone, low - timedelta(hours=26), low + timedelta(hours=26))


def _first_instant(day: date, zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    # The local date never falls back by a whole day in a zone's rules as far as civil time is concerned,
    # so the first instant at or after the day's start is found by halving.
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).date() >= day:
            high = middle
        else:
            low = middle
    return high.replace(tzinfo=None)


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """A written time as naive UTC; without an offset it is local business time."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(tzinfo=None)


def elapsed_since(as_of: date, n: int, unit: str) -> date | None:
    """The latest day from which n units have passed by the as-of date; None = before the calendar begins."""
    if unit == "day":
        target = as_of.toordinal() - n
        return None if target < 1 else date.fromordinal(min(target, date.max.toordinal()))
    months = n * MONTHS_OF[unit]
    if as_of.year * 12 + as_of.month - 1 - months < 12:
        return None
    found = add_units(as_of, -n, unit)
    # The end of a short month absorbs longer ones: one month from 31 January is reached on 28 February.
    while found < date.max and add_units(add_days(found, 1), n, unit) <= as_of:
        found = add_days(found, 1)
    return found


def anniversary_days(as_of: date, before: date) -> frozenset[int] | None:
    """Days of the year (month * 100 + day) with an anniversary in [as_of, before); None = all of them."""
    if (before - as_of).days >= 366:
        return None
    days = {as_of + timedelta(days=i) for i in range((before - as_of).days)}
    found = {day.month * 100 + day.day for day in days}
    if any(day.month == 2 and day.day == 28 and monthrange(day.year, 2)[1] == 28 for day in days):
        found.add(229)
    return None if len(found) == 366 else frozenset(found)
