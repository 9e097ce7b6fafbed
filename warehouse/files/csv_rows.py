"""The rows of a CSV file, as the engine reads them."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from warehouse.files.expressions import literal
from warehouse.files.lines import LineFinder, Numbers, line_of_return
from warehouse.files.model import (
    RECORD_LIMIT,
    ColumnRule,
    CsvFacts,
    CsvFormat,
    FileError,
    Footer,
    Reject,
    sources_of,
)
from warehouse.files.scan import readable_copy

# Errors of the reader that can swallow more than the row they are told of.
WITHOUT_END = {"UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM"}
BROKEN = {
    "UNQUOTED VALUE": "a quoted value does not end, or goes on after its closing quote",
    "INVALID ENCODING": "bytes that are not in the declared encoding",
    "LINE SIZE OVER MAXIMUM": "the row is too long",
}
# A row may have more than one error; a value of another type is the least of them.
BROKEN_ROWS = """
    SELECT line, any_value(error_type::VARCHAR), any_value(csv_line)
    FROM {errors} WHERE error_type <> 'CAST' GROUP BY line ORDER BY line
"""
MISTYPED_ROWS = "SELECT line FROM {errors} GROUP BY line HAVING bool_and(error_type = 'CAST') ORDER BY line"


class CsvRows:
    """Rows of the file that `facts` tell of. Raises FileError where a column that `rules` read is missing."""

    def __init__(self, facts: CsvFacts, form: CsvFormat, rules: Sequence[ColumnRule], scratch: Path) -> None:
        _check_header(facts, form, rules)
        self._facts, self._form, self._sources = facts, form, sources_of(rules)
        self._file = readable_copy(facts, form, scratch)
        self._lines = LineFinder(facts, form, ())

    def column(self, source: str) -> str:
        """The column's name; an optional one that is not there is NULL."""
        if not self.has(source):
            return "(NULL::VARCHAR)"
        return f"c{self._facts.header.index(source)}"

    @property
    def plain(self) -> bool:
        """Whether every line of the file is a record and ends in a line feed."""
        facts, lines = self._facts, self._lines
        return (
            lines.plain and facts.newlines > 0 and not facts.mixed_breaks and self._form.delimiter.isascii()
        )

    @property
    def lines(self) -> int:
        """Line feeds of the file."""
        return self._facts.newlines

    @property
    def footers(self) -> tuple[Footer, ...]:
        """The lines of totals."""
        return self._facts.footers

    def has(self, source: str) -> bool:
        """Whether the file has the column."""
        return source in self._facts.header

    @property
    def file(self) -> Path:
        """What is read: the file itself, or its copy in utf-8."""
        return self._file

    def relation(self) -> str:
        """The engine's reader. It stores what it can't take apart."""
        return self.reader(self._file, "store_rejects=true, rejects_limit=0")

    def reader(self, file: Path, broken: str, types: Mapping[str, str] | None = None) -> str:
        """The reader of a `file` with these columns, all of them texts but for `types` by source. `broken` says what
        becomes of rows that it can't take.
        """
        kinds = [(types or {}).get(source, "VARCHAR") for source in self._facts.header]
        columns = ", ".join(f"'c{index}': '{kind}'" for index, kind in enumerate(kinds))
        nulls = ", ".join(literal(value) for value in dict.fromkeys(("", *self._form.null_values)))
        quote = literal(self._form.quote)
        forms = {
            "decimal_separator": self._form.decimal,
            "dateformat": self._form.date_format,
            "timestampformat": self._form.timestamp_format,
        }
        written = "".join(f"{key}={literal(form)}, " for key, form in forms.items()) if types else ""
        return (
            f"read_csv({literal(str(file))}, delim={literal(self._form.delimiter)}, quote={quote}, "
            f"escape={quote}, header=true, auto_detect=false, columns={{{columns}}}, {written}"
            f"nullstr=[{nulls}], strict_mode=true, {broken})"
        )

    def unreadable(self, error: duckdb.Error) -> FileError:
        """With the line of a carriage return that stands inside a line."""
        message = str(error)
        line = line_of_return(self._file) if "invalid state" in message else None
        if line is None:
            told = re.search(r"[Ll]ine: (\d+)", message)
            where = f"line {self._lines.of_record(int(told[1]))}: " if told else ""
            quote = f"quote {self._form.quote!r}" if self._form.quote else "nothing quoted"
            return FileError(
                f"{self._facts.path}: {where}from here on the file can't be taken apart into the fields of "
                f"{', '.join(self._facts.header)} (delimiter {self._form.delimiter!r}, {quote})"
            )
        return FileError(
            f"{self._facts.path}: line {line}: a carriage return inside the line; "
            "a value with line breaks has to be quoted"
        )

    def broken(self, con: duckdb.DuckDBPyConnection, errors: str = "reject_errors") -> list[Reject]:
        """Rows with too few or too many columns, wrong quotes or bytes outside the encoding; `errors` is the table
        in which the reader stored them.
        """
        rows = con.sql(BROKEN_ROWS.format(errors=errors)).fetchall()
        skipped = [*(int(row[0]) for row in rows), *self.mistyped(con, errors)]
        self._lines = LineFinder(self._facts, self._form, skipped)
        return [self._broken_row(record, kind, text or "") for record, kind, text in rows]

    def mistyped(self, con: duckdb.DuckDBPyConnection, errors: str) -> list[int]:
        """Records that the reader left out only because it could not type a value itself."""
        return [int(line) for (line,) in con.sql(MISTYPED_ROWS.format(errors=errors)).fetchall()]

    def rows_of(self, lines: Numbers) -> Numbers:
        """The readable rows on these lines of a `plain` file; after `broken`."""
        return self._lines.rows_of(lines)

    def _broken_row(self, record: int, kind: str, text: str) -> Reject:
        line, text = self._lines.of_record(record), text.strip("\r\n")
        if kind in WITHOUT_END and ("\n" in text or "\r" in text):
            # It took lines of other rows with it: they would be lost as one row.
            raise FileError(
                f"{self._facts.path}: line {line}: a quoted value does not end, "
                "so the rows after it can't be told apart"
            )
        cut = self._lines.is_cut(record)
        reason = "the file ends inside this row" if cut else self._broken_reason(kind, text)
        return Reject(line, None, None, reason, text[:RECORD_LIMIT])

    def _broken_reason(self, kind: str, text: str) -> str:
        if kind in {"MISSING COLUMNS", "TOO MANY COLUMNS"}:
            # The reader itself stops counting at the first field too many.
            rows = csv.reader(
                io.StringIO(text), delimiter=self._form.delimiter, quotechar=self._form.quote or None
            )
            return f"{len(next(rows, [])):,} fields, the header has {len(self._facts.header):,}"
        return BROKEN.get(kind, "can't be taken apart into fields")

    def of_rows(self, rows: Numbers) -> list[int]:
        """Lines of readable rows."""
        return self._lines.of_rows(rows)

    def unmapped(self) -> tuple[str, ...]:
        """Columns of the header that no rule reads."""
        return tuple(column for column in self._facts.header if column not in self._sources)


def _check_header(facts: CsvFacts, form: CsvFormat, rules: Sequence[ColumnRule]) -> None:
    has = ", ".join(facts.header)
    if len(facts.header) == 1:
        has = f"{has} (one column with the delimiter {form.delimiter!r})"
    for source in sources_of([rule for rule in rules if not rule.optional]):
        if source not in facts.header:
            raise FileError(f"{facts.path}: line 1: no column {source!r}; the file has: {has}")
    for source in sources_of(rules):
        if facts.header.count(source) > 1:
            raise FileError(
                f"{facts.path}: line 1: column {source!r} stands there twice; the file has: {has}"
            )
