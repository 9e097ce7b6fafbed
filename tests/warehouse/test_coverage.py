"""For which days a fact is complete, from what its sources have sent."""

from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.builds.coverage import coverage, told_by
from warehouse.builds.model import Load
from warehouse.catalog.model import Catalog, Fact
from warehouse.releases.model import Coverage, Untold


def known(*days: str) -> list[Load]:
    """Loads known from these days."""
    return [Load("charge", "billing", day, date.fromisoformat(day), "append", (), slot=day) for day in days]


def months(*told: tuple[int, str]) -> list[Load]:
    """Loads about months of 2026, and the days from which they are known."""
    return [
        Load(
            "charge", "billing", f"{month} {day}", date.fromisoformat(day), "append", (),
            slot=str(month), period=(date(2026, month, 1), date(2026, month + 1, 1)),
        )
        for month, day in told
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "every", "hole", "before"),
    [
        (["2026-06-01", "2026-08-01"], None, None, "2026-08-01"),
        (["2026-06-01", "2026-07-31", "2026-08-31"], "month", None, "2026-08-31"),
        (["2026-05-01", "2026-07-01", "2026-08-01"], "month", "2026-06-01", "2026-08-01"),
        (["2026-07-01", "2026-07-02", "2026-07-02"], "day", None, "2026-07-02"),
        (["2026-07-01", "2026-07-03", "2026-07-04"], "day", "2026-07-02", "2026-07-04"),
        (["2026-07-01", "2026-07-03", "2026-07-05"], "day", "2026-07-04", "2026-07-05"),
        (["2026-01-31", "2026-03-31"], "month", "2026-02-28", "2026-03-31"),
    ],
)
def test_a_file_that_was_due_and_is_missing_is_a_hole(
    days: list[str], every: str | None, hole: str | None, before: str
) -> None:
    told = told_by(known(*days), every)
    assert (told.since, told.before) == (hole and date.fromisoformat(hole), date.fromisoformat(before))


@pytest.mark.parametrize(
    ("told", "hole", "before"),
    [
        ([(5, "2026-06-01"), (6, "2026-07-01")], None, "2026-07-01"),
        ([(4, "2026-05-01"), (6, "2026-07-01")], "2026-06-01", "2026-07-01"),
        # A month that is still running is told up to the day on which the file was made.
        ([(5, "2026-06-01"), (6, "2026-06-15")], None, "2026-06-15"),
        ([(5, "2026-05-20"), (6, "2026-07-01")], "2026-06-01", "2026-07-01"),
        # The withheld month comes late.
        ([(4, "2026-05-01"), (6, "2026-07-01"), (5, "2026-07-15")], None, "2026-07-01"),
    ],
)
def test_periods_tell_of_themselves_alone(told: list[tuple[int, str]], hole: str | None, before: str) -> None:
    found = told_by(months(*told), None)
    assert (found.since, found.before) == (hole and date.fromisoformat(hole), date.fromisoformat(before))


def test_every_hole_is_told_with_its_days() -> None:
    days = [date(2026, 7, 1), date(2026, 7, 4), date(2026, 7, 5), date(2026, 7, 7)]
    found = told_by(known(*map(str, days)), "day")
    assert found.holes == ((date(2026, 7, 1), date(2026, 7, 3)), (date(2026, 7, 5), date(2026, 7, 6)))
    spring = told_by(months((2, "2026-03-01"), (5, "2026-06-01")), None)
    assert spring.holes == ((date(2026, 3, 1), date(2026, 5, 1)),)


@pytest.mark.parametrize(
    ("parts", "first"),
    [
        ((), date(2026, 1, 5)),
        (("origin = 'letter'", "origin = 'call'"), date(2026, 3, 1)),
        (("origin = 'letter'", "origin = 'visit'"), date(2026, 1, 5)),
    ],
)
def test_a_fact_of_several_data_sets_is_complete_from_where_all_of_them_begin(
    tmp_path: Path, parts: tuple[str, ...], first: date
) -> None:
    """Of a data set without rows nothing is known, so it holds nothing back."""
    database = tmp_path / "build.duckdb"
    with closing(duckdb.connect(str(database))) as connection:
        days = "('letter', date '2026-01-05'), ('call', date '2026-03-01'), ('call', null), ('letter', '2026-05-01')"
        connection.sql(f"create table talk as from (values {days}) as t (origin, talked_on)")
    fact = Fact("talk", "talk", {}, "talked_on", {"en": "Talk", "ru": "Беседы"})
    catalog = Catalog("", {}, {"talk": fact}, {})
    found = coverage(database, catalog, {"talk": known("2026-07-01")}, {}, {"talk": parts} if parts else None)
    assert (found["talk"].complete_from, found["talk"].complete_before) == (first, date(2026, 7, 1))


def test_what_is_missing_is_told_by_source_and_rows_of_nobody_are_counted(tmp_path: Path) -> None:
    database = tmp_path / "build.duckdb"
    with closing(duckdb.connect(str(database))) as connection:
        rows = "(1, date '2026-04-05'), (null, date '2026-06-01'), (null, null)"
        connection.sql(f"create table charged as from (values {rows}) as t (customer_no, charged_on)")
    fact = Fact(
        "charge", "charged", {"customer": "customer_no"}, "charged_on", {"en": "Charge", "ru": "Начисления"}
    )
    loads = months((4, "2026-05-01"), (6, "2026-07-01"))
    found = coverage(database, Catalog("", {}, {"charge": fact}, {}), {"charge": loads}, {})["charge"]
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    days = [(None, date(2026, 4, 5)), (date(2026, 5, 1), june), (july, None)]
    told = tuple(Untold("billing", "charge", first, before) for first, before in days)
    assert found == Coverage(june, july, told, unowned=2)
    shown = [each for each in told if each.within(date(2026, 5, 20), july)]
    assert shown == [told[1]]
    assert [each.within(june, july) for each in told] == [False, False, False]
    assert [each.within(None, date(2026, 7, 2)) for each in told] == [True, True, True]
