"""Windows, days and elapsed time at the edges."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.compiler.calendar import (
    Days,
    add_units,
    anniversary_days,
    day_start,
    elapsed_since,
    instant,
    resolve,
    unit_start,
    whole_months,
    with_previous,
)
from segments.conditions.nodes import AllWindow, DatesWindow, LastWindow, ThisWindow, Window

D = date(2026, 7, 1)
SOME_DAY = st.dates(date(1990, 1, 1), date(2060, 12, 31))
UTC = ZoneInfo("UTC")


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "as_of", "expected"),
    [
        (LastWindow(5, "day"), D, ("2026-06-26", "2026-07-01")),
        (LastWindow(1, "month"), D, ("2026-06-01", "2026-07-01")),
        (LastWindow(1, "month"), date(2026, 7, 20), ("2026-06-01", "2026-07-01")),
        (LastWindow(2, "week"), date(2026, 7, 5), ("2026-06-15", "2026-06-29")),
        (LastWindow(1, "week"), date(2026, 7, 6), ("2026-06-29", "2026-07-06")),
        (LastWindow(2, "quarter"), D, ("2026-01-01", "2026-07-01")),
        (LastWindow(1, "quarter"), date(2026, 6, 30), ("2026-01-01", "2026-04-01")),
        (LastWindow(1, "year"), D, ("2025-01-01", "2026-01-01")),
        (LastWindow(100_000, "year"), D, ("0001-01-01", "2026-01-01")),
        (ThisWindow("month"), date(2026, 7, 20), ("2026-07-01", "2026-07-20")),
        (ThisWindow("month"), D, ("2026-07-01", "2026-07-01")),
        (ThisWindow("week"), date(2026, 7, 5), ("2026-06-29", "2026-07-05")),
        (ThisWindow("day"), D, ("2026-07-01", "2026-07-01")),
        (ThisWindow("year"), D, ("2026-01-01", "2026-07-01")),
        (DatesWindow(date(2026, 1, 1), date(2026, 2, 1)), D, ("2026-01-01", "2026-02-01")),
        (DatesWindow(date(2026, 6, 1), date(2027, 1, 1)), D, ("2026-06-01", "2026-07-01")),
        (AllWindow(), D, (None, "2026-07-01")),
    ],
)
def test_windows(window: Window, as_of: date, expected: tuple[str | None, str]) -> None:
    found = resolve(window, as_of)
    assert (found.start and found.start.isoformat(), found.before.isoformat()) == expected


def test_windows_before_are_of_the_same_kind_and_adjoin() -> None:
    found = with_previous(LastWindow(1, "month"), 2, date(2026, 4, 15))
    assert [(d.start, d.length) for d in found] == [
        (date(2026, 3, 1), 31),
        (date(2026, 2, 1), 28),
        (date(2026, 1, 1), 31),
    ]


def test_months_keep_to_the_end_of_a_shorter_month() -> None:
    assert add_units(date(2026, 3, 31), -1, "month") == date(2026, 2, 28)
    assert add_units(date(2024, 3, 31), -1, "month") == date(2024, 2, 29)
    assert add_units(date(2024, 2, 29), 1, "year") == date(2025, 2, 28)
    assert add_units(date(9999, 12, 1), 1, "month") == date.max
    assert add_units(date(1, 1, 31), -1, "month") == date.min
    assert add_units(date(1, 2, 1), -1, "month") == date(1, 1, 1)
    assert add_units(date(9999, 12, 31), 1, "day") == date.max


@pytest.mark.parametrize(
    ("start", "before", "months"),
    [
        (date(2026, 1, 1), date(2026, 3, 1), 2),
        (date(2025, 12, 1), date(2026, 1, 1), 1),
        (date(2026, 1, 2), date(2026, 3, 1), None),
        (date(2026, 1, 1), date(2026, 3, 2), None),
        (date(2026, 3, 1), date(2026, 3, 1), None),
        (None, date(2026, 3, 1), None),
    ],
)
def test_whole_months(start: date | None, before: date, months: int | None) -> None:
    found = whole_months(Days(start, before))
    assert (None if found is None else len(found)) == months


@given(SOME_DAY, st.integers(-40, 500), st.sampled_from(["day", "month", "year"]))
def test_elapsed_since_is_the_latest_such_day(as_of: date, n: int, unit: str) -> None:
    found = elapsed_since(as_of, n, unit)
    assert found is not None
    assert add_units(found, n, unit) <= as_of
    assert add_units(found + timedelta(days=1), n, unit) > as_of


def test_elapsed_since_before_the_calendar() -> None:
    assert elapsed_since(D, 3000, "year") is None
    assert elapsed_since(D, 10**20, "day") is None
    assert elapsed_since(D, -(10**20), "month") == date.max
    assert elapsed_since(date(2026, 7, 1), 2025, "year") == date(1, 7, 1)
    assert elapsed_since(date(2026, 7, 1), 2026 * 12 - 6, "month") == date(1, 1, 1)
    assert elapsed_since(date(2026, 7, 1), 2026 * 12 - 5, "month") is None


@given(SOME_DAY, st.integers(1, 800), SOME_DAY)
def test_anniversaries(as_of: date, n: int, born: date) -> None:
    before = as_of + timedelta(days=n)
    days = anniversary_days(as_of, before)
    falls = False
    for i in range(n):
        day = as_of + timedelta(days=i)
        leap_in_common = (born.month, born.day) == (2, 29) and (day + timedelta(days=1)).month == 3
        ends_february = leap_in_common and day.month == 2
        falls = falls or (born.month, born.day) == (day.month, day.day) or (ends_february and day.day == 28)
    assert (days is None or born.month * 100 + born.day in days) == falls


@given(st.sampled_from(sorted(available_timezones())), st.dates(date(1950, 1, 1), date(2040, 1, 1)))
def test_a_day_begins_at_its_first_local_instant(zone_name: str, day: date) -> None:
    zone = ZoneInfo(zone_name)
    start = day_start(day, zone).replace(tzinfo=UTC)
    before = (start - timedelta(microseconds=1)).astimezone(zone)
    assert before.date() < day
    # A day that a zone skipped altogether begins when the next one does.
    assert start.astimezone(zone).date() >= day


def test_a_skipped_midnight() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    assert day_start(date(2018, 11, 4), sao_paulo) == naive("2018-11-04T03:00")
    assert day_start(date(2018, 2, 18), sao_paulo) == naive("2018-02-18T03:00")
    toronto = ZoneInfo("America/Toronto")  # from 23:30 on 30 March to 0:30 on 31 March
    assert day_start(date(1919, 3, 31), toronto) == naive("1919-03-31T04:30")


@pytest.mark.parametrize("day", [date(1, 1, 4), date(1, 2, 3), date(1, 12, 31), date(9999, 12, 28)])
def test_days_at_the_ends_of_the_calendar_begin_at_local_midnight(day: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert day_start(day, berlin) == instant(datetime.combine(day, time()), berlin) != naive(f"{day}T00:00")


@pytest.mark.parametrize("day", [date.min, date(1, 1, 3), date(9999, 12, 29), date.max])
def test_days_whose_instants_could_leave_the_calendar_begin_at_midnight_of_utc(day: date) -> None:
    assert day_start(day, ZoneInfo("Europe/Berlin")) == naive(f"{day}T00:00")


def test_a_window_that_ends_before_it_begins_holds_no_day() -> None:
    assert Days(date(2026, 7, 2), date(2026, 7, 1)).length == 0


def test_instants() -> None:
    tashkent = ZoneInfo("Asia/Tashkent")
    assert instant(naive("2026-07-01T00:30"), tashkent) == naive("2026-06-30T19:30")
    aware = datetime.fromisoformat("2026-07-01T00:30:00+02:00")
    assert instant(aware, tashkent) == naive("2026-06-30T22:30")


def test_weeks_start_on_monday() -> None:
    assert unit_start(date(2026, 7, 5), "week") == date(2026, 6, 29)
    assert unit_start(date(2026, 6, 29), "week") == date(2026, 6, 29)
