"""A file to typed Parquet in one pass; rows that can't enter are set aside with line, column, value
and reason.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from warehouse.catalog.model import ValueType
from warehouse.files.content import stamp_of
from warehouse.files.duplicates import drop_duplicates
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


@dataclass(slots=True)
class _Notes:
    """Which rules refused rows in the first pass. Usually none did, and then there is no second pass."""

    rules: set[int] = field(default_factory=set)

    def take(self, rule: pa.Array) -> pa.Array:
        self.rules.update(rule.unique().to_pylist())
        return pa.array([False] * len(rule))


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
        with duckdb.connect() as con:
            self._prepare(con)
            notes = _Notes()
            _register(con, notes)
            written = self._copy(con, rows, target)
            broken = rows.broken(con)
            refused = self._find_refused(con, rows, sorted(notes.rules))
            numbers = np.array([row for row, *_ in refused], dtype=np.int64)
            repeats = drop_duplicates(con, target, self.key, numbers)
            sums = column_sums(con, target, _numeric(self.rules))
        self._check_unchanged()
        rejects = [*broken, *self._refused(refused, rows.of_rows(numbers))]
        rejects += [_conflict(line, self.key, *texts) for line, *texts in repeats.conflicts(rows)]
        return Converted(
            accepted=written - repeats.dropped,
            duplicates=repeats.identical,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            unmapped=rows.unmapped(),
            sums=sums,
        )

    def _prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        for setting, value in {
            "temp_directory": str(self.scratch / "spill"),
            "memory_limit": self.memory_limit,
            "enable_progress_bar": "false",
        }.items():
            con.execute(f"SET {setting} = {literal(value)}").fetchall()

    def _copy(self, con: duckdb.DuckDBPyConnection, rows: Rows, target: Path) -> int:
        sql = f"COPY ({self._select(rows)}) TO {literal(str(target))} (FORMAT parquet)"
        try:
            return int(con.execute(sql).fetchall()[0][0])
        except duckdb.InvalidInputException as error:
            raise rows.unreadable(error) from error

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
        columns = ", ".join(f"{part.value} AS {name(rule.name)}" for rule, part in parts)
        inner = ", ".join([*self._texts(rows), columns])
        outer = ", ".join(column for rule, _ in parts for column in finished_columns(rule, self.form))
        reader = rows.relation(first=True)
        return f"SELECT {outer} FROM (SELECT {inner} FROM {reader}) WHERE {self._filter(parts)}"  # noqa: S608

    def _find_refused(
        self, con: duckdb.DuckDBPyConnection, rows: Rows, rules: Sequence[int]
    ) -> list[tuple[int, int, list[str | None]]]:
        """(number among the readable rows, rule, text of the columns) of the rows that `rules` refuse,
        in order.

        Numbering rows costs the engine its second thread, so it is done only for files with such rows.
        """
        if not rules:
            return []
        parts = [(index, self._typed(self.rules[index], rows)) for index in rules]
        columns = ", ".join(f"{part.value} AS {name(self.rules[index].name)}" for index, part in parts)
        first = " ".join(f"WHEN NOT ({part.good}) THEN {index}" for index, part in parts)
        texts, reader = ", ".join(self._texts(rows)), rows.relation(first=False)
        inner = f"SELECT {texts}, {columns}, row_number() OVER () AS row_no FROM {reader}"  # noqa: S608
        sql = f"""
            SELECT row_no, CASE {first} END AS rule, [{texts}] FROM ({inner})
            WHERE rule IS NOT NULL ORDER BY row_no LIMIT {MAX_REJECTS + 1}
        """  # noqa: S608
        found = con.sql(sql).fetchall()
        if len(found) > MAX_REJECTS:
            raise FileError(f"{self.facts.path}: more than {MAX_REJECTS} rows can't be read")
        return found

    def _typed(self, rule: ColumnRule, rows: Rows) -> Typed:
        return typed(rule, rows.column(rule.source) if rule.source is not None else "", self.form)

    def _texts(self, rows: Rows) -> list[str]:
        return [rows.column(source) for source in sources_of(self.rules)]

    def _filter(self, parts: Sequence[tuple[ColumnRule, Typed]]) -> str:
        tests = [(index, part.good) for index, (_, part) in enumerate(parts) if part.good]
        if not tests:
            return "true"
        branches = " ".join(f"WHEN NOT ({good}) THEN {index}" for index, good in tests)
        # CASE, not OR: its order is promised, so the note is taken of refused rows alone.
        every = " AND ".join(good for _, good in tests)
        return f"CASE WHEN {every} THEN true ELSE note(CASE {branches} END::INTEGER) END"

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


def _register(con: duckdb.DuckDBPyConnection, notes: _Notes) -> None:
    con.create_function(
        "note",
        notes.take,
        ["INTEGER"],
        "BOOLEAN",
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    con.create_function("fold", _fold_array, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)


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
