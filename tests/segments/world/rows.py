"""Random small worlds from a seed: tables full of NULLs, duplicates, edge dates and keys of nobody."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from segments.conditions.reference.data import Data
from tests.segments.world.catalogue import PAYMENT, STORAGE, USAGE, build_catalogue, monthly_column
from warehouse.releases.model import Coverage
from warehouse.text import fold

AS_OF = (
    "2024-02-29 2023-02-28 2024-03-31 2023-03-31 2024-01-01 2023-12-31 2026-07-01 2026-07-20 2025-03-01"
    " 2024-04-30 2024-01-08 2025-10-26 2025-10-27 2025-03-31 2024-05-31 2022-01-03 2024-10-01 2025-01-31"
    " 2025-03-10"
)
ZONES = (
    "Asia/Tashkent",
    "Europe/Berlin",
    "America/New_York",
    "UTC",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "America/Havana",
)
NAMES = (
    "Ёлкина Анна", "елкина анна", "ЁЛКИНА АННА", "O'Brien", "O’Brien", "OʻBRIEN", "G‘ulom", "Gʼulom",
    "Straße",
    "STRASSE", "ΣΑΣ", "σας", "İstanbul", "istanbul", "ﬁn", "fin", "a%b", "a_b", "axb", "a\\b", "a'b", 'a"b',
    "x  y", "{p}", "$1", "?", "NULL", "0", "Ж", "ж", "é", "e", "№5", "①", "1", "ＡＢ", "ab", "😀", ":x", "--",
)  # fmt: skip
AMOUNTS = (
    "0.00 0.01 -0.01 99.99 99.99 100.00 75.00 75.01 74.99 0.10 0.20 0.30 -50.00 5.00 1.00 2.00 2.00"
    " 9999999999999999.99 -100.00 33.33 33.34 10.00 10.00 20.00 50.00"
)
MONEY = tuple(Decimal(text) for text in AMOUNTS.split())
COUNTS = (0, 1, 2, 2, 3, 5, 10, 17, 18, 28, 30, 31, 64, 65, 100, -1, 2**40)


@dataclass(frozen=True)
class World:
    """A seed and what it makes. `monthly_from` is the first month the mart has a column for."""

    seed: int
    data: Data
    monthly_from: date


class Maker:
    """Draws values; `maybe` gives NULL about once in five."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        # In turn and not at random: a run of few worlds meets every date and every zone.
        self.as_of = date.fromisoformat(AS_OF.split()[seed % len(AS_OF.split())])
        self.zone = ZONES[seed % len(ZONES)]
        self.days = _edge_days(self.as_of)

    def maybe(self, value: Any, nulls: float = 0.2) -> Any:
        return None if self.rng.random() < nulls else value

    def past(self) -> date:
        """A date around the windows people ask about: edges, or any day of the last year, or a bit ahead."""
        if self.rng.random() < 0.4:
            return self.rng.choice(self.days)
        return self.as_of - timedelta(days=self.rng.randint(-20, 400))

    def birth(self) -> date:
        edges = [
            "1952-02-29",
            "1996-02-29",
            "2004-02-29",
            "1969-12-31",
            "1970-01-01",
            "1908-02-29",
            "2006-07-01",
        ]
        if self.rng.random() < 0.3:
            return date.fromisoformat(self.rng.choice(edges))
        near = self.as_of + timedelta(days=self.rng.randint(-40, 400))
        year = self.as_of.year - self.rng.randint(0, 90)
        return near.replace(year=year, day=min(near.day, monthrange(year, near.month)[1]))

    def instant(self, day: date) -> datetime:
        """A naive UTC instant inside the local day, often at its very edges."""
        at = self.rng.choice([time(0), time(23, 59, 59), time(23, 30), time(0, 30), time(12), time(4, 59)])
        local = datetime.combine(day, at, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(UTC).replace(tzinfo=None)

    def local(self, instant: datetime | None) -> date | None:
        """Local business date of an instant, as staging stores it."""
        return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).date() if instant else None


def _edge_days(as_of: date) -> list[date]:
    first = as_of.replace(day=1)
    previous = (first - timedelta(days=1)).replace(day=1)
    monday = as_of - timedelta(days=as_of.weekday())
    quarter = date(as_of.year, (as_of.month - 1) // 3 * 3 + 1, 1)
    anchors = [as_of, first, previous, monday, monday - timedelta(7), quarter, date(as_of.year, 1, 1)]
    anchors += [as_of - timedelta(days=n) for n in (1, 7, 14, 30, 31, 60, 90, 365)]
    return [anchor + timedelta(days=shift) for anchor in anchors for shift in (-1, 0, 1)]


def make_world(seed: int, customers: int = 36) -> World:
    """The world of a seed; the same on every machine."""
    maker = Maker(seed)
    tables: dict[str, list[dict[str, Any]]] = {}
    tables["customer_360"] = [_customer(maker, no, customers) for no in range(1, customers + 1)]
    tables["dim_account"] = [_account(maker, no, customers) for no in range(customers * 5 // 4)]
    tables["dim_subscription"] = [_subscription(maker, no, customers) for no in range(customers * 3 // 2)]
    for table, (make, per_customer) in FACTS.items():
        tables[table] = _with_duplicates(
            maker, [make(maker, no, customers) for no in range(customers * per_customer)]
        )
    monthly_from = _months_back(maker.as_of, maker.rng.choice([2, 4, 14]))
    add_monthly(tables, maker.as_of, monthly_from)
    add_folded(tables)
    data = Data(
        catalog=build_catalogue(),
        tables=tables,
        as_of=maker.as_of,
        time_zone=maker.zone,
        coverage=_coverage(maker),
    )
    return World(seed, data, monthly_from)


def _owner(maker: Maker, customers: int) -> int | None:
    """A key: mostly of the first two thirds (the rest have nothing), sometimes of nobody."""
    busy = maker.rng.randint(1, customers * 2 // 3)
    return maker.maybe(maker.rng.choice([busy] * 12 + [customers + 50, 4_294_967_295]), 0.05)


def _customer(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng, login = maker.rng, maker.maybe(maker.instant(maker.past()))
    since = [maker.past(), maker.as_of - timedelta(days=rng.randint(200, 3000)), maker.birth()]
    return {
        "customer_no": no,
        "customer_id": f"C{no:04d}",
        "head_no": maker.maybe(rng.choice([1, 2, no, customers + 9]), 0.5),
        "kind": maker.maybe(rng.choice(["person", "person", "legal_entity"])),
        "full_name": maker.maybe(rng.choice(NAMES)),
        "city": maker.maybe(rng.choice(["Ташкент", "ташкент", "Самарқанд", "O‘sh", "O'sh"])),
        "region": maker.maybe(rng.choice(["north", "south"])),
        "head_count": maker.maybe(rng.choice(COUNTS)),
        "balance": maker.maybe(rng.choice(MONEY)),
        "credit_limit": maker.maybe(rng.choice(MONEY)),
        "ratio": maker.maybe(
            Decimal(rng.choice(["0.3333", "0.3000", "0.1000", "0.2000", "1.0000", "-0.0001"]))
        ),
        "vip": maker.maybe(rng.random() < 0.5),
        "birth_date": maker.maybe(maker.birth()),
        "registered_on": maker.maybe(rng.choice([*since, *since[1:]])),
        "gone_on": maker.maybe(maker.past(), 0.5),
        "last_login": login,
        "last_login__date": maker.local(login),
    }


def _account(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng = maker.rng
    return {
        "account_id": f"A{no:04d}",
        "customer_no": _owner(maker, customers),
        "opened_on": maker.maybe(rng.choice([maker.past(), maker.past() - timedelta(days=700)])),
        "closed_on": maker.maybe(maker.past(), 0.6),
        "balance": maker.maybe(rng.choice(MONEY)),
        "payment_kind": maker.maybe(rng.choice(["prepaid", "postpaid"])),
    }


def _subscription(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng, seen = maker.rng, maker.maybe(maker.instant(maker.past()))
    return {
        "subscription_id": f"S{no:04d}",
        "customer_no": _owner(maker, customers),
        "account_id": maker.maybe(f"A{rng.randint(0, customers):04d}", 0.1),
        "tariff": maker.maybe(rng.choice(NAMES)),
        "activated_on": maker.maybe(rng.choice([maker.past(), maker.past() - timedelta(days=700)])),
        "deactivated_on": maker.maybe(maker.past(), 0.6),
        "quota": maker.maybe(rng.choice(COUNTS)),
        "roaming": maker.maybe(rng.random() < 0.5),
        "seen_at": seen,
        "seen_at__date": maker.local(seen),
    }


def _payment(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng = maker.rng
    paid_at, entered = maker.maybe(maker.instant(maker.past()), 0.1), maker.maybe(maker.instant(maker.past()))
    return {
        "payment_no": no,
        "customer_no": _owner(maker, customers),
        "account_id": maker.maybe(f"A{rng.randint(0, customers):04d}", 0.1),
        "paid_on": maker.local(paid_at) if paid_at else maker.maybe(maker.past(), 0.5),
        "paid_at": paid_at,
        "amount": maker.maybe(rng.choice(MONEY)),
        "points": maker.maybe(rng.choice(COUNTS)),
        "method": maker.maybe(rng.choice(["cash", "card", "app"])),
        "note": maker.maybe(rng.choice(NAMES)),
        "confirmed": maker.maybe(rng.random() < 0.5),
        "posted_on": maker.maybe(maker.past()),
        "entered_at": entered,
        "entered_at__date": maker.local(entered),
    }


def _usage(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng = maker.rng
    return {
        "customer_no": _owner(maker, customers),
        "subscription_id": maker.maybe(f"S{rng.randint(0, customers):04d}", 0.1),
        "month": maker.maybe(_months_back(maker.as_of, rng.randint(-1, 14)), 0.05),
        "voice_minutes": maker.maybe(rng.choice(MONEY)),
        "sms_count": maker.maybe(rng.choice(COUNTS)),
        "roamed": maker.maybe(rng.random() < 0.5),
    }


def _balance(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng = maker.rng
    return {
        "row_no": no,
        "customer_no": _owner(maker, customers),
        "account_id": maker.maybe(f"A{rng.randint(0, customers):04d}", 0.1),
        "day": maker.maybe(maker.past(), 0.05),
        "debt": maker.maybe(rng.choice(MONEY)),
        "active_sims": maker.maybe(rng.choice(COUNTS)),
        "state": maker.maybe(rng.choice(["ok", "soft", "hard"])),
    }


def _visit(maker: Maker, no: int, customers: int) -> dict[str, Any]:
    rng = maker.rng
    return {
        "visit_no": no,
        "customer_no": _owner(maker, customers),
        "visited_on": maker.maybe(maker.past(), 0.05),
        "minutes": maker.maybe(rng.choice(COUNTS)),
        "channel": maker.maybe(rng.choice(["shop", "call", "chat"])),
    }


FACTS: dict[str, tuple[Callable[[Maker, int, int], dict[str, Any]], int]] = {
    "fct_payment": (_payment, 6),
    "fct_usage_monthly": (_usage, 8),
    "fct_balance_daily": (_balance, 5),
    "fct_visit": (_visit, 4),
}


def _with_duplicates(maker: Maker, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rows + [dict(maker.rng.choice(rows)) for _ in range(len(rows) // 10)]


def _months_back(day: date, n: int) -> date:
    months = day.year * 12 + day.month - 1 - n
    return date(months // 12, months % 12 + 1, 1)


def add_monthly(tables: dict[str, list[dict[str, Any]]], as_of: date, first: date) -> None:
    """The mart's sums per calendar month from `first` up to the as-of date's month (which is partial)."""
    months = [first]
    while (following := _months_back(months[-1], -1)) <= as_of:
        months.append(following)
    for fact in (PAYMENT, USAGE):
        for series in fact.monthly:
            _add_series(tables, fact, series.measure, series.prefix, months)


def _add_series(
    tables: dict[str, list[dict[str, Any]]], fact: Any, measure: str, prefix: str, months: Sequence[date]
) -> None:
    sums: dict[tuple[int, date], Decimal] = {}
    for row in tables[fact.table]:
        day, value = row[fact.business_date], row[measure]
        if day is not None and value is not None and row["customer_no"] is not None:
            key = (row["customer_no"], day.replace(day=1))
            sums[key] = sums.get(key, 0) + value
    for customer in tables["customer_360"]:
        for month in months:
            customer[monthly_column(prefix, month)] = sums.get((customer["customer_no"], month))


def add_folded(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Folded copies as ingestion makes them."""
    for table, columns in STORAGE.items():
        for name in [c.removesuffix("__folded") for c in columns if c.endswith("__folded")]:
            copies = fold(pa.array([row[name] for row in tables[table]], pa.string())).to_pylist()
            for row, copy in zip(tables[table], copies, strict=True):
                row[f"{name}__folded"] = copy


def _coverage(maker: Maker) -> dict[str, Coverage]:
    as_of, rng = maker.as_of, maker.rng
    wide = Coverage(as_of - timedelta(days=1500), as_of + timedelta(days=40))
    recent = Coverage(as_of - timedelta(days=rng.choice([30, 60, 95, 200])), as_of)
    behind = Coverage(as_of - timedelta(days=1500), as_of - timedelta(days=rng.choice([1, 5, 32])))
    choices = [wide, wide, wide, recent, behind, Coverage(None, None)]
    return {name: rng.choice(choices) for name in ("payment", "usage", "balance", "visit")}
