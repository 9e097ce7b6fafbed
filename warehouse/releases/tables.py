"""One table of a release: its content hash, its Parquet files and the scan cache made from them."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connection import Resources, connect
from warehouse.files.expressions import literal, names
from warehouse.releases.files import CACHE, TABLES, flush_file, flush_folder, move_folder
from warehouse.releases.layout import (
    MONTHS_FROM_ROWS,
    WHOLE,
    Layout,
    in_part,
    month_of,
    part_name,
)
from warehouse.releases.model import TablePart, TableVersion

HASH_FUNCTION = (
    f"duckdb-{duckdb.__version__} hash(row), count + sum + xor; sha256 over schema, part and these"
)
PART = "part-00000.parquet"
HASHES = "hashes.parquet"
ROW_HASH = "_row_hash"
CONTENT = "count(*), sum(h::hugeint), bit_xor(h)"
"""Of rows in any order; equal rows do not cancel out."""
PARTS = "raw.release_part"
"""Where a build database tells what its files by month hold: table, month, and what CONTENT gives."""


def write_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    layout: Layout,
    home: Path,
    workspace: Path,
    written: Path | None = None,
) -> TableVersion:
    """Store the table `name` of the connection under its content's version; equal parts are stored once.

    `written`: a Parquet file that holds the table's rows in the order of the layout, which a table of one part takes
    over; or the folder of such files by month, whose content the connection tells in PARTS.
    """
    columns = table_columns(connection, name)
    by_month = written is not None and written.is_dir()
    parts = _told_parts(connection, name, columns) if by_month else ()
    if sum(part.rows for part in parts) < MONTHS_FROM_ROWS:
        parts = _list_parts(connection, name, columns, layout)
    for part in parts:
        folder = (home / part.file).parent
        if not (home / part.file).is_file():
            # What a run left that was killed while it deleted the part.
            shutil.rmtree(folder, ignore_errors=True)
            private = workspace / f"{name}-{folder.name}"
            _write_part(connection, name, part.name, layout, private, written)
            move_folder(private, folder)
    version = _digest([name, list(columns.items()), [part.version for part in parts]])
    return TableVersion(
        name=name,
        version=version,
        columns=columns,
        sorted_by=layout.order,
        key=layout.key,
        parts=parts,
        # Rows of a month lie by customer: scanning a copy would save next to nothing.
        cache=f"{CACHE}/{name}-{version}.duckdb" if parts[0].name == WHOLE else None,
    )


def ensure_cache(home: Path, table: TableVersion, resources: Resources | None = None) -> Path | None:
    """The scan cache of a table, made from its Parquet files where it is missing. None where it needs none."""
    if table.cache is None:
        return None
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


def remake_cache(home: Path, table: TableVersion) -> Path | None:
    """Replace a scan cache that can't be read. Processes that have it attached keep their copy."""
    if table.cache is not None:
        (home / table.cache).unlink(missing_ok=True)
    return ensure_cache(home, table)


def table_columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """Column names with their storage types, in order."""
    described = connection.sql(f'describe "{name}"').fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _list_parts(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], layout: Layout
) -> tuple[TablePart, ...]:
    """Parts with number of rows and a version that depends on schema and rows but not on their order."""
    rows = int(connection.sql(f'select count(*) from "{name}"').fetchall()[0][0])  # noqa: S608
    by_month = layout.day is not None and rows >= MONTHS_FROM_ROWS
    month = month_of(layout.day) if by_month and layout.day else "null::date"
    sql = f"""
        select month, {CONTENT}
        from (select {month} as month, hash(t) as h from "{name}" as t)
        group by month order by month nulls first
    """  # noqa: S608
    # A table without rows has its one part too.
    found = connection.sql(sql).fetchall() or [(None, 0, None, None)]
    return tuple(
        _part(name, columns, part_name(first) if by_month else WHOLE, content) for first, *content in found
    )


def _told_parts(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]
) -> tuple[TablePart, ...]:
    """The parts that lie in a folder by month."""
    sql = f"select month, n, total, parity from {PARTS} where table_name = ? order by month nulls first"  # noqa: S608
    found = connection.execute(sql, [name]).fetchall()
    return tuple(_part(name, columns, part_name(month), content) for month, *content in found)


def _part(name: str, columns: Mapping[str, str], part: str, content: Sequence[Any]) -> TablePart:
    version = part_version(name, columns, part, content)
    return TablePart(part, version, int(content[0]), f"{TABLES}/{name}/{part}-{version}/{PART}")


def part_version(name: str, columns: Mapping[str, str], part: str, content: Sequence[Any]) -> str:
    """What names the rows of a part: `content` is what CONTENT gives over their hashes `h`."""
    rows, total, parity = content
    return _digest([name, list(columns.items()), part, rows, str(total), str(parity)])


def _digest(content: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _write_part(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    part: str,
    layout: Layout,
    folder: Path,
    written: Path | None,
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = f'"{name}" as t where {in_part(part, layout.day)}'
    keys = ", ".join(f'"{column}" nulls last' for column in layout.order)
    ready = _ready(written, part)
    by_order = f" order by {keys}" if keys and ready is None else ""
    if layout.day is None:
        hashes = f"select {names(layout.key)}, hash(t) as {ROW_HASH} from {rows}{by_order}"  # noqa: S608
        connection.execute(f"copy ({hashes}) to {literal(str(folder / HASHES))} (format parquet)")
    if ready is not None:
        # The connection reads the table from this file: nothing is asked of the table any more.
        ready.rename(folder / PART)
        return
    connection.execute(
        f"copy (select * from {rows}{by_order}) to {literal(str(folder / PART))} "  # noqa: S608
        "(format parquet, parquet_version v2, compression zstd)"
    )


def _ready(written: Path | None, part: str) -> Path | None:
    """The file that holds the part as the release wants it, where there is one."""
    if written is None:
        return None
    if written.is_dir():
        file = written / f"{part}.parquet"
        return file if file.is_file() else None
    return written if part == WHOLE else None


def _write_cache(path: Path, name: str, files: Sequence[str], resources: Resources | None) -> None:
    with connect(path, resources=resources) as connection:
        connection.execute(f'create table "{name}" as select * from read_parquet(?)', [list(files)])  # noqa: S608
        connection.execute("checkpoint")
