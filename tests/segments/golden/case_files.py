"""Reads golden cases: small tables, questions and expected ids in YAML, to be checked by hand.

A case names rows by business words: `id` of an entity, `customer` / `account` / `subscription` for whom a
row belongs to (null = nobody), local times as text. Columns it does not mention are NULL; folded copies,
local dates and monthly columns of the mart follow from the rows, as the pipelines make them. `sees` names whom
the asking reader may see; without it everyone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from segments.conditions.reference.data import Data
from tests.segments.world.catalogue import STORAGE, build_catalogue
from tests.segments.world.exchange import EVERYONE
from tests.segments.world.rows import add_folded, add_monthly
from warehouse.access import Actor, RowScope
from warehouse.releases.model import Coverage

CASES = Path(__file__).parent / "cases"
KEYS = {"customer": "customer_no", "account": "account_id", "subscription": "subscription_id"}
KNOWN = {"title", "seed", "trap", "source", "note", "as_of", "time_zone", "complete", "monthly_from"} | {
    "segments",
    "lists",
    "checks",
}


class _Loader(yaml.SafeLoader):
    """YAML whose fractions are decimals."""


_Loader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Decimal(str(loader.construct_scalar(node)))
)


@dataclass(frozen=True)
class Check:
    """One question of a case by a reader. `expect` are business ids; `error` the path of the node that is refused."""

    name: str
    document: Mapping[str, Any]
    expect: tuple[str, ...] | None
    error: str | None
    reader: Actor = EVERYONE


@dataclass(frozen=True)
class Case:
    """One golden file."""

    file: str
    title: str
    seed: int | None
    trap: str | None
    data: Data
    checks: tuple[Check, ...]


def load_cases(folder: Path = CASES) -> list[Case]:
    """All cases in the order of their file names."""
    return [load_case(path) for path in sorted(folder.glob("*.yml"))]


def load_case(path: Path) -> Case:
    """One case; names that it does not know are errors."""
    content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    catalogue = build_catalogue()
    unknown = set(content) - KNOWN - set(catalogue.entities) - set(catalogue.facts)
    assert not unknown, f"{path.name}: unknown {sorted(unknown)}"
    data = _data(content)
    checks = tuple(_checks(content["checks"]))
    return Case(path.name, content["title"], content.get("seed"), content.get("trap"), data, checks)


def _checks(found: list[Mapping[str, Any]]) -> Iterator[Check]:
    for check in found:
        unknown = set(check) - {"ask", "entity", "where", "expect", "error", "document", "sees"}
        assert not unknown, f"{check['ask']}: unknown {sorted(unknown)}"
        document = {"version": 1, "entity": check.get("entity", "customer"), "where": check.get("where")}
        expect = tuple(check["expect"]) if "expect" in check else None
        assert (expect is None) == ("error" in check), check["ask"]
        document = plain(check.get("document", document))
        yield Check(check["ask"], document, expect, check.get("error"), _reader(check.get("sees")))


def _reader(sees: Mapping[str, list[str]] | None) -> Actor:
    if sees is None:
        return EVERYONE
    allowed = tuple((name, frozenset(values)) for name, values in sees.items())
    return Actor("reader", RowScope(allowed=allowed), attribute_groups=None)


def plain(value: Any) -> Any:
    """YAML's dates as the texts that documents hold."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _data(content: Mapping[str, Any]) -> Data:
    as_of, zone = content["as_of"], content.get("time_zone", "Asia/Tashkent")
    tables = {table: list[dict[str, Any]]() for table in STORAGE}
    numbers = {row["id"]: n for n, row in enumerate(content.get("customer", ()), start=1)}
    catalogue = build_catalogue()
    for kind in (*catalogue.entities.values(), *catalogue.facts.values()):
        for n, row in enumerate(content.get(kind.name, ()), start=1):
            tables[kind.table].append(_row(kind.table, kind.name, dict(row), n, numbers, ZoneInfo(zone)))
    add_folded(tables)
    add_monthly(tables, as_of, content.get("monthly_from", date(as_of.year - 1, 1, 1)))
    wide = Coverage(date(2000, 1, 1), as_of)
    coverage = dict.fromkeys(catalogue.facts, wide)
    coverage |= {name: Coverage(*days) for name, days in content.get("complete", {}).items()}
    segments = {(s["id"], s["version"]): plain(s["document"]) for s in content.get("segments", ())}
    lists = {name: frozenset(ids) for name, ids in content.get("lists", {}).items()}
    return Data(catalogue, tables, as_of, zone, coverage, segments, lists)


def _row(
    table: str, name: str, given: dict[str, Any], n: int, numbers: Mapping[str, int], zone: ZoneInfo
) -> dict[str, Any]:
    columns = STORAGE[table]
    first = next(iter(columns))
    row: dict[str, Any] = dict.fromkeys(columns)
    if "id" in given:
        row[f"{name}_id"] = given.pop("id")
    if first.endswith("_no"):
        row[first] = n
    for owner in [key for key in KEYS if key in given]:
        who = given.pop(owner)
        row[KEYS[owner]] = numbers.get(who, who) if owner == "customer" else who
    if "head" in given:
        row["head_no"] = numbers[given.pop("head")]
    unknown = set(given) - set(columns)
    assert not unknown, f"{table}: unknown columns {sorted(unknown)}"
    for column, value in given.items():
        row[column] = _value(columns[column], value, zone)
        if f"{column}__date" in columns and value is not None:
            row[f"{column}__date"] = date.fromisoformat(value[:10])
    if row.get("paid_at") is not None and "paid_on" not in given:
        row["paid_on"] = date.fromisoformat(given["paid_at"][:10])
    return row


def _value(storage: str, value: Any, zone: ZoneInfo) -> Any:
    if value is None:
        return None
    if storage.startswith("DECIMAL"):
        return Decimal(value)
    if storage == "TIMESTAMP":
        local = datetime.fromisoformat(value).replace(tzinfo=zone)
        return local.astimezone(UTC).replace(tzinfo=None)
    return value
