"""A file to typed Parquet in one pass; rows that can't enter are set aside with line, column, value
and reason.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb.func import PythonUDFType

from warehouse.catalog.model import ValueType
from warehouse.connection import Resources, connect
from warehouse.files.content import stamp_of
from warehouse.files.csv_rows import CsvRows
from warehouse.files.duplicates import take_out_repeats
from warehouse.files.expressions import literal
from warehouse.files.model import (
    RECORD_LIMIT,
    ColumnRule,
    Converted,
    CsvFormat,
    FileError,
    FileFacts,
    FileFormat,
    Reject,
    sources_of,
)
from warehouse.files.parquet import column_sums
from warehouse.files.plain_table import PlainTable
from warehouse.files.readers import open_rows
from warehouse.files.rows import Rows
from warehouse.files.typed_table import RULE, TYPED, RefusedRow, columns_of, refused_rows, table_sql
from warehouse.text import fold

VALUE_LIMIT = 200
DICTIONARY = 1000
"""Different values of a column up to which the file has a dictionary of them; a larger one costs more than it saves."""


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
            con.create_function("fold", _fold_array, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)
            broken, refused = self._read_plainly(con, rows) or self._read(con, rows)
            repeats = take_out_repeats(con, TYPED, RULE, self.key)
            accepted = self._write(con, target)
            sums = column_sums(con, target, _numeric(self.rules))
        self._check_unchanged()
        rejects = [*broken, *self._refused(refused)]
        rejects += [_conflict(line, self.key, *texts) for line, *texts in repeats.conflicts(rows)]
        return Converted(
            accepted=accepted,
            duplicates=repeats.identical,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            unmapped=rows.unmapped(),
            sums=sums,
            footers=rows.footers,
        )

    def _read_plainly(
        self, con: duckdb.DuckDBPyConnection, rows: Rows
    ) -> tuple[list[Reject], list[RefusedRow]] | None:
        """Fill the table the fast way; None where that can't be done."""
        if not isinstance(rows, CsvRows) or not isinstance(self.form, CsvFormat):
            return None
        return PlainTable(rows, self.form, self.rules, self.key, self.scratch).fill(con)

    def _read(self, con: duckdb.DuckDBPyConnection, rows: Rows) -> tuple[list[Reject], list[RefusedRow]]:
        """Fill the table: the rows that could not be taken apart, and the refused ones."""
        try:
            sql = table_sql(self.rules, self.form, rows, rows.relation(), self.key)
            con.execute(f"CREATE TABLE {TYPED} AS {sql}").fetchall()
        except duckdb.InvalidInputException as error:
            raise rows.unreadable(error) from error
        broken = rows.broken(con)
        return broken, refused_rows(con, rows, self.facts.path)

    def _write(self, con: duckdb.DuckDBPyConnection, target: Path) -> int:
        columns = ", ".join(columns_of(con))
        source = f"SELECT {columns} FROM {TYPED} WHERE {RULE} IS NULL"  # noqa: S608
        options = f"FORMAT parquet, DICTIONARY_SIZE_LIMIT {DICTIONARY}"
        return int(con.execute(f"COPY ({source}) TO {literal(str(target))} ({options})").fetchall()[0][0])

    def _check_unchanged(self) -> None:
        """What was hashed has to be what was read."""
        try:
            stamp = stamp_of(self.facts.path.stat())
        except OSError as error:
            raise FileError(f"{self.facts.path}: gone while it was read: {error.strerror}") from error
        if stamp != self.facts.stamp:
            raise FileError(f"{self.facts.path}: changed while it was read; it is loaded once it stays still")

    def _refused(self, rows: Sequence[RefusedRow]) -> list[Reject]:
        sources = sources_of(self.rules)
        return [
            _refusal(row.line, self.rules[row.rule], dict(zip(sources, row.texts, strict=True)), self.form)
            for row in rows
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
