"""Writes in-memory tables as a real release: Parquet files, a scan cache per table, a manifest."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from segments.conditions.reference.data import Data
from tests.segments.world.catalogue import STORAGE
from warehouse.releases.model import Manifest, Release, TablePart, TableVersion

ARROW = {
    "UINTEGER": pa.uint32(),
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "DECIMAL(38,2)": pa.decimal128(38, 2),
}
SERIES = {"paid_": "DECIMAL(38,2)", "voice_": "DECIMAL(38,2)", "sms_": "BIGINT"}


def write_release(data: Data, home: Path, storage: Mapping[str, Mapping[str, str]] = STORAGE) -> Release:
    """A release of the data in `home`, readable by any engine adapter."""
    tables = {name: _write(home, name, data.tables[name], columns) for name, columns in storage.items()}
    manifest = Manifest(
        release_id="r1",
        as_of=data.as_of,
        known_on=data.as_of,
        time_zone=data.time_zone,
        catalog_version=data.catalog.version,
        hash_function="none",
        tables=tables,
        facts=data.coverage,
        sources=(),
    )
    return Release(home=home, manifest=manifest, catalog=data.catalog)


def _write(home: Path, name: str, rows: Any, declared: Mapping[str, str]) -> TableVersion:
    columns = dict(declared) | _series(name, rows)
    table = pa.table({c: pa.array([row[c] for row in rows], ARROW[kind]) for c, kind in columns.items()})
    key = next(iter(columns))
    table = table.sort_by(key)
    parquet, cache = Path("tables") / name / "v1" / "part-00000.parquet", Path("cache") / f"{name}-v1.duckdb"
    for path in (parquet, cache):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, home / parquet)
    with duckdb.connect(str(home / cache)) as connection:
        connection.register("source", table)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM source')
    parts = (TablePart("all", "v1", len(rows), str(parquet)),)
    return TableVersion(name, "v1", columns, (key,), (key,), parts, str(cache))


def _series(name: str, rows: Any) -> dict[str, str]:
    if name != "customer_360" or not rows:
        return {}
    return {c: kind for prefix, kind in SERIES.items() for c in rows[0] if c.startswith(prefix)}
