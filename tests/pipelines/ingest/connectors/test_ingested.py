"""From a database or a REST interface into raw: kills, repeats, refusals, a source that is down."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest import run as ingestion
from pipelines.ingest.load import Outcome
from pipelines.ingest.raw import list_loads
from tests.pipelines.ingest.connectors.deployment import TODAY, declare, held, make, run
from tests.pipelines.ingest.connectors.http_server import Answer, Asked, Server, serving

PAYMENTS = """
  - dataset: payment
    database: {url: "sqlite:///{home}/pay.db", table: payment, cursor: at, chunk_rows: 2}
    load: append
    columns: {payment_id: id, account_id: account, paid_at: at, amount: sum}
"""
CUSTOMERS = """
  - dataset: customer
    rest:
      url: URL/customers
      records: items
      attempts: 2
      backoff: 0.01
      timeout: 1
    load: full
    columns: {customer_id: id, kind: {column: kind, values: {P: person}}, full_name: name, registered_on: since}
"""
FILES = """
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: contract}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = make(tmp_path / "home", paysys=PAYMENTS)
    with closing(sqlite3.connect(home / "pay.db")) as connection, connection:
        connection.execute("create table payment (id text, account text, at text, sum numeric)")
    return home


def pay(home: Path, *rows: tuple[object, ...]) -> None:
    with closing(sqlite3.connect(home / "pay.db")) as connection, connection:
        connection.executemany("insert into payment values (?, 'a', ?, ?)", rows)


def test_a_database_becomes_raw_and_goes_on_where_raw_ends(home: Path) -> None:
    pay(
        home,
        ("1", "2026-07-01 09:00:00", 10.5),
        ("2", "2026-07-02 10:00:00.25", 7),
        ("3", "2026-07-03T01:00:00Z", -1),
    )
    report = run(home)
    assert report.problems == ()
    assert [load.known_from for load in report.new] == [date(2026, 7, 2), date(2026, 7, 3)]
    assert held(home, "payment", "amount") == [Decimal("10.50"), Decimal("7.00"), Decimal("-1.00")]
    moments = [
        moment.isoformat() for moment in held(home, "payment", "paid_at") if isinstance(moment, datetime)
    ]
    assert moments == ["2026-07-01T04:00:00", "2026-07-02T05:00:00.250000", "2026-07-03T01:00:00"]
    assert run(home).new == ()
    pay(home, ("4", "2026-07-03T01:00:00Z", 2))
    assert [load.accepted for load in run(home).new] == [1]
    assert held(home, "payment", "payment_id") == ["1", "2", "3", "4"]


def raw_hashes(home: Path) -> set[tuple[str, str]]:
    return {(load.load_id, load.content_sha256) for load in list_loads(home)}


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_a_killed_ingestion_loses_and_doubles_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    """Killed when a landing file is there and raw has not taken it in."""
    pay(home, *((str(number), f"2026-07-0{1 + number // 2} 09:00:00", 1) for number in range(8)))
    undisturbed = Path(shutil.copytree(home, tmp_path / "undisturbed"))
    run(undisturbed)
    real, done = ingestion.load_file, []

    def load(*arguments: object) -> Outcome:
        if len(done) == killed_after:
            raise KeyboardInterrupt
        done.append(arguments)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ingestion, "load_file", load)
    with pytest.raises(KeyboardInterrupt):
        run(home)
    (home / "landing" / "paysys" / "payment" / ".99.tmp").write_bytes(b"half")
    monkeypatch.setattr(ingestion, "load_file", real)
    run(home)
    assert raw_hashes(home) == raw_hashes(undisturbed)
    assert held(home, "payment", "payment_id") == [str(number) for number in range(8)]
    assert not list(home.glob("landing/*/*/.*"))


def test_the_cursor_is_no_column_that_nobody_knows(tmp_path: Path) -> None:
    """A column of the declaration, mapped or not; another one that no rule reads is still told of."""
    home = make(
        tmp_path / "home", paysys=PAYMENTS.replace(", paid_at: at", "").replace("{home}", str(tmp_path))
    )
    with closing(sqlite3.connect(tmp_path / "pay.db")) as connection, connection:
        connection.execute("create table payment (id text, account text, at text, sum numeric, note text)")
        connection.execute("insert into payment values ('1', 'a', '2026-07-01 09:00:00', 5, 'x')")
    (load,) = run(home).new
    assert load.unmapped == ("note",)
    assert load.warnings == ("columns that no rule reads, kept in raw as text: note",)


def test_raw_without_its_landing_files_says_what_is_missing(home: Path) -> None:
    pay(home, ("1", "2026-07-01 09:00:00", 1))
    run(home)
    shutil.rmtree(home / "landing")
    (problem,) = run(home).problems
    assert problem.unavailable
    assert "this landing file is gone" in problem.message


def test_rows_that_raw_refuses_stop_the_fetch_until_they_are_mended(home: Path) -> None:
    pay(home, ("1", "2026-07-01 09:00:00", "a lot"), ("2", "2026-07-01 09:00:00", "much"))
    (problem,) = run(home).refused
    assert "amount" in problem.message or "sum" in problem.message
    pay(home, ("3", "2026-07-02 09:00:00", 1))
    assert len(run(home).refused) == 1
    assert len(list((home / "landing" / "paysys" / "payment").iterdir())) == 1
    with closing(sqlite3.connect(home / "pay.db")) as connection, connection:
        connection.execute("update payment set sum = 5 where id in ('1', '2')")
    (refused,) = (home / "landing" / "paysys" / "payment").iterdir()
    refused.unlink()
    assert run(home).problems == ()
    assert held(home, "payment", "payment_id") == ["1", "2", "3"]


def test_states_that_come_back_on_the_same_day_count_in_the_order_of_the_fetches(tmp_path: Path) -> None:
    home = make(
        tmp_path / "home", paysys=PAYMENTS.replace("cursor: at, chunk_rows: 2", "").replace("append", "full")
    )
    with closing(sqlite3.connect(home / "pay.db")) as connection, connection:
        connection.execute("create table payment (id text, account text, at text, sum numeric)")
        connection.execute("insert into payment values ('1', 'a', '2026-07-01', 0)")
    for amount in (1, 2, 1, 2, 1):
        with closing(sqlite3.connect(home / "pay.db")) as connection, connection:
            connection.execute("update payment set sum = ?", [amount])
        assert len(run(home).new) == 1
        assert len(run(home).new) == 0
    assert held(home, "payment", "amount") == [1, 2, 1, 2, 1]


class Office:
    """A REST interface that can be out of order."""

    def __init__(self, server: Server) -> None:
        self.content: Answer = self.page("Anna")
        server.answer = self.answer

    def answer(self, _: Asked) -> Answer:
        return self.content

    @staticmethod
    def page(name: str) -> Answer:
        people = [{"id": 1, "kind": "P", "name": name, "since": "2020-01-01T00:00:00+05:00"}]
        return Answer(json.dumps({"items": people}).encode())


BROKEN = {
    "fails": Answer(b"", status=500),
    "hangs": Answer(b"", wait_s=30),
    "cuts": Answer(b'{"items": []}', cut=4),
    "garbage": Answer(b"\xff\xfe\x00"),
    "another page": Answer(b'{"message": "we moved"}'),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_source_that_is_down_fails_alone_and_catches_up(
    server: Server, tmp_path: Path, broken: Answer
) -> None:
    office = Office(server)
    home = make(tmp_path / "home", office=CUSTOMERS.replace("URL", server.url), files=FILES)
    (home / "inbox").mkdir()
    (home / "inbox" / "accounts_20260701.csv").write_text("id,contract\na,k\n", encoding="utf-8")
    assert run(home).problems == ()
    office.content = broken
    (home / "inbox" / "accounts_20260702.csv").write_text("id,contract\na,k\nb,k\n", encoding="utf-8")
    report = run(home, date(2026, 7, 11))
    assert [load.dataset for load in report.new] == ["account"]
    (problem,) = report.problems
    assert problem.unavailable
    assert problem.message.startswith("source office, customer: nothing fetched: http://127.0.0.1")
    report.raise_for_problems()
    assert held(home, "customer", "full_name") == ["Anna"]
    office.content = office.page("Anna Karimova")
    report = run(home, date(2026, 7, 12))
    assert report.problems == ()
    assert held(home, "customer", "full_name") == ["Anna", "Anna Karimova"]
    assert held(home, "customer", "registered_on") == [date(2020, 1, 1)] * 2
    assert [load.known_from for load in list_loads(home) if load.dataset == "customer"] == [
        TODAY,
        date(2026, 7, 12),
    ]


def test_a_server_that_does_not_answer_is_asked_once_for_all_its_data_sets(tmp_path: Path) -> None:
    with serving() as server:
        text = CUSTOMERS.replace("URL", server.url)
    home = make(tmp_path / "home", office=text)
    declare(home, "shop", text)
    first, again = run(home).problems
    assert "connection refused" in first.message
    assert "not asked again in this ingestion" in again.message
