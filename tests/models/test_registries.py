"""Whose an entry of a registry is, and what the profile keeps of the entries."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipelines.lib.canonical import MODELS
from segments.conditions.matches import Reference
from segments.conditions.reference.data import Data
from tests.models.communication_models import built, found
from warehouse.catalog.loader import load_catalog, semantic_files

CATALOG = load_catalog(semantic_files(MODELS))
DAY = date(2026, 6, 1)


def day(number: int | None) -> date | None:
    return None if number is None else DAY + timedelta(days=number)


COMPANIES = [
    {"customer_id": "A", "kind": "legal_entity", "tax_id": "301 000 001"},
    {"customer_id": "B", "kind": "legal_entity", "tax_id": "302"},
    {"customer_id": "C", "kind": "legal_entity", "tax_id": "302"},
    {"customer_id": "D", "kind": "legal_entity"},
]


def status(
    tax_id: str, name: str, begin: int | None, end: int | None = None, registry: str = "tax_service"
) -> Any:
    return {
        "tax_id": tax_id,
        "registry": registry,
        "status": name,
        "valid_from": day(begin),
        "valid_to": day(end),
    }


def test_a_directory_from_outside_takes_no_registry_from_a_customer() -> None:
    customers = [
        *COMPANIES,
        {"customer_id": "Y1", "kind": "legal_entity", "tax_id": "301000001", "origin": "directory"},
        {"customer_id": "Y2", "kind": "legal_entity", "tax_id": "302", "origin": "directory"},
        {"customer_id": "Y3", "kind": "legal_entity", "tax_id": "303", "origin": "directory"},
        {"customer_id": "Y4", "kind": "legal_entity", "tax_id": "304", "origin": "directory"},
        {"customer_id": "Y5", "kind": "legal_entity", "tax_id": "304", "origin": "directory"},
    ]
    statuses = [status(tax_id, "active", 1) for tax_id in ("301000001", "302", "303", "304")]
    with built(customers, stg_legal_status=statuses) as mart:
        owners = mart.sql("select tax_id, customer_no from fct_legal_status order by 1").fetchall()
    assert owners == [("301000001", 1), ("302", None), ("303", 7), ("304", None)]


def test_registries_of_a_profile() -> None:
    statuses = [
        status("301000001", "active", None),
        status("301000001", "tax_block", 0, 10),
        status("301000001", "tax_block", 5, 30),
        status("301000001", "tax_block", 7, 30),
        status("301000001", "account_block", 3, 4),
        status("301000001", "account_block", 0, None),
        status("301000001", "inactive", 8, registry="my_gov"),
        status("302", "liquidated", 1),
        status("999", "active", 1),
    ]
    organisations = [
        {"tax_id": "301000001", "organisation_type": "Old", "registered_on": day(0)},
        {
            "tax_id": "301-000-001",
            "organisation_type": "MChJ",
            "registration_no": "R1",
            "director": "Ёлкин",
            "director__folded": "елкин",
            "parent_tax_id": "400",
            "registered_on": day(1),
        },
        {"tax_id": "4-00", "name": "Holding", "name__folded": "holding"},
        {"tax_id": "302", "organisation_type": "AJ"},
    ]
    with built(COMPANIES, stg_legal_status=statuses, stg_organisation=organisations) as mart:
        assert mart.sql("select customer_no from int_customer_legal").fetchall() == [(1,)]
        told = found(mart, "int_customer_legal", 1)
        rows = mart.sql(
            "select tax_id, count(*), count(customer_no) from fct_legal_status group by 1"
        ).fetchall()
        assert mart.sql("select count(distinct legal_status_id) from fct_legal_status").fetchall() == [(9,)]
    assert sorted(rows) == [("301000001", 7, 7), ("302", 1, 0), ("999", 1, 0)]
    assert told == {
        "customer_no": 1,
        "organisation_type": "MChJ",
        "registration_no": "R1",
        "company_registered_on": day(1),
        "director": "Ёлкин",
        "director__folded": "елкин",
        "parent_tax_id": "400",
        "parent_company": "Holding",
        "parent_company__folded": "holding",
        "registry_active_count": 1,
        "registry_active_since": None,
        "registry_active_until": None,
        "registry_inactive_count": 1,
        "registry_inactive_since": day(8),
        "registry_inactive_until": None,
        "tax_block_count": 3,
        "tax_block_since": day(7),
        "tax_block_until": day(30),
        "account_block_count": 2,
        "account_block_since": day(0),
        "account_block_until": None,
        "liquidation_count": 0,
        "liquidation_since": None,
        "liquidation_until": None,
        "liquidated_count": 0,
        "liquidated_since": None,
        "liquidated_until": None,
    }


def test_a_company_that_only_one_of_them_knows() -> None:
    with built(COMPANIES, stg_organisation=[{"tax_id": "301000001", "organisation_type": "AJ"}]) as mart:
        told = found(mart, "int_customer_legal", 1)
    assert (told["organisation_type"], told["tax_block_count"]) == ("AJ", None)
    with built(COMPANIES, stg_legal_status=[status("301000001", "liquidated", 2)]) as mart:
        told = found(mart, "int_customer_legal", 1)
    assert (told["organisation_type"], told["liquidated_count"], told["liquidated_since"]) == (
        None,
        1,
        day(2),
    )


def test_e_invoices_of_a_profile() -> None:
    def invoice(
        name: str, on: int | None, state: str | None, amount: str | None, buyer: str = "301000001"
    ) -> Any:
        money = None if amount is None else Decimal(amount)
        return {
            "e_invoice_id": name,
            "buyer_tax_id": buyer,
            "seller_tax_id": "301000001",
            "issued_on": day(on),
            "status": state,
            "amount": money,
        }

    invoices = [
        invoice("i1", 0, "signed", "10.00"),
        invoice("i2", 5, "rejected", "20.00"),
        invoice("i3", 5, "delivered", "30.50"),  # of the same day: the greater id is later
        invoice("i4", 3, "rejected", None),
        invoice("i5", None, "signed", "0.05"),
        invoice("i6", 2, "cancelled", "7.00"),
        invoice("i7", 1, None, "7.00"),
        invoice("i8", 9, "signed", "99.00", "302"),
        invoice("i9", 9, "signed", "99.00", "no tax id"),
    ]
    with built(COMPANIES, stg_e_invoice=invoices) as mart:
        assert mart.sql("select count(*), count(customer_no) from fct_e_invoice").fetchall() == [(9, 7)]
        assert mart.sql("select customer_no from int_customer_e_invoices").fetchall() == [(1,)]
        assert found(mart, "int_customer_e_invoices", 1) == {
            "customer_no": 1,
            "e_invoice_count": 7,
            "signed_e_invoice_count": 2,
            "rejected_e_invoice_count": 2,
            "unanswered_e_invoice_count": 1,
            "signed_e_invoice_total": Decimal("10.05"),
            "last_e_invoice_on": day(5),
            "last_rejected_e_invoice_on": day(5),
            "last_e_invoice_status": "delivered",
            "last_e_invoice_amount": Decimal("30.50"),
        }


def entry(status: str, begin: int | None, end: int | None = None) -> dict[str, Any]:
    """Columns of the profile that say of one period of one status; the others say that there is none."""
    names = (
        "registry_active",
        "registry_inactive",
        "tax_block",
        "account_block",
        "liquidation",
        "liquidated",
    )
    row: dict[str, Any] = {f"{name}_count": 0 for name in names}
    row |= {f"{name}_{end}": None for name in names for end in ("since", "until")} | {"liquidated_on": None}
    since = "liquidated_on" if status == "liquidated" else f"{status}_since"
    return row | {f"{status}_count": 1, since: day(begin), f"{status}_until": day(end)}


def status_on(number: int, row: dict[str, Any], attribute: str = "legal_status") -> Any:
    """The attribute of a customer with this row, `number` days after the first of June."""
    data = Data(CATALOG, {"customer_360": [row]}, DAY + timedelta(days=number), "Asia/Tashkent")
    return Reference(data).value({"attr": attribute}, "customer", row)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("registry_active", "active"),
        ("registry_inactive", "inactive"),
        ("tax_block", "tax_block"),
        ("account_block", "account_block"),
        ("liquidation", "in_liquidation"),
    ],
)
def test_a_status_holds_from_its_first_day_up_to_and_including_its_last(name: str, shown: str) -> None:
    period = entry(name, 2, 4)
    assert [status_on(number, period) for number in (1, 2, 4, 5)] == [None, shown, shown, None]
    assert status_on(9, entry(name, 2)) == status_on(0, entry(name, None)) == shown
    assert [status_on(number, entry(name, None, 4)) for number in (4, 5)] == [shown, None]


def test_who_is_liquidated_stays_so_and_the_gravest_status_is_shown() -> None:
    gone = entry("liquidated", 2) | {"registry_active_count": 1}
    assert [status_on(number, gone) for number in (1, 2, 99)] == ["active", "liquidated", "liquidated"]
    order = ["liquidation", "registry_inactive", "tax_block", "account_block", "registry_active"]
    shown = ["in_liquidation", "inactive", "tax_block", "account_block", "active"]
    for place, expected in enumerate(shown):
        several = entry("registry_active", 0) | {f"{name}_count": 1 for name in order[place:]}
        assert status_on(1, several) == expected


def test_a_tax_block_beside_a_graver_status_and_of_those_whom_no_registry_knows() -> None:
    blocked = entry("tax_block", 2, 4) | {"registry_inactive_count": 1}
    assert status_on(3, blocked) == "inactive"
    assert [status_on(number, blocked, "tax_block_state") for number in (1, 3, 5)] == [
        "not_in_force",
        "in_force",
        "not_in_force",
    ]
    unknown = dict.fromkeys(blocked)
    assert status_on(3, unknown) is status_on(3, unknown, "tax_block_state") is None
