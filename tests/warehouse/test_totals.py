"""Sums in raw and mart: where no row has a value nothing is compared; where one side has any, both are."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from warehouse.builds.checks import check_totals, count_totals
from warehouse.builds.model import BuildError, Dataset
from warehouse.releases.model import ControlTotal

ACCOUNT = Dataset(
    "account",
    ("account_id",),
    {"account_id": "VARCHAR", "balance": "DECIMAL(18,2)"},
    ("balance",),
    "dim_account",
)


def counted(folder: Path, raw: str, mart: str, stated: dict[str, Decimal]) -> ControlTotal:
    """The total of the balance over one account; `raw` and `mart` are its values in SQL."""
    with closing(duckdb.connect(str(folder / "build.duckdb"))) as connection:
        connection.sql("create schema raw")
        marks = "'upsert' as _load_mode, date '2026-07-01' as _known_from, 0 as _load_order, 0 as _row"
        for table, value, more in (("raw.account", raw, f", {marks}"), ("dim_account", mart, "")):
            columns = f"'a' as account_id, {value}::decimal(18,2) as balance{more}"
            connection.sql(f"create table {table} as select {columns}")
    totals = count_totals(folder / "build.duckdb", [ACCOUNT], stated)
    assert totals[0] == ControlTotal("account.rows", None, Decimal(1), Decimal(1))
    return totals[1]


@pytest.mark.parametrize("mart", ["null", "0"])
def test_a_column_that_nobody_maps_is_not_compared(tmp_path: Path, mart: str) -> None:
    total = counted(tmp_path, "null", mart, {})
    assert total == ControlTotal("account.balance", None, None, None)
    assert not total.compared
    check_totals([total])


@pytest.mark.parametrize(
    ("raw", "mart", "stated", "words"),
    [
        ("5", "null", None, "5.00 in raw, 0 in the mart"),
        ("null", "5", None, "0 in raw, 5.00 in the mart"),
        ("null", "null", "5", "5 stated by the source, 0 of it left out, 0 in raw"),
    ],
)
def test_values_on_one_side_alone_are_a_breach(
    tmp_path: Path, raw: str, mart: str, stated: str | None, words: str
) -> None:
    said = {"account.balance": Decimal(stated)} if stated else {}
    total = counted(tmp_path, raw, mart, said)
    assert total.compared
    with pytest.raises(BuildError, match=words):
        check_totals([total])


def test_a_stated_sum_of_nothing_is_compared(tmp_path: Path) -> None:
    total = counted(tmp_path, "null", "null", {"account.balance": Decimal()})
    assert total == ControlTotal("account.balance", Decimal(), Decimal(), Decimal())
    check_totals([total])


def test_of_a_table_that_holds_several_data_sets_only_its_own_rows_are_counted(tmp_path: Path) -> None:
    database = tmp_path / "build.duckdb"
    with closing(duckdb.connect(str(database))) as connection:
        connection.sql("create schema raw")
        marks = "'append' as _load_mode, date '2026-07-01' as _known_from, 0 as _load_order, 0 as _row"
        connection.sql(f"create table raw.call as select 'a' as call_id, 1 as minutes, {marks}")
        connection.sql("create table talk as from (values ('call', 1), ('letter', 7)) as t (origin, minutes)")
    call = Dataset(
        "call",
        ("call_id",),
        {"call_id": "VARCHAR", "minutes": "BIGINT"},
        ("minutes",),
        "talk",
        "origin = 'call'",
    )
    assert count_totals(database, [call], {}) == (
        ControlTotal("call.rows", None, Decimal(1), Decimal(1)),
        ControlTotal("call.minutes", None, Decimal(1), Decimal(1)),
    )
