"""Rows of one file that repeat a key: the first stays, an equal one is a duplicate, a different one a
conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.files.expressions import literal, name
from warehouse.files.model import KEPT
from warehouse.files.typed_table import HASH

AT_ONCE = 50_000_000
"""Hashes of keys that are looked at together: 8 bytes each."""
REPEATED = -1
"""Stands in the mark of a row that was taken out."""


class Lines(Protocol):
    """Finds the line of a readable row of the file."""

    def of_rows(self, rows: np.ndarray) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Repeats:
    """What was taken out: `identical` rows counted, conflicting ones as (readable row of the file, key
    as text, whole row as text).
    """

    identical: int = 0
    conflicting: tuple[tuple[int, str, str], ...] = ()

    def conflicts(self, lines: Lines) -> list[tuple[int, str, str]]:
        """(line, key, whole row) of each conflicting row."""
        rows = np.array([row for row, *_ in self.conflicting], dtype=np.int64)
        found = zip(lines.of_rows(rows), self.conflicting, strict=True)
        return [(line, key, record) for line, (_, key, record) in found]


def take_out_repeats(con: duckdb.DuckDBPyConnection, table: str, mark: str, key: Sequence[str]) -> Repeats:
    """Mark the rows of `table` that repeat an earlier row's key; rows with a mark already count for nothing.

    The row id is the place of a row among the readable rows of the file (from 0), HASH that of its key.
    """
    hashes = _repeated_hashes(con, table, mark) if key else np.array([], dtype=np.uint64)
    if not len(hashes):
        return Repeats()
    columns = [column for column in con.table(table).columns if not column.startswith(("?", KEPT))]
    repeats = _find(con, table, mark, key, columns, hashes)
    rows = pa.table({"row": pa.array([row for row, *_ in repeats], pa.int64())})
    con.register("repeated", rows)
    con.execute(
        f"UPDATE {table} SET {mark} = {REPEATED} WHERE rowid IN (SELECT row FROM repeated)"  # noqa: S608
    ).fetchall()
    conflicts = [(row + 1, text, record or "") for row, same, text, record in repeats if not same]
    return Repeats(len(repeats) - len(conflicts), tuple(conflicts))


def _repeated_hashes(
    con: duckdb.DuckDBPyConnection, table: str, mark: str
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]":
    """Hashes that several keys have. Sorting hashes costs a fraction of counting keys; equal hashes of
    different keys only lead to the exact look.
    """
    rows = con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608
    parts, found = -(-rows // AT_ONCE), []
    for part in range(parts):
        mine = f" AND {HASH} % {parts} = {part}" if parts > 1 else ""
        sql = f"SELECT {HASH} AS hash FROM {table} WHERE {mark} IS NULL{mine}"  # noqa: S608
        hashes = np.array(con.sql(sql).fetchnumpy()["hash"], dtype=np.uint64)
        hashes.sort()
        found.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
    return np.concatenate(found) if found else np.array([], dtype=np.uint64)


def _find(
    con: duckdb.DuckDBPyConnection,
    table: str,
    mark: str,
    key: Sequence[str],
    columns: Sequence[str],
    hashes: np.ndarray,
) -> list[tuple[int, bool, str, str | None]]:
    """(row id, equal to the first of its key, key as text, a different row as text), in the order of rows."""
    con.register("suspected", pa.table({"hash": pa.array(hashes, pa.uint64())}))
    places = ", ".join(map(name, key))
    text = " || ', ' || ".join(f"coalesce({name(column)}::VARCHAR, '')" for column in key)
    whole = ", ".join(f"{literal(column)}: {name(column)}" for column in columns)
    sql = f"""
        WITH suspects AS (
            SELECT rowid AS row, {places}, {text} AS text, {{{whole}}} AS whole FROM {table}
            WHERE {mark} IS NULL AND {HASH} IN (SELECT hash FROM suspected)
        ),
        numbered AS (
            SELECT row, text, whole, row_number() OVER (PARTITION BY {places} ORDER BY row) AS place,
                first(whole) OVER (PARTITION BY {places} ORDER BY row) IS NOT DISTINCT FROM whole AS same
            FROM suspects
        )
        SELECT row, same, text, CASE WHEN NOT same THEN whole::VARCHAR END FROM numbered
        WHERE place > 1 ORDER BY row
    """  # noqa: S608
    return con.sql(sql).fetchall()
