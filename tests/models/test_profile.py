"""The profile of a deployment worked out by hand, and its agreement with the catalogue."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.lib.canonical import MODELS, canonical_datasets
from warehouse.builds.checks import BuildError, check_totals, count_totals, unknown_customers
from warehouse.builds.coverage import coverage
from warehouse.builds.model import Extension, Load
from warehouse.builds.prepare import release_folder
from warehouse.catalog.loader import CatalogError, load_catalog, semantic_files
from warehouse.catalog.match import catalog_tables, check_tables, differences
from warehouse.catalog.model import OPERATORS, Attribute, Catalog, ValueType
from warehouse.releases.layout import in_part, part_name, table_layouts
from warehouse.releases.model import ControlTotal
from warehouse.releases.tables import CONTENT, PARTS

LABELS = {"en": "Score", "ru": "Балл"}
SCORES = Extension("scores", {"score": "BIGINT", "club": "VARCHAR"})


@pytest.fixture
def mart(hand_made: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(hand_made), read_only=True) as connection:
        yield connection


@pytest.fixture
def catalog() -> Catalog:
    brought = {
        name: Attribute(
            name, kind, LABELS, group="extension", column=name, operators=OPERATORS[kind], null_meaning=LABELS
        )
        for name, kind in {"score": ValueType.INTEGER, "club": ValueType.TEXT}.items()
    }
    return load_catalog(semantic_files(MODELS), {"customer": brought})


def count(mart: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(mart.sql(f"select count(*) from {table}").fetchall()[0][0])


def profile(mart: duckdb.DuckDBPyConnection, customer_id: str) -> dict[str, Any]:
    found = mart.execute("select * from customer_360 where customer_id = ?", [customer_id])
    names = [column[0] for column in found.description or ()]
    (row,) = found.fetchall()
    return dict(zip(names, row, strict=True))


def test_the_profile_is_written_in_the_order_of_the_release(
    hand_made: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    file = f"read_parquet('{release_folder(hand_made) / 'customer_360'}.parquet', file_row_number = true)"
    stored = mart.sql(f"select customer_no from {file} order by file_row_number").fetchall()
    assert len(stored) > 1
    assert stored == mart.sql("select customer_no from customer_360 order by 1").fetchall()


@pytest.mark.parametrize("table", ["fct_charge", "fct_payment", "fct_usage_monthly"])
def test_facts_are_written_by_month_in_the_order_of_the_release(
    hand_made: Path, catalog: Catalog, mart: duckdb.DuckDBPyConnection, table: str
) -> None:
    layout = table_layouts(catalog)[table]
    columns = ", ".join(layout.order)
    keys = ", ".join(f"{column} nulls last" for column in layout.order)
    files = sorted((release_folder(hand_made) / table).iterdir())
    assert files
    for file in files:
        rows = f"read_parquet('{file}', file_row_number = true)"
        stored = mart.sql(f"select {columns} from {rows} order by file_row_number").fetchall()
        part = f"{table} where {in_part(file.stem, layout.day)}"
        assert stored == mart.sql(f"select {columns} from {part} order by {keys}").fetchall()
    assert sum(len(mart.sql(f"from '{file}'").fetchall()) for file in files) == count(mart, table)


def test_what_is_told_of_the_months_is_what_their_files_hold(
    hand_made: Path, mart: duckdb.DuckDBPyConnection
) -> None:
    told = mart.sql(f"select * from {PARTS}").fetchall()
    assert {row[0] for row in told} >= {"fct_charge", "fct_payment", "fct_usage_monthly"}
    for table, month, *content in told:
        file = release_folder(hand_made) / table / f"{part_name(month)}.parquet"
        hashes = f"select hash(t) as h from '{file}' as t"
        assert [tuple(content)] == mart.sql(f"select {CONTENT} from ({hashes})").fetchall()


def test_numbers_follow_first_sight_not_the_alphabet(mart: duckdb.DuckDBPyConnection) -> None:
    rows = mart.sql("select customer_no, customer_id from customer_360 order by 1").fetchall()
    assert rows == [(1, "C1"), (2, "P1"), (3, "P0")]


def test_a_customer_by_hand(mart: duckdb.DuckDBPyConnection) -> None:
    found = profile(mart, "P1")
    expected = {
        "full_name": "New name",
        "region": None,  # what the source has cleared stays cleared
        "vip": False,
        "exists_from": date(2024, 1, 10),
        "contract_count": 2,
        "open_contract_count": 1,
        "first_contract_on": date(2024, 1, 10),
        "last_contract_on": date(2025, 3, 1),
        "last_contract_ended_on": date(2026, 6, 15),
        "payment_kind": "postpaid",
        "account_count": 3,
        "balance_total": Decimal("6.50"),
        "debt_total": Decimal("3.50"),
        "subscription_count": 2,
        "open_subscription_count": 1,
        "tariff": "Максимум",
        "tariff__folded": "максимум",
        "first_usage_month": date(2026, 4, 1),
        "voice_minutes_2026_04": Decimal("6.00"),  # the correction of a closed month
        "voice_minutes_2026_05": None,  # a row, but no known measure
        "voice_minutes_2026_06": Decimal("3.25"),
        "data_mb_2026_06": None,
        "charge_count": 3,  # equal rows are separate events
        "charged_total": Decimal("15.00"),
        "charged_2026_05": Decimal("14.00"),
        "charged_2026_06": None,
        "last_charge_on": date(2026, 5, 3),
        "payment_count": 2,
        "paid_total": Decimal("11.00"),
        "paid_2026_06": None,
        "paid_2026_07": Decimal("11.00"),  # by the local business date
        "last_payment_on": date(2026, 7, 1),
        "last_payment_amount": Decimal("6.00"),
        "score": 5,
        "club": "gold",
    }
    assert {name: found[name] for name in expected} == expected


def test_the_history_holds_what_is_said_no_more(mart: duckdb.DuckDBPyConnection) -> None:
    june, july, gone = date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 2)
    found = mart.execute("""
        select customer_id, held_from, held_to, known_from, known_to, present, full_name, region, vip
        from hist_customer order by customer_id, known_to nulls last, known_from
    """).fetchall()
    assert found == [
        ("GONE", None, None, None, july, False, None, None, None),
        ("GONE", None, gone, july, None, True, None, None, None),
        ("GONE", gone, None, gone, None, False, None, None, None),
        ("P0", None, None, None, july, False, None, None, None),
        ("P1", None, july, june, None, True, "Old name", "Andijon", True),
    ]


def test_customers_of_whom_little_is_known(mart: duckdb.DuckDBPyConnection) -> None:
    company, prospect = profile(mart, "C1"), profile(mart, "P0")
    assert company["exists_from"] == date(2020, 5, 5)
    assert company["score"] is None  # sent in full: what the newest file leaves out is no longer said
    assert (prospect["exists_from"], prospect["contract_count"], prospect["balance_total"]) == (None, 0, None)


def test_people_around_a_customer(mart: duckdb.DuckDBPyConnection) -> None:
    company, person = profile(mart, "C1"), profile(mart, "P1")
    expected = {
        "sales_employee": "Manager",
        "sales_branch_id": "u1",  # the register names no unit: it is the employee's
        "sales_since": date(2026, 5, 1),
        "service_employee": None,
        "responsible_employee_count": 1,
        "flag_key_customer": True,
        "flag_vip": False,
        "open_flag_count": 1,
        "consent_sms": "given",  # by the contact person
        "consent_sms_on": date(2026, 6, 1),  # by the local business date
        "consent_email": "not_asked",
        "main_contact_name__folded": "ким",
        "document_number": None,
        "survey_count": 0,
        "prospect_source": None,
    }
    assert {name: company[name] for name in expected} == expected
    expected = {
        "responsible_employee_count": 0,
        "flag_count": 0,
        "flag_key_customer": False,
        "consent_sms": "not_asked",
        "contact_person_count": 0,
        "document_number": "AA7",
        "code_word_hash": "c0de",
        "last_nps_score": 9,
        "last_csi_score": None,
    }
    assert {name: person[name] for name in expected} == expected


def test_months_are_those_with_data_without_gaps(mart: duckdb.DuckDBPyConnection) -> None:
    months = [row[0] for row in mart.sql("select month from raw.mart_month order by 1").fetchall()]
    assert months == [date(2026, month, 1) for month in (4, 5, 6, 7)]


def test_rows_of_unknown_parents_stay_and_belong_to_nobody(mart: duckdb.DuckDBPyConnection) -> None:
    assert mart.sql("select customer_no from dim_contract where contract_id = 'K9'").fetchall() == [(None,)]
    assert mart.sql("select customer_no from fct_charge where charge_id = 'c3'").fetchall() == [(None,)]


def test_a_transfer_without_account_is_that_of_the_one_customer_with_the_tax_id(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    rows = mart.sql("select payment_id, customer_no from fct_payment where payment_id like 'b%' order by 1")
    # Two customers share 777; an account that nobody knows is a mistake of the sender, not a hint at the payer.
    assert rows.fetchall() == [("b1", 1), ("b2", None), ("b3", None)]


def test_every_canonical_data_set_has_a_staging_model_of_its_columns(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    for dataset in canonical_datasets():
        columns = [row[0] for row in mart.sql(f"describe stg_{dataset.name}").fetchall()]
        assert columns == list(dataset.columns)


def test_catalogue_and_mart_agree(mart: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    check_tables(catalog, mart)


def test_an_undeclared_column_is_a_difference(mart: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(CatalogError, match=r"customer_360\.score: in the table, but not declared"):
        check_tables(load_catalog(semantic_files(MODELS)), mart)


def test_every_column_that_goes_is_a_difference(mart: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Whatever a mart loses, save a month's column, the catalogue must miss."""
    found = {
        name: {row[0]: row[1] for row in mart.sql(f"describe {name}").fetchall()}
        for name in catalog_tables(catalog)
    }
    assert not list(differences(catalog, found))
    for table, columns in found.items():
        for lost in columns:
            if lost[-7:-5] != "20":
                rest = {name: kind for name, kind in columns.items() if name != lost}
                assert list(differences(catalog, {**found, table: rest})), f"{table}.{lost}"


def test_raw_and_mart_add_up(hand_made: Path) -> None:
    totals = {
        total.name: total
        for total in count_totals(hand_made, canonical_datasets(), {"charge.rows": Decimal(4)})
    }
    assert totals["charge.rows"] == ControlTotal("charge.rows", Decimal(4), Decimal(4), Decimal(4))
    assert (
        totals["usage_monthly.voice_minutes"].raw
        == totals["usage_monthly.voice_minutes"].mart
        == Decimal("9.25")
    )
    check_totals(tuple(totals.values()))


def test_a_breach_is_named() -> None:
    with pytest.raises(BuildError, match=r"charge\.amount: 5 in raw, 4 in the mart"):
        check_totals([ControlTotal("charge.amount", None, Decimal(5), Decimal(4))])


def test_coverage_follows_the_slowest_source(hand_made: Path, catalog: Catalog) -> None:
    loads = [
        Load("charge", "billing", "1", date(2026, 7, 1), "append", ()),
        Load("charge", "billing", "2", date(2026, 7, 2), "append", ()),
        Load("charge", "shop", "3", date(2026, 6, 20), "append", ()),
    ]
    found = coverage(hand_made, catalog, {"charge": loads}, {})
    charge = found["charge"]
    assert (charge.complete_from, charge.complete_before) == (date(2026, 5, 3), date(2026, 6, 20))
    assert (found["payment"].complete_from, found["payment"].complete_before) == (None, None)


def test_extension_rows_of_unknown_customers_are_counted(hand_made: Path) -> None:
    assert unknown_customers(hand_made, [SCORES]) == {"scores": 1}
