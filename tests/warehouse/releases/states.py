"""Releases of two small tables, and what the feed tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.warehouse.semantic_text import CUSTOMER as CUSTOMER_TEXT
from tests.warehouse.semantic_text import PAYMENT as PAYMENT_TEXT
from tests.warehouse.semantic_text import REGION
from warehouse.catalog.model import Catalog
from warehouse.releases.changes import changes
from warehouse.releases.publish import ManifestParts, publish_tables

SEMANTIC = CUSTOMER_TEXT + REGION + "facts:\n" + PAYMENT_TEXT + "    key: [payment_id]\n"
FIRST = date(2026, 7, 1)
CUSTOMER, PAYMENT = "customer_360", "fct_payment"

Person = tuple[int, str | None]
Paid = tuple[str | None, int | None, date | None, int | None]


@dataclass(frozen=True)
class State:
    """What the tables of one release hold."""

    people: Sequence[Person]
    payments: Sequence[Paid] = ()

    def tables(self) -> dict[str, pa.Table]:
        columns = list(zip(*self.payments, strict=True)) or [(), (), (), ()]
        kinds = {
            "payment_id": pa.string(),
            "customer_no": pa.uint32(),
            "paid_on": pa.date32(),
            "amount": pa.int64(),
        }
        return {
            CUSTOMER: pa.table(
                {
                    "customer_no": pa.array([number for number, _ in self.people], pa.uint32()),
                    "customer_id": pa.array([f"C{number}" for number, _ in self.people], pa.string()),
                    "region": pa.array([region for _, region in self.people], pa.string()),
                }
            ),
            PAYMENT: pa.table(
                {
                    name: pa.array(column, kind)
                    for (name, kind), column in zip(kinds.items(), columns, strict=True)
                }
            ),
        }


def publish(home: Path, catalog: Catalog, state: State, day: date = FIRST) -> str:
    parts = ManifestParts(as_of=day, known_on=day, time_zone="Asia/Tashkent")
    return publish_tables(home, state.tables(), catalog, parts).release_id


def told(home: Path, table: str, before: str, after: str) -> list[tuple[Any, ...]]:
    found = changes(home, table, before, after)
    return [] if found is None else [tuple(row.values()) for row in found.rows.to_pylist()]


A = State(
    [(1, "Tashkent"), (2, "Bukhara"), (3, None)],
    [("P1", 1, date(2026, 5, 3), 10), ("P2", 2, date(2026, 6, 3), 20)],
)
B = State(
    [(1, "Tashkent"), (3, "Navoiy"), (4, None)],
    [("P1", 1, date(2026, 5, 3), 10), ("P2", 3, date(2026, 6, 3), 20)],
)
