"""A small deployment on disk: settings, store with users, a published release of six customers."""

from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from api.actors import ADMIN_RIGHTS
from store import migrate_store, open_store
from tests.identifier_tables import GROUP, SEMANTIC, identifier_tables
from warehouse.catalog.loader import load_catalog
from warehouse.releases.model import Coverage, Untold
from warehouse.releases.publish import ManifestParts, publish_tables

CATALOG = (
    f"groups:\n{GROUP}\n"
    """
  profile: {labels: {en: Profile, ru: Профиль}}
entities:
  customer:
    table: customer_360
    key: customer_no
    id: customer_id
    customer: customer_no
    labels: {en: Customer, ru: Клиент}
    attributes:
      customer_id: {type: text, group: profile, labels: {en: Id, ru: Код}, lineage: c}
      region:
        type: text
        group: profile
        labels: {en: Region, ru: Регион}
        missing: {en: Not known, ru: Не известен}
        lineage: c
      phone:
        type: text
        group: profile
        sensitivity: personal
        labels: {en: Phone, ru: Телефон}
        missing: {en: Not known, ru: Не известен}
        lineage: c
      balance:
        type: decimal
        scale: 2
        group: profile
        unit: money
        labels: {en: Balance, ru: Баланс}
        missing: {en: Not known, ru: Не известен}
        lineage: c
facts:
  payment:
    table: fct_payment
    keys: {customer: customer_no}
    business_date: paid_on
    order: [amount]
    labels: {en: Payments, ru: Платежи}
    measures:
      amount:
        type: decimal
        scale: 2
        group: profile
        unit: money
        labels: {en: Amount, ru: Сумма}
        missing: {en: Not known, ru: Не известна}
        lineage: p
"""
)
SETTINGS = "name: Test\ntime_zone: Asia/Tashkent\n"
AS_OF = date(2026, 7, 1)
CUSTOMERS: list[dict[str, Any]] = [
    {"customer_id": "C1", "region": "Ташкент", "phone": "1", "balance": Decimal("10.00")},
    {"customer_id": "C2", "region": "Ташкент", "phone": "2", "balance": Decimal("-5.50")},
    {"customer_id": "C3", "region": "Самарканд", "phone": None, "balance": None},
    {"customer_id": "C4", "region": None, "phone": "[red]4[/red]", "balance": Decimal("0.00")},
    {"customer_id": "C5", "region": "Самарканд", "phone": "5", "balance": Decimal("100.00")},
    {"customer_id": "C6", "region": "Ташкент", "phone": "6", "balance": Decimal("7.25")},
]
HELD = [
    (1, "msisdn", "+998900000001", None, date(2025, 12, 31), 1),
    (2, "msisdn", "+998900000001", date(2026, 2, 1), None, 1),
    (3, "email", "office@firm.uz", None, None, 2),
    (5, "email", "office@firm.uz", None, None, 2),
]
PAYMENTS = [(1, date(2026, 6, 1)), (1, date(2026, 6, 30)), (5, date(2026, 5, 31)), (6, date(2026, 6, 15))]


def make_home(home: Path) -> Path:
    """The deployment in `home`; users: admin, and tashkent who sees one region and no personal data."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "vitrina.yml").write_text(SETTINGS, encoding="utf-8")
    (home / "catalog.yml").write_text(CATALOG, encoding="utf-8")
    migrate_store(home)
    with closing(open_store(home)) as store, store.unit_of_work("test") as work:
        work.users.add("admin", ADMIN_RIGHTS)
        work.users.add("tashkent", {"scope": {"allowed": {"region": ["Ташкент"]}}})
        work.users.add("gone", ADMIN_RIGHTS)
        work.users.set_active("gone", active=False)
    november = Untold("paysys", "payment", date(2025, 11, 1), date(2025, 12, 1))
    coverage = {"payment": Coverage(date(2026, 1, 1), AS_OF, (november,))}
    parts = ManifestParts(as_of=AS_OF, known_on=AS_OF, time_zone="Asia/Tashkent", facts=coverage)
    publish_tables(home, _tables(), load_catalog([home / "catalog.yml", SEMANTIC]), parts)
    return home


def _tables() -> dict[str, pa.Table]:
    money = pa.decimal128(18, 2)
    numbers = pa.array(range(1, len(CUSTOMERS) + 1), pa.uint32())
    columns = {
        name: pa.array([row[name] for row in CUSTOMERS]) for name in ("customer_id", "region", "phone")
    }
    balance = pa.array([row["balance"] for row in CUSTOMERS], money)
    customers = pa.table({"customer_no": numbers, **columns, "balance": balance})
    payments = pa.table(
        {
            "customer_no": pa.array([no for no, _ in PAYMENTS], pa.uint32()),
            "paid_on": pa.array([day for _, day in PAYMENTS], pa.date32()),
            "amount": pa.array([Decimal("10.00") for _ in PAYMENTS], money),
        }
    )
    return {"customer_360": customers, "fct_payment": payments, **identifier_tables(HELD)}
