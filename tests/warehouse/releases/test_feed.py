"""The change feed: whoever follows it has, at every step, what the release holds."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.releases.states import CUSTOMER, FIRST, PAYMENT, SEMANTIC, A, B, State, publish, told
from warehouse.catalog.loader import load_catalog
from warehouse.catalog.model import Catalog
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import EngineError, Statement
from warehouse.releases import tables
from warehouse.releases.changes import Changes, changes
from warehouse.releases.feed import FeedError, edges
from warehouse.releases.layout import in_part
from warehouse.releases.model import Manifest
from warehouse.releases.publish import ManifestParts, Retention, Work, publish_database, publish_tables
from warehouse.releases.reader import current_release_id, open_release, read_manifest
from warehouse.releases.retention import stored_releases


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("catalog") / "semantic.yml"
    path.write_text(SEMANTIC, encoding="utf-8")
    return load_catalog([path])


@pytest.fixture
def by_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts of a few rows are stored by month as those of millions are."""
    monkeypatch.setattr(tables, "MONTHS_FROM_ROWS", 2)


def test_the_feed_names_what_came_changed_and_went(tmp_path: Path, catalog: Catalog) -> None:
    first, second = publish(tmp_path, catalog, A), publish(tmp_path, catalog, B)
    assert told(tmp_path, CUSTOMER, first, second) == [(2, "deleted"), (3, "updated"), (4, "inserted")]
    assert told(tmp_path, PAYMENT, first, second) == [("P2", date(2026, 6, 3), "updated")]
    (edge,) = edges(tmp_path).whole
    assert (edge.before, edge.after, edge.as_of) == (first, second, FIRST)
    assert [(each.inserted, each.updated, each.deleted) for each in edge.tables.values()] == [
        (1, 1, 1),
        (0, 1, 0),
    ]


def test_nothing_changed_is_said_so(tmp_path: Path, catalog: Catalog) -> None:
    first, second = publish(tmp_path, catalog, A), publish(tmp_path, catalog, replace(B, payments=A.payments))
    assert changes(tmp_path, PAYMENT, first, second) is None
    assert changes(tmp_path, CUSTOMER, second, second) is None


def test_an_idle_publication_adds_no_step(tmp_path: Path, catalog: Catalog) -> None:
    for state in (A, B, B):
        publish(tmp_path, catalog, state)
    assert len(edges(tmp_path).whole) == 1


@pytest.mark.usefixtures("by_month")
def test_a_changed_month_leaves_the_files_of_the_others(tmp_path: Path, catalog: Catalog) -> None:
    odd = (("P8", 1, None, 5), ("P9", None, date(1021, 6, 3), 7))
    publish(tmp_path, catalog, replace(A, payments=(*A.payments, *odd)))
    was = open_release(tmp_path).manifest.tables[PAYMENT]
    publish(tmp_path, catalog, replace(A, payments=(*A.payments, *odd, ("P3", 1, date(2026, 6, 30), 1))))
    now = open_release(tmp_path).manifest.tables[PAYMENT]
    assert [(part.name, part.rows) for part in now.parts] == [("other", 2), ("2026-05", 1), ("2026-06", 2)]
    assert now.files[:2] == was.files[:2]
    assert now.files[2] != was.files[2]
    # Within a month by customer, then by day.
    held = [duckdb.read_parquet(str(tmp_path / file)).fetchall() for file in now.files]
    assert [[row[0] for row in rows] for rows in held] == [["P8", "P9"], ["P1"], ["P3", "P2"]]


@pytest.mark.usefixtures("by_month")
@pytest.mark.parametrize("told_rows", [1, 0])
def test_months_that_lie_ready_are_taken_over(tmp_path: Path, catalog: Catalog, told_rows: int) -> None:
    """Where fewer rows are told than make a table by month, the table is looked at."""
    ready, database = tmp_path / "ready", tmp_path / "build.duckdb"
    (ready / PAYMENT).mkdir(parents=True)
    with closing(duckdb.connect(str(database))) as connection:
        columns = "table_name varchar, month date, n int, total hugeint, parity ubigint"
        connection.execute(f"create schema raw; create table {tables.PARTS} ({columns})")
        for name, table in A.tables().items():
            connection.register("arriving", table)
            connection.execute(f"create table {name} as select * from arriving")
        for month in ("2026-05", "2026-06"):
            part = f"{PAYMENT} as t where {in_part(month, 'paid_on')}"
            hashes = f"select hash(t) as h from {part}"
            connection.execute(
                f"insert into {tables.PARTS} select '{PAYMENT}', '{month}-01', {tables.CONTENT} "
                f"from ({hashes}) where {told_rows}"
            )
            connection.execute(f"copy (select * from {part}) to '{ready}/{PAYMENT}/{month}.parquet'")
    written = {file.stat().st_ino for file in (ready / PAYMENT).iterdir()}
    parts = ManifestParts(as_of=FIRST, known_on=FIRST, time_zone="Asia/Tashkent")
    published = publish_database(
        tmp_path / "home", database, catalog, parts, Work(tmp_path / "work", tables=ready)
    )
    taken = {(tmp_path / "home" / file).stat().st_ino for file in published.manifest.tables[PAYMENT].files}
    assert taken == written
    assert published.manifest.tables == publish_a(tmp_path / "other", catalog).tables


def publish_a(home: Path, catalog: Catalog) -> Manifest:
    publish(home, catalog, A)
    return open_release(home).manifest


@pytest.mark.usefixtures("by_month")
def test_a_table_by_month_is_scanned_without_a_cache(tmp_path: Path, catalog: Catalog) -> None:
    publish(tmp_path, catalog, A)
    release = open_release(tmp_path)
    assert release.manifest.tables[PAYMENT].cache is None
    assert [file.name.partition("-")[0] for file in (tmp_path / "cache").iterdir()] == [CUSTOMER]
    engine = DuckDBEngine(release)
    rows = engine.query(Statement(f"SELECT payment_id FROM {PAYMENT} ORDER BY 1"))
    assert rows.column(0).to_pylist() == [row[0] for row in A.payments]
    with pytest.raises(EngineError, match="disabled"):
        engine.query(Statement(f"SELECT * FROM read_text('{tmp_path}/CURRENT')"))
    engine.close()


def test_rows_that_share_a_key_count_as_one(tmp_path: Path, catalog: Catalog) -> None:
    twice = [("P1", 1, date(2026, 5, 3), 10), ("P1", 1, date(2026, 5, 3), 10), (None, 1, None, 3)]
    releases = [
        publish(tmp_path, catalog, replace(A, payments=rows)) for rows in (twice, twice[1:], twice[1:2])
    ]
    assert told(tmp_path, PAYMENT, *releases[:2]) == [("P1", date(2026, 5, 3), "updated")]
    assert told(tmp_path, PAYMENT, *releases[1:]) == [(None, None, "deleted")]


@pytest.mark.usefixtures("by_month")
def test_an_event_that_moves_to_another_day_goes_and_comes(tmp_path: Path, catalog: Catalog) -> None:
    """So do two of one key in two months of which one goes: the other stays with whoever follows."""
    april, may = ("P1", 1, date(2026, 4, 30), 5), ("P1", 1, date(2026, 5, 1), 5)
    releases = [
        publish(tmp_path, catalog, replace(A, payments=rows))
        for rows in ((april,), (may,), (april, may), (april,))
    ]
    gone = ("P1", date(2026, 4, 30), "deleted")
    assert told(tmp_path, PAYMENT, *releases[:2]) == [gone, ("P1", date(2026, 5, 1), "inserted")]
    assert told(tmp_path, PAYMENT, *releases[2:]) == [("P1", date(2026, 5, 1), "deleted")]


def test_a_release_that_comes_back_is_followed_on(tmp_path: Path, catalog: Catalog) -> None:
    first, second = publish(tmp_path, catalog, A), publish(tmp_path, catalog, B)
    assert publish(tmp_path, catalog, A) == first
    third = publish(tmp_path, catalog, replace(A, people=A.people[:1]))
    assert told(tmp_path, CUSTOMER, second, third) == [(3, "deleted"), (4, "deleted")]
    assert told(tmp_path, CUSTOMER, first, third) == [(2, "deleted"), (3, "deleted")]


def test_no_way_from_an_unknown_release(tmp_path: Path, catalog: Catalog) -> None:
    first = publish(tmp_path, catalog, A)
    with pytest.raises(FeedError, match=r"no change feed leads from release 20200101-x.*full export"):
        changes(tmp_path, CUSTOMER, "20200101-x", first)


def test_what_is_not_there_is_not_the_same(tmp_path: Path, catalog: Catalog) -> None:
    first, second = publish(tmp_path, catalog, A), publish(tmp_path, catalog, B)
    with pytest.raises(FeedError, match="there is no release 20200101-x"):
        changes(tmp_path, CUSTOMER, "20200101-x", "20200101-x")
    for before in (first, second):
        with pytest.raises(FeedError, match=f"release {second} has no table nonsense"):
            changes(tmp_path, "nonsense", before, second)


def test_a_damaged_current_release_breaks_the_chain_not_the_publication(
    tmp_path: Path, catalog: Catalog
) -> None:
    first = publish(tmp_path, catalog, A)
    shutil.rmtree(tmp_path / "tables" / CUSTOMER)
    second = publish(tmp_path, catalog, B)
    with pytest.raises(FeedError, match="full export"):
        changes(tmp_path, CUSTOMER, first, second)


def test_a_table_that_is_new_needs_a_full_export(tmp_path: Path, catalog: Catalog) -> None:
    alone = replace(catalog, facts={}, version="other")
    parts = ManifestParts(as_of=FIRST, known_on=FIRST, time_zone="Asia/Tashkent")
    first = publish_tables(tmp_path, {CUSTOMER: A.tables()[CUSTOMER]}, alone, parts).release_id
    second = publish(tmp_path, catalog, A)
    with pytest.raises(FeedError, match="fct_payment: not in every release"):
        changes(tmp_path, PAYMENT, first, second)
    assert changes(tmp_path, CUSTOMER, first, second) is None


def test_hashes_of_another_function_are_not_compared(tmp_path: Path, catalog: Catalog) -> None:
    """An upgrade of the engine must not report every row as changed."""
    first = publish(tmp_path, catalog, A)
    manifest = tmp_path / "releases" / first / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    hashed = read_manifest(tmp_path, first).hash_function
    manifest.write_text(text.replace(hashed, "an older one"), encoding="utf-8")
    (kept,) = (tmp_path / "tables" / CUSTOMER).glob("*/hashes.parquet")
    numbers = pq.read_table(kept, columns=["customer_no"])
    pq.write_table(numbers.append_column("_row_hash", pa.array([7, 7, 7], pa.uint64())), kept)
    second = publish(tmp_path, catalog, B)
    assert told(tmp_path, CUSTOMER, first, second) == [(2, "deleted"), (3, "updated"), (4, "inserted")]


def test_kept_hashes_that_are_not_of_their_rows_are_not_used(tmp_path: Path, catalog: Catalog) -> None:
    first = publish(tmp_path, catalog, A)
    (kept,) = (tmp_path / "tables" / CUSTOMER).glob("*/hashes.parquet")
    rows = pq.read_table(kept)
    pq.write_table(rows.slice(1), kept)
    second = publish(tmp_path, catalog, B)
    assert told(tmp_path, CUSTOMER, first, second) == [(2, "deleted"), (3, "updated"), (4, "inserted")]


def test_rows_that_are_not_of_their_version_stop_the_publication(tmp_path: Path, catalog: Catalog) -> None:
    first = publish(tmp_path, catalog, A)
    part = tmp_path / open_release(tmp_path).manifest.tables[PAYMENT].files[0]
    pq.write_table(pq.read_table(part).slice(1), part)
    with pytest.raises(FeedError, match=r"fct_payment.*not those of its version"):
        publish(tmp_path, catalog, B)
    assert current_release_id(tmp_path) == first


def test_old_releases_and_old_steps_are_forgotten(tmp_path: Path, catalog: Catalog) -> None:
    parts = ManifestParts(as_of=FIRST, known_on=FIRST, time_zone="Asia/Tashkent")
    published = []
    for place, days in enumerate((0, 1, 10, 12)):
        database = tmp_path / f"{place}.duckdb"
        day = FIRST + timedelta(days=days)
        with closing(duckdb.connect(str(database))) as connection:
            for name, table in replace(A, people=[(place, None)]).tables().items():
                connection.register("arriving", table)
                connection.execute(f"create table {name} as select * from arriving")
        made = publish_database(
            tmp_path / "home",
            database,
            catalog,
            replace(parts, as_of=day, known_on=day),
            Work(tmp_path / "work", kept=Retention(releases=2, feed_days=10)),
        )
        published.append(made.release_id)
    home = tmp_path / "home"
    assert set(stored_releases(home)) == set(published[2:])
    assert {edge.after for edge in edges(home).whole} == set(published[2:])
    # The rows of the second release are gone, the way from it is kept.
    assert told(home, CUSTOMER, published[1], published[3]) == [(1, "deleted"), (3, "inserted")]
    with pytest.raises(FeedError):
        changes(home, CUSTOMER, published[0], published[3])


PEOPLE = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["Tashkent", "Bukhara", None])),
    max_size=5,
    unique_by=lambda row: row[0],
)
DAYS = st.sampled_from([date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 15), date(1999, 1, 1), None])
PAYMENTS = st.lists(
    st.tuples(
        st.sampled_from(["P1", "P2", "P3", None]), st.sampled_from([1, 2, None]), DAYS, st.integers(0, 2)
    ),
    max_size=6,
)


@pytest.mark.usefixtures("by_month")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.builds(State, PEOPLE, PAYMENTS), min_size=2, max_size=4), data=st.data())
def test_whoever_follows_has_what_the_release_holds(
    tmp_path_factory: pytest.TempPathFactory, catalog: Catalog, states: list[State], data: st.DataObject
) -> None:
    home = tmp_path_factory.mktemp("followed")
    releases = [publish(home, catalog, state) for state in states]
    start = data.draw(st.integers(0, len(states) - 1))
    for name in (CUSTOMER, PAYMENT):
        found = changes(home, name, releases[start], releases[-1])
        mine, theirs = states[start].tables()[name].to_pylist(), states[-1].tables()[name].to_pylist()
        assert follow(mine, theirs, found) == bag(theirs)


def follow(mine: list[dict[str, Any]], theirs: list[dict[str, Any]], found: Changes | None) -> list[str]:
    """My copy after the changes: rows of changed keys go, those that the release has of them come."""
    if found is None:
        return bag(mine)
    columns = found.key

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[column] for column in columns)

    kind = {key(row): row["_change"] for row in found.rows.to_pylist()}
    assert all((kind[key(row)] != "inserted") for row in mine if key(row) in kind)
    assert all((kind[key(row)] != "deleted") for row in theirs if key(row) in kind)
    return bag([row for row in mine if key(row) not in kind] + [row for row in theirs if key(row) in kind])


def bag(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str(sorted(row.items())) for row in rows)
