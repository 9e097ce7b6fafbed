"""One table of a release: its content hash, its Parquet files and the scan cache made from them."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from warehouse.connection import Resources, connect
from warehouse.releases.files import CACHE, TABLES, flush_file, flush_folder, move_folder
from warehouse.releases.model import TableVersion

HASH_FUNCTION = f"duckdb-{duckdb.__version__} hash(row), count + sum + xor; sha256 over schema and these"
PART = "part-00000.parquet"


def write_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    order: Sequence[str],
    home: Path,
    workspace: Path,
    written: Path | None = None,
) -> TableVersion:
    """Store the table `name` of the connection under its content's version; equal content is stored once.

    `written`: a Parquet file that holds the table's rows in this order; it is moved, not copied.
    """
    columns = table_columns(connection, name)
    rows, version = _content(connection, name, columns)
    folder = home / TABLES / name / version
    if not folder.exists():
        private = workspace / f"{name}-{version}"
        shutil.rmtree(private, ignore_errors=True)
        private.mkdir(parents=True)
        if written is None:
            _write_parquet(connection, name, order, private / PART)
        else:
            written.rename(private / PART)
        move_folder(private, folder)
    return TableVersion(
        name=name,
        version=version,
        rows=rows,
        columns=columns,
        sorted_by=tuple(order),
        files=(str(folder.relative_to(home) / PART),),
        cache=f"{CACHE}/{name}-{version}.duckdb",
    )


def ensure_cache(home: Path, table: TableVersion, resources: Resources | None = None) -> Path:
    """The scan cache of a table, made from its Parquet files where it is missing."""
    cache = home / table.cache
    if cache.exists():
        return cache
    cache.parent.mkdir(parents=True, exist_ok=True)
    # The maker's process id tells a leftover of a killed process from work in progress.
    aside = cache.with_name(f".{cache.stem}.{os.getpid()}.{uuid.uuid4().hex}.tmp")
    try:
        _write_cache(aside, table.name, [str(home / file) for file in table.files], resources)
        flush_file(aside)
        aside.replace(cache)
    finally:
        aside.unlink(missing_ok=True)
    flush_folder(cache.parent)
    return cache


def spill_folder(home: Path) -> Path:
    """Where a reader of this process puts what does not fit into memory; the name is that of a leftover's."""
    return home / CACHE / f".spill.{os.getpid()}.tmp"


def remake_cache(home: Path, table: TableVersion) -> Path:
    """Replace a scan cache that can't be read. Processes that have it attached keep their copy."""
    (home / table.cache).unlink(missing_ok=True)
    return ensure_cache(home, table)


def table_columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """Column names with their storage types, in order."""
    described = connection.sql(f'describe "{name}"').fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _content(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]) -> tuple[int, str]:
    """Number of rows and a hash that depends on schema and rows but not on their order."""
    sql = f'select count(*), sum(h::hugeint), bit_xor(h) from (select hash(t) as h from "{name}" as t)'  # noqa: S608
    rows, total, parity = connection.sql(sql).fetchall()[0]
    text = json.dumps([name, list(columns.items()), rows, str(total), str(parity)])
    return int(rows), hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, name: str, order: Sequence[str], file: Path
) -> None:
    keys = ", ".join(f'"{column}" nulls last' for column in order)
    ordered = f'select * from "{name}"' + (f" order by {keys}" if keys else "")  # noqa: S608
    connection.execute(
        f"copy ({ordered}) to '{_quoted(file)}' (format parquet, parquet_version v2, compression zstd)"
    )


def _write_cache(path: Path, name: str, files: Sequence[str], resources: Resources | None) -> None:
    with connect(path, resources=resources) as connection:
        connection.execute(f'create table "{name}" as select * from read_parquet(?)', [list(files)])  # noqa: S608
        connection.execute("checkpoint")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
