"""Rows of one file that repeat a key: the first stays, an equal one is a duplicate, a different one a
conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np

from warehouse.files.expressions import literal, name


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

    @property
    def dropped(self) -> int:
        return self.identical + len(self.conflicting)

    def conflicts(self, lines: Lines) -> list[tuple[int, str, str]]:
        """(line, key, whole row) of each conflicting row."""
        rows = np.array([row for row, *_ in self.conflicting], dtype=np.int64)
        found = zip(lines.of_rows(rows), self.conflicting, strict=True)
        return [(line, key, record) for line, (_, key, record) in found]


def drop_duplicates(
    con: duckdb.DuckDBPyConnection, part: Path, key: Sequence[str], refused: np.ndarray
) -> Repeats:
    """Rewrite `part` without the rows that repeat an earlier row's key; untouched when there are none.

    `refused` are the numbers of the readable rows that are not in `part`, in order.
    """
    if not key or not _may_repeat(con, part, key):
        return Repeats()
    repeats = con.sql(_repeats_sql(part, key, con.read_parquet(str(part)).columns)).fetchall()
    if not repeats:
        return Repeats()
    _rewrite(con, part, [row for row, *_ in repeats])
    places = _readable(np.array([row for row, *_ in repeats], dtype=np.int64), refused)
    conflicts = [
        (int(place), key, record)
        for place, (_, same, key, record) in zip(places, repeats, strict=True)
        if not same
    ]
    return Repeats(len(repeats) - len(conflicts), tuple(conflicts))


def _may_repeat(con: duckdb.DuckDBPyConnection, part: Path, key: Sequence[str]) -> bool:
    # Hashes of keys are cheaper to count than keys; equal hashes of different keys only lead to the
    # exact look.
    sql = f"SELECT count(*) - count(DISTINCT hash({_columns(key)})) FROM {literal(str(part))}"  # noqa: S608
    return bool(con.sql(sql).fetchall()[0][0])


def _columns(key: Sequence[str]) -> str:
    return ", ".join(map(name, key))


def _repeats_sql(part: Path, key: Sequence[str], columns_of_part: Sequence[str]) -> str:
    """(number of the row in the part from 0, equal to the first of its key, key as text, a different
    row as text), in the order of the part.
    """
    columns = _columns(key)
    text = " || ', ' || ".join(f"coalesce({name(column)}::VARCHAR, '')" for column in key)
    whole = ", ".join(f"{literal(column)}: {name(column)}" for column in columns_of_part)
    source = f"read_parquet({literal(str(part))}, file_row_number = true)"
    hashes = f"SELECT hash({columns}) FROM {literal(str(part))} GROUP BY 1 HAVING count(*) > 1"  # noqa: S608
    return f"""
        WITH suspects AS (SELECT * FROM {source} WHERE hash({columns}) IN ({hashes})),
        numbered AS (
            SELECT file_row_number AS row, {text} AS key, whole,
                row_number() OVER (PARTITION BY {columns} ORDER BY file_row_number) AS place,
                first(whole) OVER (PARTITION BY {columns} ORDER BY file_row_number) IS NOT DISTINCT FROM whole AS same
            FROM (SELECT *, {{{whole}}} AS whole FROM suspects)
        )
        SELECT row, same, key, CASE WHEN NOT same THEN whole::VARCHAR END FROM numbered WHERE place > 1 ORDER BY row
    """  # noqa: S608


def _rewrite(con: duckdb.DuckDBPyConnection, part: Path, rows: Sequence[int]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE dropped AS SELECT unnest(?::BIGINT[]) AS row", [list(rows)]
    ).fetchall()
    without = part.with_suffix(".without_duplicates")
    source = f"read_parquet({literal(str(part))}, file_row_number = true)"
    con.execute(
        f"COPY (SELECT * EXCLUDE file_row_number FROM {source} ANTI JOIN dropped ON file_row_number = row) "  # noqa: S608
        f"TO {literal(str(without))} (FORMAT parquet)"
    ).fetchall()
    without.replace(part)


def _readable(rows: np.ndarray, refused: np.ndarray) -> np.ndarray:
    """Numbers among the readable rows (from 1) of rows of the part (from 0): refused rows before them
    count too.
    """
    before = np.searchsorted(refused - np.arange(1, len(refused) + 1), rows, side="right")
    return rows + 1 + before
