"""Saved segments and lists in the store: schema, rollback with the audit, what the database itself refuses."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from store import (
    ListCounts,
    ListRow,
    NewVersion,
    SegmentHead,
    SegmentUse,
    Store,
    TakenError,
    UploadedList,
    migrate_store,
    open_store,
)
from store.connect import connect, store_url
from store.tables import metadata

HEAD = SegmentHead("a", "A", "a", "")
VERSION = NewVersion("{}", "0" * 64, "customer", "c1")
LIST = UploadedList(
    "l", "L", "l", "customer", "customer_id", "anna", "f.csv", "1" * 64, ListCounts(4, 2, 1, 0, 1)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    migrate_store(tmp_path)
    with closing(open_store(tmp_path)) as opened:
        yield opened


def test_migrations_make_the_tables_as_they_are_declared(tmp_path: Path) -> None:
    migrate_store(tmp_path)
    engine = connect(store_url(tmp_path))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_what_fails_leaves_neither_rows_nor_audit(store: Store) -> None:
    def fail() -> None:
        with store.unit_of_work("anna") as work:
            work.segments.add(HEAD, "anna")
            work.segments.add_version("a", VERSION, "anna")
            work.lists.add(LIST, ["C1", "C2"], [])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as work:
        assert work.segments.all() == ()
        assert work.lists.all() == ()
        assert work.audit.last(10) == ()


def test_names_that_read_alike_are_refused_by_the_database(store: Store) -> None:
    with store.unit_of_work("anna") as work:
        work.segments.add(HEAD, "anna")
        work.segments.add_version("a", VERSION, "anna")
    with pytest.raises(TakenError), store.unit_of_work("boris") as work:
        work.segments.add(replace(HEAD, id="b"), "boris")
    with store.unit_of_work("anna") as work:
        work.lists.add(LIST, ["C1"], [])
    with pytest.raises(TakenError), store.unit_of_work("boris") as work:
        work.lists.add(replace(LIST, id="m"), ["C1"], [])


def test_a_version_that_uses_nothing_real_is_refused_by_the_database(store: Store) -> None:
    with store.unit_of_work("anna") as work:
        work.segments.add(HEAD, "anna")
    for used in (
        replace(VERSION, segments=(SegmentUse("b", 1),)),
        replace(VERSION, lists=("no",)),
    ):
        with pytest.raises(TakenError), store.unit_of_work("anna") as work:
            work.segments.add_version("a", used, "anna")


def test_counts_that_do_not_add_up_are_refused_by_the_database(store: Store) -> None:
    wrong = replace(LIST, counts=ListCounts(5, 2, 1, 0, 1))
    with pytest.raises((TakenError, IntegrityError)), store.unit_of_work("anna") as work:
        work.lists.add(wrong, ["C1"], [])


def test_members_come_sorted_and_rows_in_the_order_of_the_file(store: Store) -> None:
    rows = [ListRow(9, "unknown", "x", "r"), ListRow(2, "rejected", "", "s")]
    with store.unit_of_work("anna") as work:
        work.lists.add(LIST, [f"C{i}" for i in range(25_000)], rows)
    with store.reading() as work:
        members = work.lists.members("l")
        assert members == sorted(f"C{i}" for i in range(25_000))
        assert [row.line for row in work.lists.rows("l")] == [2, 9]
        assert [row.line for row in work.lists.rows("l", 1)] == [2]


def test_what_is_unknown_is_said(store: Store) -> None:
    with store.unit_of_work("anna") as work:
        for act in (work.segments.archive, work.segments.delete, work.lists.delete):
            with pytest.raises(LookupError):
                act("no")
        with pytest.raises(LookupError):
            work.segments.describe(HEAD)
        assert work.segments.get("no") is None
        assert work.segments.version("no") is None
        assert work.lists.get("no") is None
