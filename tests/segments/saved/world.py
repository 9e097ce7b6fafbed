"""A store beside a small published release: customers with tax ids, numbers that changed hands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from segments.saved import SavedSegments, StoreReferences, UploadedLists
from segments.service import SegmentService
from store import Store, migrate_store, open_store
from tests.identifier_tables import GROUP, SEMANTIC, identifier_tables
from warehouse.access import Actor, RowScope
from warehouse.catalog.loader import load_catalog
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.releases.publish import ManifestParts, publish_tables
from warehouse.releases.reader import open_release

AS_OF = date(2026, 7, 1)
ANNA = Actor("anna", RowScope(everything=True), None)
BORIS = Actor("boris", RowScope(everything=True), frozenset())
NORTH = Actor("north", RowScope(allowed=(("region", frozenset({"North"})),)), None)

CATALOG = f"""
groups:
{GROUP}
  profile: {{labels: {{en: Profile, ru: Профиль}}}}
"""
ENTITIES = """
entities:
  customer:
    table: customer_360
    key: customer_no
    id: customer_id
    customer: customer_no
    labels: {en: Customer, ru: Клиент}
    attributes:
      region:
        {type: text, group: profile, labels: {en: Region, ru: Регион}, missing: {en: Unknown, ru: Нет}, lineage: c}
      tax_id:
        type: text
        group: profile
        sensitivity: personal
        labels: {en: Tax id, ru: ИНН}
        missing: {en: Unknown, ru: Нет}
        lineage: c
      balance:
        {type: decimal, scale: 2, group: profile, unit: money, labels: {en: Balance, ru: Баланс},
         missing: {en: Unknown, ru: Нет}, lineage: c}
  subscription:
    table: dim_subscription
    key: subscription_id
    id: subscription_id
    customer: customer_no
    labels: {en: Subscription, ru: Подключение}
    attributes:
      msisdn:
        type: text
        group: profile
        sensitivity: personal
        labels: {en: Number, ru: Номер}
        missing: {en: Unknown, ru: Нет}
        lineage: s
      deactivated_on:
        {type: date, group: profile, labels: {en: Ended, ru: Окончание}, missing: {en: Unknown, ru: Нет}, lineage: s}
relations:
  subscriptions:
    {parent: customer, child: subscription, child_key: customer_no,
     labels: {en: Subscriptions, ru: Подключения}}
"""
CUSTOMERS = [
    ("C1", "North", "300000001", "10.00"),
    ("C2", "North", "300000002", "-5.50"),
    ("C3", "South", "300000003", "0.10"),
    ("C4", "South", "300000003", "7.25"),
    ("C5", None, None, "100.00"),
    ("Й6", "South", "+300000006", "1.00"),
]
PAST, LATER = date(2025, 3, 1), date(2026, 7, 15)
NUMBERS = [
    ("S1", 1, "998900000001", None),
    ("S2", 2, "998900000002", PAST),  # was C2's, is C3's
    ("S3", 3, "998900000002", None),
    ("S4", 4, "998900000004", PAST),  # nobody has it now
    ("S5", 5, "998900000005", None),  # two at once
    ("S6", 1, "998900000005", LATER),
    ("S7", 1, "998900000007", None),  # a second number of C1
]
IDENTIFIERS = [
    (1, "msisdn", "+998900000001", None, None, 1),
    (2, "msisdn", "+998900000002", None, PAST, 1),  # was C2's, is C3's
    (3, "msisdn", "+998900000002", date(2025, 9, 1), None, 1),
    (4, "msisdn", "+998900000004", None, PAST, 1),  # nobody has it now
    (5, "msisdn", "+998900000005", None, None, 2),  # two at once
    (1, "msisdn", "+998900000005", None, LATER, 2),
    (1, "msisdn", "+998900000007", None, None, 1),  # a second number of C1
    (3, "phone", "+998900000001", None, None, 1),  # C3 is called on the number of C1
    (1, "tax_id", "300000001", None, None, 1),
    (2, "tax_id", "300000002", None, None, 1),
    (3, "tax_id", "300000003", None, None, 2),
    (4, "tax_id", "300000003", None, None, 2),
    (6, "tax_id", "300000006", None, None, 1),
    (1, "email", "office@firm.uz", None, None, 2),  # North and South share an address
    (3, "email", "office@firm.uz", None, None, 2),
    (2, "email", "anna@mail.uz", None, None, 1),
    (2, "telegram", "anna", date(2025, 1, 1), None, 1),
    (2, "merged_id", "C8", None, None, 1),  # C8 was merged into C2
]


@dataclass(frozen=True, slots=True)
class World:
    """Everything open over one deployment folder."""

    home: Path
    store: Store
    service: SegmentService
    segments: SavedSegments
    lists: UploadedLists

    def members(self, where: Any, actor: Actor = ANNA) -> list[str]:
        """Who satisfies a node."""
        page = self.service.members(document(where), actor)
        found: list[str] = page.rows.column("id").to_pylist()
        return found


def document(where: Any, **others: Any) -> dict[str, Any]:
    """A document around a node."""
    return {"version": 1, "where": where, **others}


def make_home(home: Path) -> Path:
    """A deployment folder with a store and a release."""
    home.mkdir(parents=True, exist_ok=True)
    migrate_store(home)
    publish(home, AS_OF)
    return home


def publish(home: Path, as_of: date) -> None:
    """Publish the release of a day."""
    path = home / "catalog.yml"
    path.write_text(CATALOG + ENTITIES, encoding="utf-8")
    parts = ManifestParts(as_of=as_of, known_on=as_of, time_zone="Asia/Tashkent", facts={})
    publish_tables(home, tables(), load_catalog([path, SEMANTIC]), parts)


@contextmanager
def open_world(home: Path) -> Iterator[World]:
    """The current release of the folder with its store."""
    release = open_release(home)
    with closing(open_store(home)) as store, closing(DuckDBEngine(release)) as engine:
        service = SegmentService(release, engine, StoreReferences(store, release.manifest.as_of))
        yield World(home, store, service, SavedSegments(store, release), UploadedLists(store, service))


def tables() -> dict[str, pa.Table]:
    """The tables of the release."""
    ids, regions, tax_ids, balances = zip(*CUSTOMERS, strict=True)
    subscriptions, owners, numbers, ended = zip(*NUMBERS, strict=True)
    return {
        "customer_360": pa.table(
            {
                "customer_no": pa.array(range(1, len(ids) + 1), pa.uint32()),
                "customer_id": pa.array(ids),
                "region": pa.array(regions),
                "tax_id": pa.array(tax_ids),
                "balance": pa.array([Decimal(one) for one in balances], pa.decimal128(18, 2)),
            }
        ),
        "dim_subscription": pa.table(
            {
                "subscription_id": pa.array(subscriptions),
                "customer_no": pa.array(owners, pa.uint32()),
                "msisdn": pa.array(numbers),
                "deactivated_on": pa.array(ended, pa.date32()),
            }
        ),
        **identifier_tables(IDENTIFIERS),
    }
