"""Databases as sources: nothing lost, nothing twice, no digit changed, nothing written."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.connectors.fetch import Surroundings
from pipelines.ingest.connectors.model import UnavailableError
from tests.pipelines.ingest.connectors.fetching import database, names, pull, read

TABLE = "create table payment (id text, at text, amount text)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "billing.db"
    run(path, TABLE)
    return path


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def add(path: Path, *rows: tuple[str, object]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("insert into payment (id, at) values (?, ?)", rows)


def ids(records: list[dict[str, object]]) -> list[object]:
    return [record["id"] for record in records]


def test_the_second_fetch_brings_what_came_since(path: Path, around: Surroundings) -> None:
    source = database(path, cursor="at")
    add(path, ("a", "2026-07-01 10:00:00"), ("b", "2026-07-02 10:00:00"))
    assert ids(pull(around, source)) == ["a", "b"]
    assert pull(around, source) == []
    add(path, ("c", "2026-07-03 09:00:00"))
    assert ids(pull(around, source)) == ["c"]


def test_rows_that_get_the_last_cursor_value_afterwards_are_not_lost(
    path: Path, around: Surroundings
) -> None:
    source = database(path, cursor="at")
    add(path, ("a", "2026-07-01"), ("b", "2026-07-01"))
    assert ids(pull(around, source)) == ["a", "b"]
    add(path, ("c", "2026-07-01"))
    assert ids(pull(around, source)) == ["c"]
    add(path, ("d", "2026-07-01"), ("e", "2026-07-02"))
    assert ids(pull(around, source)) == ["d", "e"]
    assert pull(around, source) == []


def test_rows_that_are_equal_in_everything_are_all_brought(path: Path, around: Surroundings) -> None:
    source = database(path, cursor="at")
    add(path, ("a", "2026-07-01"), ("a", "2026-07-01"))
    assert ids(pull(around, source)) == ["a", "a"]
    add(path, ("a", "2026-07-01"))
    assert ids(pull(around, source)) == ["a"]


def test_chunks_end_where_the_cursor_changes(path: Path, around: Surroundings) -> None:
    add(path, *((f"{day}-{n}", f"2026-07-0{day}") for day in range(1, 5) for n in range(3)))
    got = pull(around, database(path, cursor="at", chunk_rows=2), key=["id"])
    assert ids(got) == [f"{day}-{n}" for day in range(1, 5) for n in range(3)]
    assert [len(read(around.home / "landing" / "src" / "payment" / name)) for name in names(around)] == [
        3
    ] * 4


def test_a_file_per_day_is_known_from_that_day(path: Path, around: Surroundings) -> None:
    moments = ["2026-07-01 23:00:00", "2026-07-01 23:30:00", "2026-07-02 00:10:00", "2026-07-05 01:00:00"]
    add(path, *((str(number), moment) for number, moment in enumerate(moments)))
    pull(around, database(path, cursor="at", by_day=True))
    assert [name[:15] for name in names(around)] == ["20260701_000001", "20260702_000002", "20260705_000003"]


def test_no_business_date_lies_after_today(path: Path, around: Surroundings) -> None:
    add(path, ("a", "2031-01-01 00:00:00"))
    pull(around, database(path, cursor="at"))
    assert names(around)[0].startswith("20260710_000001_start_")


@pytest.mark.parametrize("values", [[1, 2, 10], [1.5, 2.25, 10.0], ["A1", "A2", "B"]])
def test_cursors_of_every_type(path: Path, around: Surroundings, values: list[object]) -> None:
    run(path, "drop table payment", "create table payment (id text, at)")
    source = database(path, cursor="at")
    for number, value in enumerate(values):
        add(path, (str(number), value))
        assert ids(pull(around, source)) == [str(number)]


def test_a_cursor_without_a_value_would_be_lost_and_is_told(path: Path, around: Surroundings) -> None:
    add(path, ("a", "2026-07-01"), ("b", None))
    with pytest.raises(UnavailableError, match="rows without a value of at"):
        pull(around, database(path, cursor="at"))
    query = "select id, coalesce(at, '2026-01-01') as at from payment"
    assert ids(pull(around, database(path, table=None, query=query, cursor="at"))) == ["b", "a"]


def test_everything_is_landed_once_while_it_stays_the_same(path: Path, around: Surroundings) -> None:
    add(path, ("b", "1"), ("a", "2"))
    assert ids(pull(around, database(path), "full", ["id"])) == ["a", "b"]
    assert pull(around, database(path), "full", ["id"]) == []
    run(path, "update payment set at = '3' where id = 'b'")
    assert ids(pull(around, database(path), "full", ["id"])) == ["a", "b"]
    assert [name[9:] for name in names(around)] == ["000001_all.jsonl.gz", "000002_all.jsonl.gz"]


def test_a_table_that_became_empty_changes_nothing(path: Path, around: Surroundings) -> None:
    assert pull(around, database(path), "full") == []
    add(path, ("a", "1"))
    pull(around, database(path), "full")
    run(path, "delete from payment")
    with pytest.raises(UnavailableError, match="no rows at all"):
        pull(around, database(path), "full")


def test_values_keep_their_digits(path: Path, around: Surroundings) -> None:
    run(
        path,
        "drop table payment",
        "create table payment (big integer, money real, small real, raw blob, word text, missing text)",
        "insert into payment values (9007199254740993, 0.1, 1e-7, x'00ff', 'Тошкент \"5\"', null)",
    )
    (record,) = pull(around, database(path), "full")
    assert record == {
        "big": 9007199254740993, "money": "0.1", "small": "0.0000001", "raw": "00ff", "word": 'Тошкент "5"',
        "missing": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["select id, 'a:b :c' as at from payment", "select id, '100%' as at from payment where id like 'a%'"],
)
def test_a_query_may_hold_any_sign(path: Path, around: Surroundings, query: str) -> None:
    add(path, ("a", "1"))
    assert ids(pull(around, database(path, table=None, query=query), "full")) == ["a"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"table": "nowhere"}, "no such table"),
        ({"table": None, "query": "delete from payment"}, "syntax error|readonly"),
        ({"url": "sqlite:////nowhere/at/all.db"}, "no such database"),
        ({"url": "${MISSING}"}, "MISSING is not set"),
        ({"url": "bakery://x"}, "bakery"),
        ({"cursor": "changed_at"}, "changed_at"),
        ({"url": "postgresql://u:${DB_PASSWORD}@127.0.0.1:1/x"}, "refused"),
    ],
)
def test_what_the_database_refuses_is_told_without_secrets(
    path: Path, around: Surroundings, changes: dict[str, str], words: str
) -> None:
    add(path, ("a", "1"))
    with pytest.raises(UnavailableError, match=words) as failure:
        pull(around, database(path, **changes), "append")
    assert "p4ssw0rd" not in str(failure.value)
    assert names(around) == []
    assert not list(around.home.glob("landing/*/*/.*"))


def test_the_database_is_only_read(path: Path, around: Surroundings) -> None:
    add(path, ("a", "1"))
    before = path.read_bytes()
    pull(around, database(path), "full")
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.glob("billing*")] == ["billing.db"]


def test_a_landing_file_that_is_gone_is_missed_only_where_rows_would_count_twice(
    path: Path, around: Surroundings
) -> None:
    add(path, ("a", "1"))
    source = database(path, cursor="at")
    pull(around, source)
    (landed,) = (around.home / "landing" / "src" / "payment").iterdir()
    landed.unlink()
    # Raw does not know the file either here, so the fetch begins anew.
    assert ids(pull(around, source)) == ["a"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(st.integers(0, 3), max_size=6), min_size=1, max_size=5),
    chunk=st.integers(1, 4),
)
def test_whatever_comes_in_between_every_row_lands_once(
    batches: list[list[int]], chunk: int, tmp_path_factory: pytest.TempPathFactory, around: Surroundings
) -> None:
    """Batches of rows whose cursor never falls behind; fetched after each."""
    home = tmp_path_factory.mktemp("home")
    here, path = replace(around, home=home), home / "x.db"
    run(path, "create table payment (id integer, at integer)")
    source = database(path, cursor="at", chunk_rows=chunk)
    got, now, number = [], 0, 0
    for batch in batches:
        for step in batch:
            now, number = now + step // 2, number + 1
            add(path, (str(number), now))
        got += ids(pull(here, source))
    assert sorted(got) == list(range(1, number + 1))
