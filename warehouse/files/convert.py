"""A file to typed Parquet in one pass; rows that can't enter are set aside with line, column, value
and reason.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import PythonUDFType

from warehouse.catalog.model import ValueType
from warehouse.connection import Resources, connect
from warehouse.files.content import stamp_of
from warehouse.files.duplicates import take_out_repeats
from warehouse.files.expressions import Typed, finished_columns, literal, name, typed
from warehouse.files.model import (
    MAX_REJECTS,
    RECORD_LIMIT,
    ColumnRule,
    Converted,
    FileError,
    FileFacts,
    FileFormat,
    Reject,
    sources_of,
)
from warehouse.files.parquet import column_sums
from warehouse.files.readers import open_rows
from warehouse.files.rows import Rows
from warehouse.text import fold

VALUE_LIMIT = 200


# The table between file and raw: the finished columns of every readable row, in order. Where a row can't enter,
# RULE is the rule that refuses it and TEXTS is what the file says; its row id is its place among the readable rows.
TYPED, RULE, TEXTS = "typed", '"?rule"', '"?texts"'


@dataclass(frozen=True, slots=True)
class Conversion:
    """One file on its way to raw. `key` names the columns that tell rows apart (empty = every row is its
    own).
    """

    facts: FileFacts
    form: FileFormat
    rules: tuple[ColumnRule, ...]
    key: tuple[str, ...]
    scratch: Path
    memory_limit: str = "3GB"

    def run(self, target: Path) -> Converted:
        """Write the accepted rows to `target`, in the order of the file.

        Raises FileError where columns are missing or the file can't be read as declared.
        """
        rows = open_rows(self.facts, self.form, self.rules, self.scratch)
        resources = Resources(self.memory_limit)
        with connect(resources=resources, spill=self.scratch / "spill") as con:
            self._read(con, rows)
            broken = rows.broken(con)
            refused = self._find_refused(con)
            repeats = take_out_repeats(con, TYPED, RULE, self.key)
            accepted = self._write(con, target)
            sums = column_sums(con, target, _numeric(self.rules))
        self._check_unchanged()
        numbers = np.array([row for row, *_ in refused], dtype=np.int64)
        rejects = [*broken, *self._refused(refused, rows.of_rows(numbers))]
        rejects += [_conflict(line, self.key, *texts) for line, *texts in repeats.conflicts(rows)]
        return Converted(
            accepted=accepted,
            duplicates=repeats.identical,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            unmapped=rows.unmapped(),
            sums=sums,
        )

    def _read(self, con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
        con.create_function("fold", _fold_array, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)
        try:
            con.execute(f"CREATE TABLE {TYPED} AS {self._select(rows)}").fetchall()
        except duckdb.InvalidInputException as error:
            raise rows.unreadable(error) from error

    def _write(self, con: duckdb.DuckDBPyConnection, target: Path) -> int:
        source = f"SELECT * EXCLUDE ({RULE}, {TEXTS}) FROM {TYPED} WHERE {RULE} IS NULL"  # noqa: S608
        sql = f"COPY ({source}) TO {literal(str(target))} (FORMAT parquet)"
        return int(con.execute(sql).fetchall()[0][0])

    def _check_unchanged(self) -> None:
        """What was hashed has to be what was read."""
        try:
            stamp = stamp_of(self.facts.path.stat())
        except OSError as error:
            raise FileError(f"{self.facts.path}: gone while it was read: {error.strerror}") from error
        if stamp != self.facts.stamp:
            raise FileError(f"{self.facts.path}: changed while it was read; it is loaded once it stays still")

    def _select(self, rows: Rows) -> str:
        parts = [(rule, self._typed(rule, rows)) for rule in self.rules]
        texts = ", ".join(rows.column(source) for source in sources_of(self.rules))
        columns = ", ".join(f"{part.value} AS {name(rule.name)}" for rule, part in parts)
        finished = ", ".join(column for rule, _ in parts for column in finished_columns(rule, self.form))
        typed_rows = f"SELECT *, {columns} FROM {rows.relation(first=True)}"  # noqa: S608
        judged = f"SELECT *, {self._refusing_rule(parts)} AS {RULE} FROM ({typed_rows})"  # noqa: S608
        kept = f"CASE WHEN {RULE} IS NOT NULL THEN [{texts}]::VARCHAR[] END AS {TEXTS}"
        return f"SELECT {finished}, {RULE}, {kept} FROM ({judged})"  # noqa: S608

    def _find_refused(self, con: duckdb.DuckDBPyConnection) -> list[tuple[int, int, list[str | None]]]:
        """(number among the readable rows from 1, rule, text of the columns) of refused rows, in order."""
        found = con.sql(
            f"SELECT rowid + 1, {RULE}, {TEXTS} FROM {TYPED} WHERE {RULE} IS NOT NULL "  # noqa: S608
            f"ORDER BY rowid LIMIT {MAX_REJECTS + 1}"
        ).fetchall()
        if len(found) > MAX_REJECTS:
            raise FileError(f"{self.facts.path}: more than {MAX_REJECTS} rows can't be read")
        return found

    def _typed(self, rule: ColumnRule, rows: Rows) -> Typed:
        return typed(rule, rows.column(rule.source) if rule.source is not None else "", self.form)

    def _refusing_rule(self, parts: Sequence[tuple[ColumnRule, Typed]]) -> str:
        """The first rule that a row does not meet; NULL for a row that may enter."""
        tests = [(index, part.good) for index, (_, part) in enumerate(parts) if part.good]
        if not tests:
            return "NULL::INTEGER"
        every = " AND ".join(good for _, good in tests)
        branches = " ".join(f"WHEN ({good}) IS NOT TRUE THEN {index}" for index, good in tests)
        # CASE looks at the tests one after the other and only where the one before held.
        return f"CASE WHEN {every} THEN NULL ELSE CASE {branches} END END::INTEGER"

    def _refused(
        self, rows: Sequence[tuple[int, int, list[str | None]]], lines: Sequence[int]
    ) -> list[Reject]:
        sources = sources_of(self.rules)
        return [
            _refusal(line, self.rules[index], dict(zip(sources, record, strict=True)), self.form)
            for line, (_, index, record) in zip(lines, rows, strict=True)
        ]


def _numeric(rules: Sequence[ColumnRule]) -> list[str]:
    numbers = {ValueType.INTEGER, ValueType.DECIMAL}
    return [rule.name for rule in rules if rule.type in numbers and rule.source is not None]


def _fold_array(values: pa.Array) -> pa.Array:
    return fold(values)


def _refusal(line: int, rule: ColumnRule, record: dict[str, str | None], form: FileFormat) -> Reject:
    source = rule.source or rule.name
    value = record.get(source)
    short = value[:VALUE_LIMIT] if value is not None else None
    text = json.dumps(record, ensure_ascii=False)
    return Reject(line, source, short, _reason(rule, value, form), text[:RECORD_LIMIT])


def _reason(rule: ColumnRule, value: str | None, form: FileFormat) -> str:
    if value is None or not value.strip():
        return "no value where one is required"
    expected = {
        ValueType.INTEGER: "not a whole number",
        ValueType.DECIMAL: f"not a number with at most {rule.scale} decimal places (decimal sign {form.decimal!r})",
        ValueType.BOOLEAN: f"not one of {', '.join((*rule.true_values, *rule.false_values))}",
        ValueType.DATE: f"not a date of the form {rule.format or form.date_format}",
        ValueType.TIMESTAMP: f"not a date and time of the form {rule.format or form.timestamp_format}",
    }
    if rule.type is not ValueType.TEXT:
        return expected[rule.type]
    return f"not one of {', '.join(tuple(rule.values) or rule.allowed)}"


def _conflict(line: int, key: Sequence[str], value: str, record: str) -> Reject:
    reason = "repeats the key of an earlier row with other values"
    return Reject(line, ", ".join(key), value[:VALUE_LIMIT], reason, record[:RECORD_LIMIT])
