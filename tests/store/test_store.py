"""The operational store: schema, transactions, audit, keys, several writers."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from store import LoadEntry, LoadProblem, Store, StoreError, migrate_store, open_store
from store.connect import STORE_FILE, connect, store_url
from store.tables import metadata

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    migrate_store(tmp_path)
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def entry(load_id: str) -> LoadEntry:
    return LoadEntry(load_id, "customer", "billing", date(2026, 7, 1), "c.csv", "0" * 64, 10, 1, 2)


def test_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    migrate_store(tmp_path)
    migrate_store(tmp_path)
    engine = connect(store_url(tmp_path))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_missing_store_and_one_of_another_version_are_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="vitrina init"):
        open_store(tmp_path)
    migrate_store(tmp_path)
    with sqlite3.connect(tmp_path / STORE_FILE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'other'")
    connection.close()
    with pytest.raises(StoreError, match="has version other"):
        open_store(tmp_path)


def test_sqlite_is_set_up_for_several_processes_and_loss_of_power(tmp_path: Path) -> None:
    migrate_store(tmp_path)
    engine = connect(store_url(tmp_path))
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_change_and_its_audit_are_one_transaction(store: Store) -> None:
    with store.unit_of_work("anna") as work:
        work.users.add("bob", {"everything": True})
    with pytest.raises(RuntimeError), store.unit_of_work("anna") as work:  # noqa: PT012
        work.users.add("eve", {})
        raise RuntimeError
    with store.reading() as work:
        assert [user.name for user in work.users.all()] == ["bob"]
        (told,) = work.audit.last(10)
    assert (told.actor, told.action, told.subject) == ("anna", "user.create", "bob")
    assert told.details == {"rights": {"everything": True}}
    assert told.at.tzinfo is UTC


def test_a_key_opens_until_it_runs_out_is_revoked_or_its_user_is_shut_out(store: Store) -> None:
    with store.unit_of_work("admin") as work:
        work.users.add("anna", {"everything": True})
        work.users.add_role("analyst", {"groups": ["finance"]})
        work.users.give_role("anna", "analyst")
        lasting = work.api_keys.create("anna", "laptop")
        short = work.api_keys.create("anna", expires_at=NOW + timedelta(days=1))
    user = store.authenticate(lasting, NOW)
    assert user is not None
    assert (user.name, user.rights, user.roles) == ("anna", {"everything": True}, ("analyst",))
    assert store.authenticate(short, NOW) is not None
    assert store.authenticate(short, NOW + timedelta(days=1)) is None
    assert store.authenticate(lasting + "x", NOW) is None
    with store.unit_of_work("admin") as work:
        work.api_keys.revoke(2, NOW)
    assert store.authenticate(short, NOW) is None
    with store.unit_of_work("admin") as work:
        work.users.set_active("anna", active=False)
    assert store.authenticate(lasting, NOW) is None


def test_the_key_itself_is_nowhere_in_the_store(store: Store, tmp_path: Path) -> None:
    with store.unit_of_work("admin") as work:
        work.users.add("anna", {})
        key = work.api_keys.create("anna")
    store.close()
    files = [path.read_bytes() for path in (tmp_path / "store").iterdir()]
    assert not any(key.encode() in content for content in files)


def test_the_ledger_knows_a_load_once(store: Store) -> None:
    with store.unit_of_work("ingest") as work:
        work.loads.add(entry("a"))
        work.loads.add(entry("a"))
    with store.reading() as work:
        assert work.loads.ids() == {"a"}
        assert [note.subject for note in work.audit.last(9)] == ["a"]


def test_a_problem_of_a_file_has_its_newest_message_until_solved(store: Store) -> None:
    for message in ("empty", "cut"):
        with store.unit_of_work("ingest") as work:
            work.loads.report(LoadProblem("billing", "customer", "c.csv", message))
    with store.reading() as work:
        assert [problem.message for problem in work.loads.problems()] == ["cut"]
    with store.unit_of_work("ingest") as work:
        work.loads.solve("billing", "customer", "c.csv")
    with store.reading() as work:
        assert work.loads.problems() == ()


def test_a_run_that_lost_its_process_is_abandoned_when_the_next_starts(store: Store) -> None:
    with store.unit_of_work("run") as work:
        work.runs.start("one", NOW)
    with store.unit_of_work("run") as work:
        work.runs.start("two", NOW + timedelta(hours=1))
        work.runs.finish("two", "done", NOW + timedelta(hours=2), release_id="r1")
    with store.reading() as work:
        assert [(run.run_id, run.state, run.release_id) for run in work.runs.last()] == [
            ("two", "done", "r1"),
            ("one", "abandoned", None),
        ]
    with pytest.raises(LookupError), store.unit_of_work("run") as work:
        work.runs.finish("three", "done", NOW)


def test_rows_that_name_nobody_are_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), store.unit_of_work("admin") as work:
        work.api_keys.create("nobody")


def test_many_writers_wait_for_each_other_and_lose_nothing(store: Store, tmp_path: Path) -> None:
    failures: list[Exception] = []

    def write(worker: int) -> None:
        own = open_store(tmp_path)
        try:
            for number in range(20):
                with own.unit_of_work(f"worker {worker}") as work:
                    seen = len(work.loads.ids())
                    work.loads.add(entry(f"{worker}-{number}-{seen}"))
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.reading() as work:
        # Each saw exactly what was there before it: reading and writing were one step.
        assert sorted(int(load_id.rsplit("-", 1)[1]) for load_id in work.loads.ids()) == list(range(80))


def test_reading_does_not_wait_for_a_writer(store: Store, tmp_path: Path) -> None:
    with store.unit_of_work("admin") as work:
        work.users.add("anna", {})
        with store.reading() as other:
            assert other.users.all() == ()


def test_names_and_messages_from_outside_are_kept_as_every_database_takes_them(tmp_path: Path) -> None:
    migrate_store(tmp_path)
    store = open_store(tmp_path)
    problem = LoadProblem("s" * 60, "payment", "folder/" * 90 + "end.csv", "a\0b\udcff")
    for _ in range(2):
        with store.unit_of_work("anna") as work:
            work.loads.report(problem)
    with store.reading() as work:
        (kept,) = work.loads.problems()
        (entry, _) = work.audit.last(2)
    assert (len(kept.file), kept.file[-7:], kept.message) == (500, "end.csv", "a\ufffdb?")
    assert len(entry.subject) == 300
    with store.unit_of_work("anna") as work:
        work.loads.solve(problem.source, problem.dataset, problem.file)
        assert work.loads.problems() == ()
    store.close()


def test_a_file_that_is_no_store_says_so(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "vitrina.db").write_text("something else " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="can't be opened: file is not a database"):
        open_store(tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "nodatabase://host/name"])
def test_a_url_that_names_no_store_says_so(url: str) -> None:
    with pytest.raises(StoreError, match="can't be opened"):
        open_store(url)
