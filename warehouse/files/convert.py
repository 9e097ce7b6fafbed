"""A CSV file to typed Parquet in one pass; rows that can't enter are set aside with line, column, value and reason."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from warehouse.catalog.model import ValueType
from warehouse.files.duplicates import drop_duplicates
from warehouse.files.expressions import Typed, finished_columns, literal, name, typed
from warehouse.files.lines import LineFinder
from warehouse.files.model import ColumnRule, Converted, CsvFormat, FileError, FileFacts, Reject
from warehouse.files.scan import readable_copy
from warehouse.text import fold

MAX_REJECTS = 500_000
VALUE_LIMIT = 200
ROW_GROUP = 122_880


@dataclass(slots=True)
class _Notes:
    """Rows the typed pass refused, as it met them: (row among the readable ones, rule, text of the columns)."""

    batches: list[tuple[pa.Array, pa.Array, pa.Array]] = field(default_factory=list)
    count: int = 0

    def take(self, row: pa.Array, rule: pa.Array, record: pa.Array) -> pa.Array:
        self.batches.append((row, rule, record))
        self.count += len(row)
        if self.count > MAX_REJECTS:
            raise FileError(f"more than {MAX_REJECTS} rows rejected")
        return pa.array([False] * len(row))

    def rows(self) -> list[tuple[int, int, list[str | None]]]:
        found = [
            row
            for batch in self.batches
            for row in zip(*(column.to_pylist() for column in batch), strict=True)
        ]
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Conversion:
    """One file on its way to raw. `key` names the columns that tell rows apart (empty = every row is its own)."""

    facts: FileFacts
    form: CsvFormat
    rules: tuple[ColumnRule, ...]
    key: tuple[str, ...]
    scratch: Path
    memory_limit: str = "3GB"

    def run(self, target: Path) -> Converted:
        """Write the accepted rows to `target`, in the order of the file.

        Raises FileError where columns are missing or the file can't be read as declared.
        """
        _check_header(self.facts, self.rules)
        with duckdb.connect() as con:
            self._prepare(con)
            notes = _Notes()
            _register(con, notes)
            written = self._copy(con, target)
            broken = con.sql(BROKEN_ROWS).fetchall()
            lines = LineFinder(self.facts, self.form, [int(row[0]) for row in broken])
            rejects = [*self._broken(broken, lines), *self._refused(notes, lines)]
            noted = np.array([row for row, _, _ in notes.rows()], dtype=np.int64)
            repeats = drop_duplicates(con, target, self.key, noted)
        rejects += [_conflict(line, value, self.key) for line, value in repeats.conflicts(lines)]
        rejects.sort(key=lambda reject: reject.line)
        return Converted(
            accepted=written - repeats.dropped,
            duplicates=repeats.identical,
            rejects=tuple(rejects),
            unmapped=tuple(column for column in self.facts.header if column not in _sources(self.rules)),
        )

    def _prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        for setting, value in {
            "temp_directory": str(self.scratch / "spill"),
            "memory_limit": self.memory_limit,
            "enable_progress_bar": False,
        }.items():
            con.sql(f"SET {setting} = {literal(str(value))}")

    def _copy(self, con: duckdb.DuckDBPyConnection, target: Path) -> int:
        sql = (
            f"COPY ({self._select()}) TO {literal(str(target))} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        try:
            return int(con.execute(sql).fetchall()[0][0])
        except duckdb.Error as error:
            raise FileError(f"{self.facts.path}: {str(error).splitlines()[0]}") from error

    def _select(self) -> str:
        texts = {rule.source: self._position(rule.source) for rule in self.rules if rule.source is not None}
        parts = [(rule, self._typed(rule)) for rule in self.rules]
        columns = ", ".join(f"{part.value} AS {name(rule.name)}" for rule, part in parts)
        inner = ", ".join([*texts.values(), columns, "row_number() OVER () AS row_no"])
        outer = ", ".join(column for rule, _ in parts for column in finished_columns(rule, self.form))
        return f"SELECT {outer} FROM (SELECT {inner} FROM {self._reader()}) WHERE {self._filter(parts, list(texts.values()))}"

    def _typed(self, rule: ColumnRule) -> Typed:
        raw = self._position(rule.source) if rule.source is not None else ""
        return typed(rule, raw, self.form)

    def _filter(self, parts: Sequence[tuple[ColumnRule, Typed]], texts: Sequence[str]) -> str:
        tests = [(index, part.good) for index, (_, part) in enumerate(parts) if part.good]
        if not tests:
            return "true"
        branches = " ".join(f"WHEN NOT ({good}) THEN {index}" for index, good in tests)
        note = f"note(row_no, CASE {branches} END::INTEGER, [{', '.join(texts)}])"
        # CASE, not OR: its order is promised, so the note is taken of refused rows alone.
        return f"CASE WHEN {' AND '.join(good for _, good in tests)} THEN true ELSE {note} END"

    def _position(self, source: str) -> str:
        return f"c{self.facts.header.index(source)}"

    def _reader(self) -> str:
        columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(self.facts.header)))
        nulls = ", ".join(literal(value) for value in dict.fromkeys(("", *self.form.null_values)))
        quote = literal(self.form.quote)
        path = readable_copy(self.facts, self.form, self.scratch)
        return (
            f"read_csv({literal(str(path))}, delim={literal(self.form.delimiter)}, quote={quote}, "
            f"escape={quote}, header=true, auto_detect=false, columns={{{columns}}}, "
            f"nullstr=[{nulls}], strict_mode=true, store_rejects=true, rejects_limit=0)"
        )

    def _broken(self, rows: Sequence[tuple[int, str, str, str]], lines: LineFinder) -> list[Reject]:
        def reject(row: tuple[int, str, str, str]) -> Reject:
            text = row[2].strip("\r\n")[:VALUE_LIMIT] if row[2] else ""
            reason = (
                "the file ends inside this row" if lines.is_cut(row[0]) else _broken_reason(row[1], row[3])
            )
            return Reject(lines.of_record(row[0]), None, None, reason, text)

        return [reject(row) for row in rows]

    def _refused(self, notes: _Notes, lines: LineFinder) -> list[Reject]:
        sources = list(_sources(self.rules))
        rows = notes.rows()
        places = lines.of_rows(np.array([row for row, _, _ in rows], dtype=np.int64))
        return [
            _refusal(line, self.rules[index], dict(zip(sources, record, strict=True)), self.form)
            for line, (_, index, record) in zip(places, rows, strict=True)
        ]


BROKEN_ROWS = """
    SELECT line, any_value(error_type::VARCHAR), any_value(csv_line), any_value(error_message)
    FROM reject_errors GROUP BY line ORDER BY line
"""


def _register(con: duckdb.DuckDBPyConnection, notes: _Notes) -> None:
    con.create_function(
        "note",
        notes.take,
        ["BIGINT", "INTEGER", "VARCHAR[]"],
        "BOOLEAN",
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    con.create_function("fold", _fold_array, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)


def _fold_array(values: pa.Array) -> pa.Array:
    return fold(values)


def _sources(rules: Sequence[ColumnRule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.source for rule in rules if rule.source is not None))


def _check_header(facts: FileFacts, rules: Sequence[ColumnRule]) -> None:
    has = ", ".join(facts.header)
    for source in _sources(rules):
        if source not in facts.header:
            raise FileError(f"{facts.path}: line 1: no column {source!r}; the file has: {has}")
        if facts.header.count(source) > 1:
            raise FileError(
                f"{facts.path}: line 1: column {source!r} stands there twice; the file has: {has}"
            )


def _broken_reason(kind: str, message: str) -> str:
    if kind in {"MISSING COLUMNS", "TOO MANY COLUMNS"}:
        return message.replace("Expected Number of Columns:", "expected columns:").replace("Found:", "found:")
    known = {
        "UNQUOTED VALUE": "a quoted value does not end",
        "INVALID ENCODING": "bytes that are not in the declared encoding",
    }
    return known.get(kind, f"{kind.lower()}: {message}")


def _refusal(line: int, rule: ColumnRule, record: dict[str, str | None], form: CsvFormat) -> Reject:
    source = rule.source or rule.name
    value = record.get(source)
    short = value[:VALUE_LIMIT] if value is not None else None
    text = json.dumps(record, ensure_ascii=False)
    return Reject(line, source, short, _reason(rule, value, form), text[: VALUE_LIMIT * 10])


def _reason(rule: ColumnRule, value: str | None, form: CsvFormat) -> str:
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


def _conflict(line: int, value: str, key: Sequence[str]) -> Reject:
    return Reject(
        line,
        ", ".join(key),
        value[:VALUE_LIMIT],
        "repeats the key of an earlier row with other values",
        value,
    )
