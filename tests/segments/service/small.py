"""A release small enough to know by heart: six customers, their accounts and payments, as of 2026-07-01."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from warehouse.access import Actor, RowScope
from warehouse.catalog.model import (
    OPERATORS,
    Attribute,
    Catalog,
    Elapsed,
    Entity,
    Fact,
    Group,
    MonthlySeries,
    Relation,
    Sensitivity,
    ValueType,
)
from warehouse.releases.model import Coverage, Release
from warehouse.releases.publish import ManifestParts, publish_tables
from warehouse.releases.reader import open_release

D = date(2026, 7, 1)
L = {"ru": "название", "en": "label"}
ADMIN = Actor("admin", RowScope(everything=True), attribute_groups=None)
CLERK = Actor("clerk", RowScope(everything=True), attribute_groups=frozenset())
TASHKENT = Actor("tashkent", RowScope(allowed=(("region", frozenset({"Tashkent"})),)), attribute_groups=None)
NOBODY = Actor("nobody", RowScope(), attribute_groups=None)


def _attribute(name: str, kind: ValueType, **other: object) -> Attribute:
    column = None if "derived" in other else name
    return Attribute(name=name, type=kind, labels=L, null_meaning=L, column=column, **other)  # type: ignore[arg-type]


def _named(*found: Attribute) -> dict[str, Attribute]:
    return {one.name: one for one in found}


CUSTOMER = Entity(
    name="customer",
    table="customer_360",
    key="customer_no",
    id="customer_id",
    customer="customer_no",
    labels=L,
    exists_from="registered_on",
    attributes=_named(
        _attribute("region", ValueType.TEXT),
        _attribute("full_name", ValueType.TEXT, folded="full_name__folded", group="person"),
        _attribute("vip", ValueType.BOOLEAN),
        _attribute("balance", ValueType.DECIMAL, scale=2),
        _attribute("registered_on", ValueType.DATE),
        _attribute("tenure", ValueType.INTEGER, derived=Elapsed("month", "registered_on")),
        _attribute(
            "tax_id",
            ValueType.TEXT,
            group="person",
            sensitivity=Sensitivity.PERSONAL,
            operators=OPERATORS[ValueType.TEXT] - {"contains", "not_contains", "starts_with", "ends_with"},
        ),
    ),
)
ACCOUNT = Entity(
    name="account",
    table="dim_account",
    key="account_id",
    id="account_id",
    customer="customer_no",
    labels=L,
    exists_from="opened_on",
    attributes=_named(_attribute("kind", ValueType.TEXT), _attribute("opened_on", ValueType.DATE)),
)
PAYMENT = Fact(
    name="payment",
    table="fct_payment",
    keys={"customer": "customer_no", "account": "account_id"},
    business_date="paid_on",
    order=("payment_id",),
    labels=L,
    measures=_named(_attribute("amount", ValueType.DECIMAL, scale=2)),
    attributes=_named(_attribute("method", ValueType.TEXT)),
    monthly=(MonthlySeries("customer", "amount", "paid_"),),
)
CATALOG = Catalog(
    version="small",
    entities={"customer": CUSTOMER, "account": ACCOUNT},
    facts={"payment": PAYMENT},
    relations={"accounts": Relation("accounts", "customer", "account", "customer_no", L)},
    groups={"person": Group("person", L)},
)

_CUSTOMERS = [
    # no, id, region, name, vip, balance, registered on, tax id
    (1, "C1", "Tashkent", "Анна Ёлкина", True, "100.00", date(2024, 1, 31), "111"),
    (2, "C2", "Tashkent", "Борис", False, "-5.50", date(2025, 6, 1), None),
    (3, "C3", "Samarkand", "O‘ktam", None, None, date(2020, 2, 29), "333"),
    (4, "C4", None, None, True, "0.00", None, None),
    (5, "C5", "Samarkand", "Vera", False, "99.99", date(2026, 6, 30), "555"),
    (6, "C6", "Tashkent", "Later", False, "1.00", date(2026, 7, 1), "666"),
]
_ACCOUNTS = [
    ("A1", 1, "prepaid", date(2024, 2, 1)),
    ("A2", 1, "postpaid", date(2026, 7, 1)),
    ("A3", 2, "prepaid", date(2025, 6, 1)),
    ("A4", 3, "postpaid", None),
    ("A5", None, "prepaid", date(2025, 1, 1)),
]
_PAYMENTS = [
    # id, customer, account, paid on, amount, method
    ("P1", 1, "A1", date(2026, 4, 10), "100.00", "card"),
    ("P2", 1, "A1", date(2026, 5, 10), "100.00", "card"),
    ("P3", 1, "A1", date(2026, 6, 30), "75.00", "cash"),
    ("P4", 2, "A3", date(2026, 5, 31), "10.00", "cash"),
    ("P5", 2, "A3", date(2026, 7, 1), "10.00", "cash"),
    ("P6", 3, "A4", date(2026, 6, 1), None, "app"),
    ("P7", 3, "A4", None, "500.00", "app"),
    ("P8", None, None, date(2026, 6, 15), "7.00", "card"),
]


def _money(values: list[str | None]) -> pa.Array:
    return pa.array([None if v is None else Decimal(v) for v in values], pa.decimal128(18, 2))


def _column(rows: list[tuple], i: int, kind: pa.DataType) -> pa.Array:  # type: ignore[type-arg]
    return pa.array([row[i] for row in rows], kind)


def _month(year: int, month: int) -> pa.Array:
    sums: dict[int, Decimal] = {}
    for _, customer, _, paid_on, amount, _ in _PAYMENTS:
        if customer and paid_on and amount and (paid_on.year, paid_on.month) == (year, month):
            sums[customer] = sums.get(customer, Decimal(0)) + Decimal(amount)
    return pa.array([sums.get(row[0]) for row in _CUSTOMERS], pa.decimal128(38, 2))


def tables(months: bool = True) -> dict[str, pa.Table]:
    """The release's tables; `months` = with the mart's monthly series of April, May and June 2026."""
    from warehouse.text import fold

    names = _column(_CUSTOMERS, 3, pa.string())
    customer = {
        "customer_no": _column(_CUSTOMERS, 0, pa.uint32()),
        "customer_id": _column(_CUSTOMERS, 1, pa.string()),
        "region": _column(_CUSTOMERS, 2, pa.string()),
        "full_name": names,
        "full_name__folded": fold(names),
        "vip": _column(_CUSTOMERS, 4, pa.bool_()),
        "balance": _money([row[5] for row in _CUSTOMERS]),
        "registered_on": _column(_CUSTOMERS, 6, pa.date32()),
        "tax_id": _column(_CUSTOMERS, 7, pa.string()),
    }
    if months:
        customer |= {f"paid_2026_{m:02d}": _month(2026, m) for m in (4, 5, 6)}
    accounts = {
        "account_id": _column(_ACCOUNTS, 0, pa.string()),
        "customer_no": _column(_ACCOUNTS, 1, pa.uint32()),
        "kind": _column(_ACCOUNTS, 2, pa.string()),
        "opened_on": _column(_ACCOUNTS, 3, pa.date32()),
    }
    payments = {
        "payment_id": _column(_PAYMENTS, 0, pa.string()),
        "customer_no": _column(_PAYMENTS, 1, pa.uint32()),
        "account_id": _column(_PAYMENTS, 2, pa.string()),
        "paid_on": _column(_PAYMENTS, 3, pa.date32()),
        "amount": _money([row[4] for row in _PAYMENTS]),
        "method": _column(_PAYMENTS, 5, pa.string()),
    }
    return {
        "customer_360": pa.table(customer),
        "dim_account": pa.table(accounts),
        "fct_payment": pa.table(payments),
    }


def publish(home: Path, *, months: bool = True) -> Release:
    """The release in a deployment folder."""
    coverage = Coverage(date(2024, 1, 1), D)
    parts = ManifestParts(as_of=D, known_on=D, time_zone="Asia/Tashkent", facts={"payment": coverage})
    publish_tables(home, tables(months), CATALOG, parts)
    return open_release(home)
