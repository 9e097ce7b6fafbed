"""The fast way from a CSV file to the table between file and raw: its reader types numbers and days.

Lines that the reader refuses, or could take for something else than is written, go to the expressions over texts,
which alone decide: a row enters, or is refused, exactly as if all rows had gone through them.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.catalog.model import ValueType
from warehouse.files.csv_rows import CsvRows
from warehouse.files.doubts import Doubts, Signs, find_doubts
from warehouse.files.expressions import name, sql_type
from warehouse.files.lines import Numbers
from warehouse.files.model import MAX_REJECTS, ColumnRule, CsvFormat, Reject
from warehouse.files.typed_table import (
    RULE,
    TEXTS,
    TYPED,
    RefusedRow,
    plain_table_sql,
    table_sql,
)

ALWAYS, ONE_OF = 1000, 50
"""With more lines in doubt than these and one of so many, or than may be refused, the file is not written plainly."""
# Forms of days and moments that the reader reads as the expressions over texts do.
PLAIN_FORMS = {
    ValueType.DATE: re.compile("(%[Ymd][-./ ]?){3}"),
    ValueType.TIMESTAMP: re.compile("(%[YmdHMS][-./ :T]?){6}"),
}
ERRORS = "plain_errors"


@dataclass(frozen=True, slots=True)
class PlainTable:
    """Fills the table TYPED from the rows of one file; `scratch` is a private folder."""

    rows: CsvRows
    form: CsvFormat
    rules: Sequence[ColumnRule]
    key: Sequence[str]
    scratch: Path

    def fill(self, con: duckdb.DuckDBPyConnection) -> tuple[list[Reject], list[RefusedRow]] | None:
        """The rows that could not be taken apart, and the refused ones. None, and no table, where the file is not
        written plainly enough.
        """
        if not self.rows.plain:
            return None
        types, most = self._types(), min(ALWAYS + self.rows.lines // ONE_OF, MAX_REJECTS)
        doubts = find_doubts(self.rows.file, self._signs(types), most)
        if doubts is None:
            return None
        try:
            filled = self._fill(con, types, doubts, most)
        except duckdb.InvalidInputException:
            # The file can't be taken apart: the other way says where.
            filled = None
        if filled is None:
            con.execute(f"DROP TABLE IF EXISTS {TYPED}").fetchall()
        return filled

    def _fill(
        self, con: duckdb.DuckDBPyConnection, types: Mapping[str, str], doubts: Doubts, most: int
    ) -> tuple[list[Reject], list[RefusedRow]] | None:
        kept = (
            f"store_rejects=true, rejects_table='{ERRORS}', rejects_scan='plain_scans', rejects_limit={most}"
        )
        relation = self.rows.reader(self.rows.file, kept, types)
        sql = plain_table_sql(self.rules, self.form, self.rows, relation, self.key, types)
        con.execute(f"CREATE TABLE {TYPED} AS {sql}").fetchall()
        if con.table(ERRORS).shape[0] >= most:
            return None
        broken = self.rows.broken(con, ERRORS)
        left_out, marked = set(self.rows.mistyped(con, ERRORS)), self._marked(con, most)
        doubtful = {*doubts.lines.tolist(), *left_out, *marked}
        lines = np.array(sorted(doubtful.difference([1], (reject.line for reject in broken))), dtype=np.int64)
        judged = self._judge(con, doubts.texts(np.insert(lines, 0, 1))) if len(lines) <= most else []
        if len(judged) != len(lines):
            return None
        pairs = list(zip(lines.tolist(), judged, strict=True))
        entering = [line for line, (rule, _) in pairs if rule is None]
        if not left_out.isdisjoint(entering):
            return None
        self._correct(con, lines, {*entering, *doubts.lines.tolist()} - left_out)
        return broken, [RefusedRow(line, rule, texts) for line, (rule, texts) in pairs if rule is not None]

    def _types(self) -> dict[str, str]:
        """Source -> type of the columns that the reader types."""
        found: dict[str, set[str | None]] = {}
        for rule in self.rules:
            if rule.source is not None and self.rows.has(rule.source):
                native = sql_type(rule) if _is_native(rule, self.form) else None
                found.setdefault(rule.source, set()).add(native)
        only = {source: next(iter(types)) for source, types in found.items() if len(types) == 1}
        return {source: kind for source, kind in only.items() if kind is not None}

    def _signs(self, types: Mapping[str, str]) -> Signs:
        scales = [rule.scale for rule in self.rules if types.get(rule.source or "", "").startswith("DECIMAL")]
        return Signs(self.form.decimal, min(scales) if scales else None, self.form.delimiter)

    def _marked(self, con: duckdb.DuckDBPyConnection, most: int) -> list[int]:
        """Lines of the rows that can't enter as the reader has taken them; not many more than `most`."""
        sql = f"SELECT rowid + 1 FROM {TYPED} WHERE {RULE} IS NOT NULL LIMIT {most + 1}"  # noqa: S608
        return self.rows.of_rows(np.array([row for (row,) in con.sql(sql).fetchall()], dtype=np.int64))

    def _judge(
        self, con: duckdb.DuckDBPyConnection, texts: Sequence[bytes]
    ) -> list[tuple[int | None, list[str | None]]]:
        """RULE and TEXTS of these lines, the first of which is the header; fewer where one can't be taken apart."""
        file = self.scratch / "doubtful.csv"
        file.write_bytes(b"\n".join([*texts, b""]))
        relation = self.rows.reader(file, "ignore_errors=true")
        sql = table_sql(self.rules, self.form, self.rows, relation, self.key)
        con.execute(f"CREATE TABLE judged AS {sql}").fetchall()
        return con.sql(f"SELECT {RULE}, {TEXTS} FROM judged ORDER BY rowid").fetchall()  # noqa: S608

    def _correct(self, con: duckdb.DuckDBPyConnection, lines: Numbers, wrong: Collection[int]) -> None:
        """Put what was judged of `lines` into the table, for those that may stand there otherwise."""
        rows = np.flatnonzero(np.isin(lines, list(wrong)))
        con.register("places", pa.table({"place": self.rows.rows_of(lines[rows]) - 1, "row": rows}))
        columns = [name(column) for column in con.table(TYPED).columns]
        values = ", ".join(f"{column} = judged.{column}" for column in columns)
        con.execute(
            f"UPDATE {TYPED} SET {values} FROM judged JOIN places ON judged.rowid = places.row "  # noqa: S608
            f"WHERE {TYPED}.rowid = places.place"
        ).fetchall()


def _is_native(rule: ColumnRule, form: CsvFormat) -> bool:
    if rule.type is ValueType.DECIMAL:
        return not form.thousands
    if rule.type in PLAIN_FORMS:
        usual = form.date_format if rule.type is ValueType.DATE else form.timestamp_format
        return rule.format in {None, usual} and PLAIN_FORMS[rule.type].fullmatch(usual) is not None
    return False
