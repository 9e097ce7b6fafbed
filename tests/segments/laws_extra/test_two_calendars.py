"""The calendars of compiler and reference share no line; they have to agree, at the ends of time as well."""

from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from segments.compiler import calendar
from segments.conditions import nodes
from segments.conditions.reference import dates

UNITS = ("day", "week", "month", "quarter", "year")
LENGTHS = (1, 2, 3, 5, 12, 13, 30, 366, 100_000)
DAYS = [
    date(1, 1, 1),
    date(1, 1, 2),
    date(9999, 12, 30),
    date(9999, 12, 31),
    date(1900, 2, 28),
    date(2000, 2, 29),
]
DAYS += [date(1, 2, 15), date(1, 3, 31), date(2, 1, 15), date(9998, 12, 15), date(9999, 11, 15)]
DAYS += [date(2023, 12, 20) + timedelta(days=n) for n in range(0, 800, 3)]
DAYS += [date(2024, 2, 27) + timedelta(days=n) for n in range(5)]
DAYS += [date(2025, month, 28) + timedelta(days=n) for month in (2, 4, 12) for n in range(5)]


@pytest.mark.parametrize("unit", UNITS)
def test_addition_and_starts_of_units(unit: str) -> None:
    for day in DAYS:
        assert dates.unit_start(day, unit) == calendar.unit_start(day, unit), day
        for n in LENGTHS:
            assert dates.add(day, n, unit) == calendar.add_units(day, n, unit), (day, n)
            assert dates.add(day, -n, unit) == calendar.add_units(day, -n, unit), (day, -n)


@pytest.mark.parametrize("unit", UNITS)
def test_windows(unit: str) -> None:
    for day in DAYS:
        this = dates.window({"this": unit}, day)
        assert (this.start, this.before) == _ends(calendar.resolve(nodes.ThisWindow(unit), day))
        for n in LENGTHS:
            spec, window = {"last": n, "unit": unit}, nodes.LastWindow(n, unit)
            found = dates.window(spec, day)
            assert (found.start, found.before) == _ends(calendar.resolve(window, day)), (day, n)
            spans = dates.windows_before(spec, day, 3)
            assert [(s.start, s.before) for s in spans] == [
                _ends(days) for days in calendar.with_previous(window, 3, day)
            ]


def test_windows_by_dates_and_all() -> None:
    as_of = date(2026, 7, 1)
    for before in (date(2026, 6, 30), as_of, date(2026, 7, 2)):
        spec = {"from": "2026-01-01", "before": before.isoformat()}
        found = dates.window(spec, as_of)
        window = nodes.DatesWindow(date(2026, 1, 1), before)
        assert (found.start, found.before) == _ends(calendar.resolve(window, as_of))
    assert dates.window({"all": True}, as_of) == dates.Span(None, as_of)


def _ends(days: calendar.Days) -> tuple[date | None, date]:
    return days.start, days.before


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_elapsed_time_is_the_largest_number_of_units(unit: str) -> None:
    for start, as_of in product(DAYS[::7] + DAYS[-20:], DAYS[4::11]):
        n = dates.elapsed(start, as_of, unit)
        assert dates.add(start, n, unit) <= as_of or dates.add(start, n, unit) == date.min
        assert dates.add(start, n + 1, unit) > as_of or dates.add(start, n + 1, unit) == date.max
        latest = calendar.elapsed_since(as_of, n, unit)
        assert latest is None or start <= latest
        earlier = calendar.elapsed_since(as_of, n + 1, unit)
        assert earlier is None or start > earlier


def test_anniversaries() -> None:
    births = [date(2000, 1, 1) + timedelta(days=n) for n in range(366)]
    for as_of, length in product(DAYS[6::5], (1, 2, 7, 40, 364, 365, 366, 367)):
        before = as_of + timedelta(days=length)
        days = calendar.anniversary_days(as_of, before)
        for birth in births:
            expected = days is None or birth.month * 100 + birth.day in days
            assert dates.has_anniversary(birth, as_of, before) == expected, (birth, as_of, length)


def test_ends_of_time() -> None:
    assert dates.add(date(1, 1, 5), -5, "day") == date(1, 1, 1)
    assert dates.add(date(1, 1, 5), -4, "day") == date(1, 1, 1)
    assert dates.add(date(1, 1, 5), -3, "day") == date(1, 1, 2)
    assert dates.add(date(9999, 12, 30), 1, "day") == date(9999, 12, 31)
    assert dates.add(date(9999, 12, 30), 2, "day") == date(9999, 12, 31)
    assert dates.add(date(1, 12, 31), -11, "month") == date(1, 1, 31)
    assert dates.add(date(1, 12, 31), -12, "month") == date.min
    assert dates.add(date(9999, 1, 31), 11, "month") == date(9999, 12, 31)
    assert dates.add(date(9999, 1, 15), 12, "month") == date.max


def test_days_elapsed_at_the_beginning_of_time() -> None:
    assert calendar.elapsed_since(date(1, 1, 10), 8, "day") == date(1, 1, 2)
    assert calendar.elapsed_since(date(1, 1, 10), 9, "day") == date(1, 1, 1)
    assert calendar.elapsed_since(date(1, 1, 10), 10, "day") is None


def test_a_day_that_a_zone_left_out_begins_with_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")
    skipped, following = date(2011, 12, 30), date(2011, 12, 31)
    assert calendar.day_start(skipped, apia) == calendar.day_start(following, apia)
    assert calendar.day_start(following, apia) == datetime.fromisoformat("2011-12-30 10:00")


def test_spans() -> None:
    span = dates.Span(date(2026, 6, 1), date(2026, 7, 1))
    assert span.days() == 30
    held = [span.holds(date(2026, month, day)) for month, day in ((5, 31), (6, 1), (6, 30), (7, 1))]
    assert held == [False, True, True, False]
    assert dates.Span(None, date(2026, 7, 1)).holds(date.min)
