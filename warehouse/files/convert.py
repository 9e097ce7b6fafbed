"""A CSV file to typed Parquet in one pass; rows that can't enter are set aside with line, column, value
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
from warehouse.files.duplicates import drop_duplicates
from warehouse.files.expressions import Typed, finished_columns, literal, name, typed
from warehouse.files.lines import LineFinder, Numbers, line_of_return
from warehouse.files.model import ColumnRule, Converted, CsvFormat, FileError, FileFacts, Reject
from warehouse.files.parquet import column_sums
from warehouse.files.scan import readable_copy, stamp_of
from warehouse.text import fold

MAX_REJECTS = 500_000
VALUE_LIMIT = 200
RECORD_LIMIT = 2000
# Errors of the reader that can swallow more than the row they are told of.
WITHOUT_END = {"UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM"}


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
        source = readable_copy(self.facts, self.form, self.scratch)
        with duckdb.connect() as con:
            self._prepare(con)
            notes = _Notes()
            _register(con, notes)
            written = self._copy(con, source, target)
            broken = con.sql(BROKEN_ROWS).fetchall()
            refused = self._find_refused(con, source, sorted(notes.rules))
            numbers = np.array([row for row, *_ in refused], dtype=np.int64)
            repeats = drop_duplicates(con, target, self.key, numbers)
            sums = column_sums(con, target, _numeric(self.rules))
        self._check_unchanged()
        lines = LineFinder(self.facts, self.form, [int(row[0]) for row in broken])
        rejects = [*self._broken(broken, lines), *self._refused(refused, numbers, lines)]
        rejects += [_conflict(line, self.key, *texts) for line, *texts in repeats.conflicts(lines)]
        return Converted(
            accepted=written - repeats.dropped,
            duplicates=repeats.identical,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            unmapped=tuple(column for column in self.facts.header if column not in _sources(self.rules)),
            sums=sums,
        )

    def _prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        for setting, value in {
            "temp_directory": str(self.scratch / "spill"),
            "memory_limit": self.memory_limit,
            "enable_progress_bar": "false",
        }.items():
            con.execute(f"SET {setting} = {literal(value)}").fetchall()

    def _copy(self, con: duckdb.DuckDBPyConnection, source: Path, target: Path) -> int:
        sql = f"COPY ({self._select(source)}) TO {literal(str(target))} (FORMAT parquet)"
        try:
            return int(con.execute(sql).fetchall()[0][0])
        except duckdb.InvalidInputException as error:
            raise FileError(f"{self.facts.path}: {self._unreadable(source, str(error))}") from error

    def _unreadable(self, source: Path, message: str) -> str:
        line = line_of_return(source) if "invalid state" in message else None
        if line is None:
            return message.splitlines()[0]
        return f"line {line}: a carriage return inside the line; a value with line breaks has to be quoted"

    def _check_unchanged(self) -> None:
        """What was hashed has to be what was read."""
        try:
            stamp = stamp_of(self.facts.path.stat())
        except OSError as error:
            raise FileError(f"{self.facts.path}: gone while it was read: {error.strerror}") from error
        if stamp != self.facts.stamp:
            raise FileError(f"{self.facts.path}: changed while it was read; it is loaded once it stays still")

    def _broken(self, rows: Sequence[tuple[int, str, str | None, str]], lines: LineFinder) -> list[Reject]:
        return [
            self._broken_record(record, kind, text or "", message, lines)
            for record, kind, text, message in rows
        ]

    def _broken_record(self, record: int, kind: str, text: str, message: str, lines: LineFinder) -> Reject:
        line, text = lines.of_record(record), text.strip("\r\n")
        if kind in WITHOUT_END and ("\n" in text or "\r" in text):
            # It took lines of other rows with it: they would be lost as one row.
            raise FileError(
                f"{self.facts.path}: line {line}: a quoted value does not end, "
                "so the rows after it can't be told apart"
            )
        reason = "the file ends inside this row" if lines.is_cut(record) else _broken_reason(kind, message)
        return Reject(line, None, None, reason, text[:RECORD_LIMIT])

    def _select(self, source: Path) -> str:
        parts = [(rule, self._typed(rule)) for rule in self.rules]
        columns = ", ".join(f"{part.value} AS {name(rule.name)}" for rule, part in parts)
        inner = ", ".join([*self._texts(), columns])
        outer = ", ".join(column for rule, _ in parts for column in finished_columns(rule, self.form))
        reader = self._reader(source, rejects=True)
        return f"SELECT {outer} FROM (SELECT {inner} FROM {reader}) WHERE {self._filter(parts)}"  # noqa: S608

    def _find_refused(
        self, con: duckdb.DuckDBPyConnection, source: Path, rules: Sequence[int]
    ) -> list[tuple[int, int, list[str | None]]]:
        """(number among the readable rows, rule, text of the columns) of the rows that `rules` refuse,
        in order.

        Numbering rows costs the engine its second thread, so it is done only for files with such rows.
        """
        if not rules:
            return []
        parts = [(index, self._typed(self.rules[index])) for index in rules]
        columns = ", ".join(f"{part.value} AS {name(self.rules[index].name)}" for index, part in parts)
        first = " ".join(f"WHEN NOT ({part.good}) THEN {index}" for index, part in parts)
        reader = self._reader(source, rejects=False)
        inner = f"SELECT {', '.join(self._texts())}, {columns}, row_number() OVER () AS row_no FROM {reader}"  # noqa: S608
        sql = f"""
            SELECT row_no, CASE {first} END AS rule, [{", ".join(self._texts())}] FROM ({inner})
            WHERE rule IS NOT NULL ORDER BY row_no LIMIT {MAX_REJECTS + 1}
        """  # noqa: S608
        found = con.sql(sql).fetchall()
        if len(found) > MAX_REJECTS:
            raise FileError(f"{self.facts.path}: more than {MAX_REJECTS} rows can't be read")
        return found

    def _typed(self, rule: ColumnRule) -> Typed:
        return typed(rule, self._position(rule.source) if rule.source is not None else "", self.form)

    def _texts(self) -> list[str]:
        return [self._position(source) for source in _sources(self.rules)]

    def _filter(self, parts: Sequence[tuple[ColumnRule, Typed]]) -> str:
        tests = [(index, part.good) for index, (_, part) in enumerate(parts) if part.good]
        if not tests:
            return "true"
        branches = " ".join(f"WHEN NOT ({good}) THEN {index}" for index, good in tests)
        # CASE, not OR: its order is promised, so the note is taken of refused rows alone.
        every = " AND ".join(good for _, good in tests)
        return f"CASE WHEN {every} THEN true ELSE note(CASE {branches} END::INTEGER) END"

    def _position(self, source: str) -> str:
        return f"c{self.facts.header.index(source)}"

    def _reader(self, source: Path, *, rejects: bool) -> str:
        columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(self.facts.header)))
        nulls = ", ".join(literal(value) for value in dict.fromkeys(("", *self.form.null_values)))
        quote = literal(self.form.quote)
        broken = "store_rejects=true, rejects_limit=0" if rejects else "ignore_errors=true"
        return (
            f"read_csv({literal(str(source))}, delim={literal(self.form.delimiter)}, quote={quote}, "
            f"escape={quote}, header=true, auto_detect=false, columns={{{columns}}}, "
            f"nullstr=[{nulls}], strict_mode=true, {broken})"
        )

    def _refused(
        self, rows: Sequence[tuple[int, int, list[str | None]]], numbers: Numbers, lines: LineFinder
    ) -> list[Reject]:
        sources = _sources(self.rules)
        return [
            _refusal(line, self.rules[index], dict(zip(sources, record, strict=True)), self.form)
            for line, (_, index, record) in zip(lines.of_rows(numbers), rows, strict=True)
        ]


def _numeric(rules: Sequence[ColumnRule]) -> list[str]:
    numbers = {ValueType.INTEGER, ValueType.DECIMAL}
    return [rule.name for rule in rules if rule.type in numbers and rule.source is not None]


BROKEN_ROWS = """
    SELECT line, any_value(error_type::VARCHAR), any_value(csv_line), any_value(error_message)
    FROM reject_errors GROUP BY line ORDER BY line
"""


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
    return Reject(line, source, short, _reason(rule, value, form), text[:RECORD_LIMIT])


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


def _conflict(line: int, key: Sequence[str], value: str, record: str) -> Reject:
    reason = "repeats the key of an earlier row with other values"
    return Reject(line, ", ".join(key), value[:VALUE_LIMIT], reason, record[:RECORD_LIMIT])
