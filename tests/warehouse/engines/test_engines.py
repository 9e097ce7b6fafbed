"""The port's promises on each real engine: all rows, real stops, several threads, pinned settings."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.segments.service.small import CATALOG, D, publish, tables
from warehouse.engines.clickhouse import SETTINGS, ClickHouseEngine, open_embedded
from warehouse.engines.clickhouse_load import column_type
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.factory import open_engine
from warehouse.engines.port import (
    Cancellation,
    Engine,
    EngineError,
    QueryCancelledError,
    QueryTimeoutError,
    Statement,
)
from warehouse.errors import InputError
from warehouse.releases.model import Release
from warehouse.releases.publish import ManifestParts, publish_tables
from warehouse.releases.reader import open_release
from warehouse.settings import Settings, SettingsError

SLOW = {
    "duckdb": "SELECT count(*) AS n FROM range(100000000000) AS t(i) WHERE sin(i) > 2",
    "clickhouse": "SELECT count() AS n FROM numbers(100000000000) WHERE sin(number) > 2",
}
ROWS = {
    "duckdb": "SELECT i AS n FROM range(300000) AS t(i)",
    "clickhouse": "SELECT number AS n FROM numbers(300000)",
}


@pytest.fixture(scope="module", params=["duckdb", "clickhouse"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    release = publish(tmp_path_factory.mktemp("small"))
    opened: Engine = DuckDBEngine(release) if request.param == "duckdb" else open_embedded(release)
    yield opened
    opened.close()


def placeholder(engine: Engine, name: str, kind: str) -> str:
    return f"${name}" if engine.name == "duckdb" else f"{{{name}: {kind}}}"


def test_tables_have_their_release_names(engine: Engine) -> None:
    found = engine.query(Statement("SELECT customer_id FROM customer_360 ORDER BY customer_no"))
    assert found.column(0).to_pylist() == ["C1", "C2", "C3", "C4", "C5", "C6"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", "'; DROP TABLE customer_360; -- \\ \n ё"),
        ("Date32", date(1950, 2, 28)),
        ("DateTime64(6, 'UTC')", datetime(1969, 12, 31, 23, 59, 59, 999999)),  # noqa: DTZ001 - naive UTC
        ("Decimal(18, 3)", Decimal("99.995")),
        ("Decimal(38, 10)", Decimal("-1234567890123456789.0123456789")),
        ("Bool", True),
        ("Int64", -(2**62)),
    ],
)
def test_bound_values_lose_nothing(engine: Engine, kind: str, value: Any) -> None:
    sql = f"SELECT {placeholder(engine, 'p', kind)} AS v"
    found = engine.query(Statement(sql, {"p": value})).column(0)[0].as_py()
    assert (found.replace(tzinfo=None) if isinstance(found, datetime) else found) == value


def test_bound_lists(engine: Engine) -> None:
    values = ["a'b", "c\\d", "ё", "x, y"]
    given = placeholder(engine, "p", "Array(String)")
    count = "len" if engine.name == "duckdb" else "length"
    found = engine.query(Statement(f"SELECT {count}({given}) AS n, {given}[3] AS v", {"p": values}))
    assert (found.column(0)[0].as_py(), found.column(1)[0].as_py()) == (4, "ё")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("Decimal(38, 10)", [Decimal("-1234567890123456789.0123456789"), Decimal("1E-7"), Decimal("1E+2")]),
        ("Int64", [-(2**62), 0]),
        ("Date32", [date(1950, 2, 28), date(2026, 1, 1)]),
        ("DateTime64(6, 'UTC')", [datetime(1969, 12, 31, 23, 59, 59, 999999)]),  # noqa: DTZ001 - naive UTC
        ("Bool", [True, False]),
    ],
)
def test_bound_lists_of_each_kind_lose_nothing(engine: Engine, kind: str, values: list[Any]) -> None:
    given = placeholder(engine, "p", f"Array({kind})")
    found = engine.query(Statement(f"SELECT {given} AS v", {"p": values})).column(0)[0].as_py()
    plain = [v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in found]
    assert plain == values


def stopped(run: Callable[[], Any], kind: type[EngineError]) -> float:
    started = time.monotonic()
    with pytest.raises(kind):
        run()
    return time.monotonic() - started


def test_a_slow_query_ends_at_its_time_limit(engine: Engine) -> None:
    took = stopped(lambda: engine.query(Statement(SLOW[engine.name]), timeout_s=0.3), QueryTimeoutError)
    assert took < 10


def test_a_cancelled_query_ends(engine: Engine) -> None:
    cancellation = Cancellation()
    timer = threading.Timer(0.3, cancellation.cancel)
    timer.start()
    took = stopped(
        lambda: engine.query(Statement(SLOW[engine.name]), cancellation=cancellation), QueryCancelledError
    )
    timer.join()
    assert took < 10
    stopped(lambda: engine.query(Statement("SELECT 1"), cancellation=cancellation), QueryCancelledError)
    assert engine.query(Statement("SELECT 1 AS one")).num_rows == 1


def test_streams_end_and_can_be_cancelled(engine: Engine) -> None:
    batches = list(engine.stream(Statement(ROWS[engine.name])))
    assert sum(batch.num_rows for batch in batches) == 300_000
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    stopped(lambda: list(engine.stream(Statement(SLOW[engine.name]), timeout_s=0.3)), QueryTimeoutError)


MANY_ROWS = {
    "duckdb": "SELECT a.i AS n FROM range(100000000) AS a(i), range(1000) AS b(i)",
    "clickhouse": "SELECT number AS n FROM numbers(100000000000)",
}


def test_a_stream_is_stopped_between_its_batches(engine: Engine) -> None:
    def read(**how: Any) -> None:
        for _ in engine.stream(Statement(MANY_ROWS[engine.name]), **how):
            time.sleep(0.001)

    assert stopped(lambda: read(timeout_s=0.5), QueryTimeoutError) < 10
    cancellation = Cancellation()
    timer = threading.Timer(0.5, cancellation.cancel)
    timer.start()
    assert stopped(lambda: read(cancellation=cancellation), QueryCancelledError) < 10
    timer.join()


def test_a_stream_that_nobody_reads_on_ends_at_once(engine: Engine) -> None:
    # The embedded ClickHouse hands over the first batch when it has made the last one.
    many = MANY_ROWS["duckdb"] if engine.name == "duckdb" else ROWS["clickhouse"]
    rows = engine.stream(Statement(many))
    next(rows)
    started = time.monotonic()
    rows.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10
    assert engine.query(Statement("SELECT 1 AS one")).num_rows == 1


@pytest.mark.parametrize("opened", [DuckDBEngine, open_embedded])
def test_closing_stops_what_still_runs(opened: Callable[[Release], Engine], tmp_path: Path) -> None:
    engine = opened(publish(tmp_path))
    ended: list[EngineError] = []

    def ask() -> None:
        try:
            engine.query(Statement(SLOW[engine.name]))
        except EngineError as error:
            ended.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    started = time.monotonic()
    engine.close()
    thread.join(10)
    assert time.monotonic() - started < 10
    assert [type(error) for error in ended] == [QueryCancelledError]
    with pytest.raises(EngineError, match="closed"):
        engine.query(Statement("SELECT 1"))


def test_many_threads(engine: Engine) -> None:
    found: list[int] = []

    def ask(n: int) -> None:
        rows = engine.query(Statement(f"SELECT count(*) + {n} AS n FROM customer_360"))
        found.append(rows.column(0)[0].as_py() - n)

    threads = [threading.Thread(target=ask, args=[n]) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [6] * 12


def test_faults_are_engine_errors(engine: Engine) -> None:
    with pytest.raises(EngineError, match="nowhere"):
        engine.query(Statement("SELECT * FROM nowhere"))


def test_nothing_outside_the_release_can_be_read_or_changed(tmp_path: Path) -> None:
    engine = DuckDBEngine(publish(tmp_path))
    outside = tmp_path / "x.csv"
    outside.write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM '{outside}'",
        "SET TimeZone = 'Asia/Tashkent'",
        'DELETE FROM "cache customer_360".customer_360',
    ):
        with pytest.raises(EngineError):
            engine.query(Statement(sql))
    assert engine.query(Statement("SELECT current_setting('TimeZone')")).column(0)[0].as_py() == "UTC"
    engine.close()


def test_session_settings_are_pinned(tmp_path: Path) -> None:
    engine = open_embedded(publish(tmp_path))
    names = ", ".join(f"toString(getSetting('{name}')) AS {name}" for name in SETTINGS)
    found = engine.query(Statement(f"SELECT {names}")).to_pylist()[0]
    shown = {name: {"true": "1", "false": "0"}.get(value, value) for name, value in found.items()}
    assert shown == {name: str(value) for name, value in SETTINGS.items()}
    unmatched = "SELECT b.customer_no IS NULL AS gone FROM dim_account AS a LEFT JOIN customer_360 AS b"
    rows = engine.query(Statement(f"{unmatched} ON b.customer_no = a.customer_no WHERE a.account_id = 'A5'"))
    assert rows.column(0).to_pylist() == [True]
    engine.close()


def test_two_releases_side_by_side(tmp_path: Path) -> None:
    one, two = (open_embedded(publish(tmp_path / name, months=name == "one")) for name in ("one", "two"))
    columns = "SELECT count() AS n FROM system.columns WHERE table = 'customer_360' AND database = currentDatabase()"
    counts = [engine.query(Statement(columns)).column(0)[0].as_py() for engine in (one, two)]
    assert counts == [12, 9]
    one.close()
    assert two.query(Statement("SELECT count() AS n FROM customer_360")).column(0)[0].as_py() == 6
    two.close()


def test_days_that_the_second_engine_can_not_hold_are_refused(tmp_path: Path) -> None:
    made = tables()
    early = pa.array([date(1899, 12, 31)] * 6, pa.date32())
    place = made["customer_360"].column_names.index("registered_on")
    made["customer_360"] = made["customer_360"].set_column(place, "registered_on", early)
    publish_tables(tmp_path, made, CATALOG, ManifestParts(as_of=D, known_on=D, time_zone="UTC"))
    with pytest.raises(EngineError, match="registered_on holds days outside"):
        open_embedded(open_release(tmp_path))


def test_types_that_no_table_names_are_refused() -> None:
    assert column_type("DECIMAL(18,2)") == "Decimal(18, 2)"
    with pytest.raises(EngineError, match="DOUBLE"):
        column_type("DOUBLE")


def test_the_factory_follows_the_settings(tmp_path: Path) -> None:
    release = publish(tmp_path)

    def settings(engine: str) -> Settings:
        return Settings(home=tmp_path, name="x", time_zone="UTC", engine=engine)

    opened = open_engine(settings("duckdb"), release)
    assert opened.name == "duckdb"
    opened.close()
    with pytest.raises(SettingsError, match="oracle"):
        open_engine(settings("oracle"), release)
    with pytest.raises(SettingsError, match=r"clickhouse\.url"):
        open_engine(settings("clickhouse"), release)


def test_a_missing_cache_is_made_anew_and_missing_tables_are_an_error(tmp_path: Path) -> None:
    release = publish(tmp_path)
    table = release.manifest.tables["fct_payment"]
    (tmp_path / str(table.cache)).unlink()
    engine = DuckDBEngine(release)
    assert engine.query(Statement("SELECT count(*) AS n FROM fct_payment")).column(0).to_pylist() == [8]
    engine.close()
    for file in (str(table.cache), *table.files):
        (tmp_path / file).unlink()
    with pytest.raises((EngineError, InputError)):
        DuckDBEngine(release)


def test_an_engine_has_a_name() -> None:
    assert ClickHouseEngine(lambda: None, "x").name == "clickhouse"
