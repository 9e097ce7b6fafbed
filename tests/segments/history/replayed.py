"""Subscriptions as sources told them, load by load, and the releases that followed: all of them, and the newest."""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.lib.canonical import canonical_datasets
from tests.models.conftest import RawFiles
from tests.models.model_runner import rendered
from warehouse.builds.model import Load
from warehouse.builds.prepare import MONTH_COLUMNS, prepare_database
from warehouse.catalog.model import (
    OPERATORS,
    Attribute,
    Case,
    Catalog,
    Elapsed,
    Entity,
    Historic,
    Relation,
    ValueType,
)
from warehouse.connection import connect
from warehouse.releases.model import Release
from warehouse.releases.publish import ManifestParts, publish_tables
from warehouse.releases.reader import open_release

FIRST, ZONE = date(2026, 6, 1), "Asia/Tashkent"
DAYS = tuple(FIRST + timedelta(days) for days in range(0, 21, 3))
# What says which months there are is wanted by every build.
TOLD = {"subscription", "responsible"}
READ = [each for each in canonical_datasets() if each.name in {*TOLD, *MONTH_COLUMNS}]
LABELS = {"ru": "…", "en": "…"}
TEXT, DATE = ValueType.TEXT, ValueType.DATE


def _attribute(name: str, kind: ValueType, historic: Historic | None = None, **more: Any) -> Attribute:
    column = None if "derived" in more else name
    operators = OPERATORS[kind]
    return Attribute(
        name, kind, LABELS, column=column, null_meaning=LABELS, operators=operators, historic=historic, **more
    )


_ATTRIBUTES = (
    _attribute("subscription_id", TEXT, Historic.KNOWN),
    _attribute("account_id", TEXT, Historic.AS_OF),
    _attribute("msisdn", TEXT, Historic.AS_OF),
    _attribute("tariff", TEXT, Historic.AS_OF, folded="tariff__folded"),
    _attribute("activated_on", DATE, Historic.KNOWN),
    _attribute("deactivated_on", DATE, Historic.KNOWN),
    _attribute("tenure", ValueType.INTEGER, derived=Elapsed("day", "activated_on")),
    _attribute(
        "shown_tenure", ValueType.INTEGER, derived=Elapsed("day", "activated_on"), reveals=("activated_on",)
    ),
    _attribute("note", TEXT),
)
STORED = tuple(each.name for each in _ATTRIBUTES if each.historic)
SUBSCRIPTION = Entity(
    name="subscription",
    table="dim_subscription",
    key="subscription_id",
    id="subscription_id",
    customer="customer_no",
    labels=LABELS,
    attributes={each.name: each for each in _ATTRIBUTES},
    exists_from="activated_on",
    history="hist_subscription",
)
_DAY = {"n": 1, "unit": "day"}
_ENDED = {"any": [{"attr": "valid_to", "op": op, "value": _DAY} for op in ("within_last", "more_than_ago")]}
RESPONSIBLE = Entity(
    name="responsible",
    table="bridge_responsible",
    key="responsible_id",
    id="responsible_id",
    customer="customer_no",
    labels=LABELS,
    exists_from="valid_from",
    attributes={
        each.name: each
        for each in (
            _attribute("line", TEXT, Historic.KNOWN),
            _attribute("employee_id", TEXT, Historic.KNOWN),
            _attribute("reason", TEXT, Historic.KNOWN),
            _attribute("valid_from", DATE, Historic.KNOWN),
            _attribute("valid_to", DATE, Historic.KNOWN),
            _attribute("state", TEXT, derived=Case(((_ENDED, "ended"),), "in_force")),
        )
    },
    history="hist_responsible",
)
CUSTOMER = Entity(
    name="customer",
    table="customer_360",
    key="customer_no",
    id="customer_id",
    customer="customer_no",
    labels=LABELS,
    attributes={"kind": _attribute("kind", TEXT)},
)
CATALOG = Catalog(
    version="replayed",
    entities={each.name: each for each in (CUSTOMER, SUBSCRIPTION, RESPONSIBLE)},
    facts={},
    relations={
        name: Relation(name, "customer", child, "customer_no", LABELS)
        for name, child in (("subscriptions", "subscription"), ("responsible", "responsible"))
    },
)


@dataclass(frozen=True)
class Replayed:
    """`then`: the subscriptions in the release of each day; `release`: the newest, with `tables` of its rows."""

    then: dict[date, list[dict[str, Any]]]
    tables: dict[str, list[dict[str, Any]]]
    release: Release


def tell(home: Path, seed: int) -> RawFiles:
    """Loads of two sources on the days: changes from billing, everything from the shop, now and then nothing."""
    rng, raw = random.Random(seed), RawFiles(home)
    for day in DAYS:
        for source, mode in rng.sample([("billing", "upsert"), ("shop", "snapshot"), ("shop", "full")], 2):
            chance = 0.35 if mode == "upsert" else 0.8
            rows = [_row(rng, key) for key in range(16) if rng.random() < chance]
            raw.add("subscription", rows, known_from=day, mode=mode, source=source)
    raw.loads.sort(key=lambda load: (load.known_from, load.source, load.load_id))
    return raw


def _row(rng: random.Random, key: int) -> dict[str, Any]:
    tariff = rng.choice(["Start", "Max", None])
    return {
        "subscription_id": f"S{key}",
        "account_id": rng.choice(["A1", "A2"]),
        "msisdn": rng.choice([None, "1", "2"]) if key % 2 else "1",
        "tariff": tariff,
        "tariff__folded": tariff and tariff.lower(),
        "activated_on": rng.choice([None, FIRST, FIRST + timedelta(8)]),
        "deactivated_on": rng.choice([None, None, FIRST + timedelta(12)]),
    }


def replay(raw: RawFiles, days: Sequence[date] = DAYS) -> Replayed:
    """What each day's release said, and the newest release of it all."""
    home, last = raw.home, days[-1]
    built = {day: _built(raw, [load for load in raw.loads if load.known_from <= day]) for day in days}
    tables = built[last]
    publish_tables(home, tables, CATALOG, ManifestParts(last, last, ZONE))
    then = {day: found["dim_subscription"].to_pylist() for day, found in built.items()}
    return Replayed(then, {name: table.to_pylist() for name, table in tables.items()}, open_release(home))


def _built(raw: RawFiles, loads: Sequence[Load]) -> dict[str, pa.Table]:
    database = raw.home / f"build{len(loads)}.duckdb"
    as_of = loads[-1].known_from
    prepare_database(database, raw.home, datasets=READ, extensions=[], loads=loads, as_of=as_of)
    with closing(connect(database)) as connection:
        return {
            "dim_subscription": _rows(
                connection,
                f"select *, null::uinteger as customer_no, 'n' as note from ({rendered('stg_subscription')})",
            ),
            "hist_subscription": _rows(connection, rendered("hist_subscription")),
            "bridge_responsible": _rows(
                connection,
                f"""select line, employee_id, reason, valid_from, valid_to, 1::uinteger as customer_no,
                    concat_ws(':', customer_id, line, valid_from) as responsible_id
                from ({rendered("stg_responsible")})""",
            ),
            "hist_responsible": _rows(connection, rendered("hist_responsible")),
            "customer_360": _rows(
                connection, "select 1::uinteger as customer_no, 'C' as customer_id, 'person' as kind"
            ),
        }


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return connection.sql(query).to_arrow_table()
