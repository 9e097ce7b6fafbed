"""A release's tables as ClickHouse tables: types by a table of their own, nothing Nullable in keys."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.engines.port import EngineError
from warehouse.releases.model import Release, TableVersion

BATCH_ROWS = 500_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2299, 12, 31)
"""What Date32 holds; days outside would be moved to the nearest end without a word."""

TYPES = {
    "VARCHAR": "String",
    "BOOLEAN": "Bool",
    "TINYINT": "Int8",
    "SMALLINT": "Int16",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "HUGEINT": "Int128",
    "UTINYINT": "UInt8",
    "USMALLINT": "UInt16",
    "UINTEGER": "UInt32",
    "UBIGINT": "UInt64",
    "DATE": "Date32",
    "TIMESTAMP": "DateTime64(6, 'UTC')",
}
DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)\Z")


def column_type(storage: str) -> str:
    """The engine's type of a stored column. Raises EngineError for one the table does not know."""
    found = DECIMAL.match(storage)
    if found:
        return f"Decimal({found[1]}, {found[2]})"
    if storage not in TYPES:
        raise EngineError(f"no type for {storage}")
    return TYPES[storage]


def load_release(client: Any, release: Release, database: str) -> None:
    """Create the release's tables in the database and fill them."""
    client.command(f"CREATE DATABASE IF NOT EXISTS {quoted(database)}")
    for table in release.manifest.tables.values():
        _load(client, release.home, database, table)


def _load(client: Any, home: Path, database: str, table: TableVersion) -> None:
    files = [home / file for file in table.files]
    keys = _keys(files, table)
    columns = ", ".join(
        f"{quoted(name)} {_declared(storage, name in keys)}" for name, storage in table.columns.items()
    )
    target = f"{quoted(database)}.{quoted(table.name)}"
    order = ", ".join(quoted(key) for key in keys)
    client.command(f"CREATE TABLE {target} ({columns}) ENGINE = MergeTree ORDER BY ({order})")
    for batch in _batches(files):
        _check_days(batch, table.name)
        client.insert_arrow(table.name, batch, database=database)


def quoted(name: str) -> str:
    """An identifier in backticks."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _declared(storage: str, key: bool) -> str:
    return column_type(storage) if key else f"Nullable({column_type(storage)})"


def _keys(files: list[Path], table: TableVersion) -> tuple[str, ...]:
    """The columns the table is sorted by, up to the first that holds NULL; days first, for want of parts by month."""
    found: list[str] = []
    for name in sorted(table.sorted_by, key=lambda column: table.columns[column] != "DATE"):
        nulls = sum(pq.read_table(file, columns=[name]).column(0).null_count for file in files)
        if nulls:
            break
        found.append(name)
    return tuple(found)


def _batches(files: list[Path]) -> Iterator[pa.Table]:
    for file in files:
        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(BATCH_ROWS):
                yield pa.Table.from_batches([batch])


def _check_days(batch: pa.Table, table: str) -> None:
    for name in batch.column_names:
        if pa.types.is_date(batch.schema.field(name).type) and batch.num_rows:
            ends: Mapping[str, date | None] = pc.min_max(batch.column(name)).as_py()
            low, high = ends["min"], ends["max"]
            if low is not None and high is not None and (low < FIRST_DAY or high > LAST_DAY):
                message = f"{table}.{name} holds days outside {FIRST_DAY} .. {LAST_DAY}: {low} .. {high}"
                raise EngineError(message)
