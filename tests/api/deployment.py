"""A small deployment on disk: settings, store with users and keys, one release of five customers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from api.actors import ADMIN_RIGHTS
from store import migrate_store, open_store
from tests.identifier_tables import SEMANTIC as IDENTIFIERS
from tests.identifier_tables import identifier_tables
from warehouse.catalog.loader import load_catalog
from warehouse.catalog.model import Catalog
from warehouse.releases.model import Coverage
from warehouse.releases.publish import ManifestParts, Published, publish_tables

SEMANTIC = Path(__file__).parent / "semantic.yml"
AS_OF = date(2026, 7, 1)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
SETTINGS = "name: Test\ntime_zone: Asia/Tashkent\n"
NO_RIGHTS: dict[str, Any] = {"scope": {"everything": True}, "attribute_groups": None, "permissions": []}
NORTH_RIGHTS: dict[str, Any] = {
    "scope": {"allowed": {"region": ["North"]}},
    "attribute_groups": [],
    "permissions": ["segments", "customers"],
}
HELD = [
    (2, "msisdn", "+998900000001", None, date(2025, 12, 31), 1),
    (1, "msisdn", "+998900000001", date(2026, 2, 1), None, 1),
    (1, "email", "office@firm.uz", None, None, 2),
    (3, "email", "office@firm.uz", None, None, 2),
    (3, "telegram", "firm", None, None, 1),
    (1, "merged_id", "C0", None, None, 1),
]


@dataclass(frozen=True, slots=True)
class Deployment:
    """The folder and keys: of an administrator, of one without permissions, of one who sees the North."""

    home: Path
    admin: str
    nobody: str
    north: str


def make_deployment(home: Path, *, released: bool = True) -> Deployment:
    """Write everything into a folder."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "vitrina.yml").write_text(SETTINGS, encoding="utf-8")
    migrate_store(home)
    store = open_store(home)
    with store.unit_of_work("test") as work:
        keys = {}
        for name, rights in (("admin", ADMIN_RIGHTS), ("nobody", NO_RIGHTS), ("north", NORTH_RIGHTS)):
            work.users.add(name, rights)
            keys[name] = work.api_keys.create(name)
    store.close()
    if released:
        publish(home)
    return Deployment(home, **keys)


def catalog() -> Catalog:
    """The deployment's catalogue."""
    return load_catalog([SEMANTIC, IDENTIFIERS])


def publish(home: Path, *, region_of_first: str = "North") -> Published:
    """Publish a release; another region makes another release."""
    parts = ManifestParts(
        as_of=AS_OF,
        known_on=AS_OF,
        time_zone="Asia/Tashkent",
        facts={"payment": Coverage(date(2025, 1, 1), AS_OF), "usage": Coverage(date(2025, 1, 1), AS_OF)},
    )
    return publish_tables(home, tables(region_of_first), catalog(), parts)


def tables(region_of_first: str) -> dict[str, pa.Table]:
    """Five customers, of whom C1 has contracts, accounts, subscriptions, payments and usage."""
    return {
        "customer_360": pa.table(
            {
                "customer_no": pa.array([1, 2, 3, 4, 5], pa.uint32()),
                "customer_id": ["C1", "C2", "C3", "C4/4", "C5"],
                "full_name": ["Анна Алиева", "Борис", "Виктор", None, "Г-н Дом"],
                "full_name__folded": ["анна алиева", "борис", "виктор", None, "г-н дом"],
                "kind": ["person", "person", "legal_entity", "person", "person"],
                "region": [region_of_first, "North", "South", None, "South"],
                "vip": [True, False, None, False, False],
                "since": pa.array(
                    [date(2020, 2, 29), date(2026, 6, 1), None, date(2024, 7, 1), date(2024, 7, 2)],
                    pa.date32(),
                ),
                "balance": pa.array(
                    [Decimal("10.50"), Decimal("-3.25"), None, Decimal("0.10"), Decimal("100.00")],
                    pa.decimal128(18, 2),
                ),
            }
        ),
        "dim_contract": pa.table(
            {
                "contract_id": ["K1", "K2"],
                "customer_no": pa.array([1, 2], pa.uint32()),
                "signed_on": pa.array([date(2020, 2, 29), None], pa.date32()),
            }
        ),
        "dim_account": pa.table(
            {
                "account_id": ["A1", "A2"],
                "contract_id": ["K1", "K2"],
                "customer_no": pa.array([1, 2], pa.uint32()),
            }
        ),
        "dim_subscription": pa.table(
            {
                "subscription_id": ["S1", "S2", "S3"],
                "account_id": ["A1", "A1", "A2"],
                "contract_id": ["K1", "K1", "K2"],
                "customer_no": pa.array([1, 1, 2], pa.uint32()),
                "tariff": ["Light", "Max", None],
                "tariff__folded": ["light", "max", None],
            }
        ),
        "fct_payment": pa.table(
            {
                "payment_id": ["P1", "P2", "P3"],
                "customer_no": pa.array([1, 1, 2], pa.uint32()),
                "paid_on": pa.array([date(2026, 6, 2), date(2026, 5, 2), date(2026, 6, 9)], pa.date32()),
                "paid_at": pa.array(
                    [datetime.fromisoformat(f"2026-{day}T05:00:00") for day in ("06-02", "05-02", "06-09")],
                    pa.timestamp("us"),
                ),
                "amount": pa.array([Decimal("5.00"), Decimal("7.25"), Decimal("1.00")], pa.decimal128(18, 2)),
                "method": ["card", "cash", None],
            }
        ),
        "fct_usage_monthly": pa.table(
            {
                "customer_no": pa.array([1, 1], pa.uint32()),
                "month": pa.array([date(2026, 6, 1), date(2026, 5, 1)], pa.date32()),
                "data_mb": pa.array([Decimal("100.00"), Decimal("300.00")], pa.decimal128(18, 2)),
            }
        ),
        **histories(),
        **identifier_tables(HELD),
    }


def histories() -> dict[str, pa.Table]:
    """C1 was told of in 2025 with another start and became important in May; C5 and the contract K2 came in June."""
    days = pa.schema([(name, pa.date32()) for name in ("held_from", "held_to", "known_from", "known_to")])
    customer = pa.schema([("customer_no", pa.uint32()), ("customer_id", pa.string()), ("since", pa.date32())])
    rows = [
        {"customer_no": 1, "customer_id": "C1", "since": date(2020, 1, 1), "vip": False, "present": True}
        | {"held_to": MAY, "known_from": date(2025, 1, 1)},
        {"customer_no": 5, "known_to": JUNE, "present": False},
    ]
    contract = {"contract_id": "K2", "known_to": JUNE, "present": False}
    flags = [pa.field("vip", pa.bool_()), pa.field("present", pa.bool_())]
    return {
        "hist_customer": pa.Table.from_pylist(rows, pa.schema([*customer, *days, *flags])),
        "hist_contract": pa.Table.from_pylist(
            [contract], pa.schema([pa.field("contract_id", pa.string()), *days, flags[1]])
        ),
    }


def segment(where: Any, **others: Any) -> dict[str, Any]:
    """A document around a node."""
    return {"version": 1, "entity": "customer", "where": where, **others}
