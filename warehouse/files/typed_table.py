"""The table between file and raw: every readable row with its finished columns, in the order of the file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from warehouse.files.expressions import Typed, finished_columns, name, typed, typed_plainly
from warehouse.files.model import MAX_REJECTS, ColumnRule, FileError, FileFormat, sources_of
from warehouse.files.rows import Rows

# Where a row can't enter, RULE is the rule that refuses it and TEXTS is what the file says; the row id is the place
# of a row among the readable rows. HASH is that of the key.
TYPED, RULE, TEXTS, HASH = "typed", '"?rule"', '"?texts"', '"?hash"'


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that a rule refuses: its line in the file, the place of the rule, and what the file says."""

    line: int
    rule: int
    texts: Sequence[str | None]


def table_sql(
    rules: Sequence[ColumnRule], form: FileFormat, rows: Rows, relation: str, key: Sequence[str]
) -> str:
    """SQL of the finished columns, RULE, TEXTS and HASH, from a `relation` of texts."""
    parts = [(rule, typed(rule, _column(rule, rows), form)) for rule in rules]
    texts = ", ".join(rows.column(source) for source in sources_of(rules))
    told = f", CASE WHEN {RULE} IS NOT NULL THEN [{texts}]::VARCHAR[] END AS {TEXTS}"
    return _sql(parts, form, relation, key, told)


def plain_table_sql(
    rules: Sequence[ColumnRule],
    form: FileFormat,
    rows: Rows,
    relation: str,
    key: Sequence[str],
    native: Collection[str],
) -> str:
    """SQL of the finished columns, RULE and HASH for rows without doubt (`typed_plainly`); the reader has typed the
    sources `native`.
    """
    parts = []
    for rule in rules:
        column = _column(rule, rows)
        plain = typed_plainly(rule, column, form, native=rule.source in native)
        parts.append((rule, plain or typed(rule, column, form)))
    return _sql(parts, form, relation, key)


def _sql(
    parts: Sequence[tuple[ColumnRule, Typed]],
    form: FileFormat,
    relation: str,
    key: Sequence[str],
    told: str = "",
) -> str:
    columns = ", ".join(f"{part.value} AS {name(rule.name)}" for rule, part in parts)
    finished = ", ".join(column for rule, _ in parts for column in finished_columns(rule, form))
    typed_rows = f"SELECT *, {columns} FROM {relation}"  # noqa: S608
    judged = f"SELECT *, {_refusing_rule(parts)} AS {RULE} FROM ({typed_rows})"  # noqa: S608
    table = f"SELECT {finished}, {RULE}{told} FROM ({judged})"  # noqa: S608
    if not key:
        return table
    return f"SELECT *, hash({', '.join(map(name, key))}) AS {HASH} FROM ({table})"  # noqa: S608


def _column(rule: ColumnRule, rows: Rows) -> str:
    return rows.column(rule.source) if rule.source is not None else ""


def _refusing_rule(parts: Sequence[tuple[ColumnRule, Typed]]) -> str:
    """The first rule that a row does not meet; NULL for a row that may enter."""
    tests = [(index, part.good) for index, (_, part) in enumerate(parts) if part.good]
    if not tests:
        return "NULL::INTEGER"
    every = " AND ".join(good for _, good in tests)
    branches = " ".join(f"WHEN ({good}) IS NOT TRUE THEN {index}" for index, good in tests)
    # CASE looks at the tests one after the other and only where the one before held.
    return f"CASE WHEN {every} THEN NULL ELSE CASE {branches} END END::INTEGER"


def refused_rows(con: duckdb.DuckDBPyConnection, rows: Rows, path: Path) -> list[RefusedRow]:
    """The refused rows of the table, in order. Raises FileError where they are too many."""
    found = con.sql(
        f"SELECT rowid + 1, {RULE}, {TEXTS} FROM {TYPED} WHERE {RULE} IS NOT NULL "  # noqa: S608
        f"ORDER BY rowid LIMIT {MAX_REJECTS + 1}"
    ).fetchall()
    if len(found) > MAX_REJECTS:
        raise FileError(f"{path}: more than {MAX_REJECTS} rows can't be read")
    lines = rows.of_rows(np.array([row for row, *_ in found], dtype=np.int64))
    return [RefusedRow(line, rule, texts) for line, (_, rule, texts) in zip(lines, found, strict=True)]


def columns_of(con: duckdb.DuckDBPyConnection, table: str = TYPED) -> list[str]:
    """The finished columns of the table, as SQL names."""
    return [name(column) for column in con.table(table).columns if not column.startswith("?")]
