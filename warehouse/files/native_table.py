"""Rows of typed values (a sheet, a Parquet file) to columns of texts; a row with a value that can't be
trusted is set aside.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from warehouse.files.model import RECORD_LIMIT, ColumnRule, FileFormat, Reject
from warehouse.files.native_values import NativeColumn, native_columns
from warehouse.files.record_rows import Batch


@dataclass(slots=True)
class NativeTable:
    """Collects rows under the header `names`."""

    columns: dict[str, NativeColumn]
    names: tuple[str, ...] = ()
    rejects: list[Reject] = field(default_factory=list)

    @classmethod
    def of(cls, rules: Sequence[ColumnRule], form: FileFormat) -> "NativeTable":
        """The table that `rules` read."""
        return cls(native_columns(rules, form))

    def missing(self) -> Sequence[str]:
        """Sources that are no column."""
        return [source for source in self.columns if source not in self.names]

    def unmapped(self) -> tuple[str, ...]:
        """Columns that no rule reads."""
        return tuple(name for name in self.names if name and name not in self.columns)

    def batch(self, rows: Sequence[tuple[int, dict[str, Any]]]) -> Batch:
        """The texts of rows given as (line, source -> value)."""
        lines: list[int] = []
        texts: list[list[str | None]] = []
        for line, row in rows:
            made = self._row(line, row)
            if made is not None:
                lines.append(line)
                texts.append(made)
        columns = list(zip(*texts, strict=True)) if texts else [()] * len(self.columns)
        return Batch(lines, [pa.array(column, pa.string()) for column in columns])

    def _row(self, line: int, row: dict[str, Any]) -> list[str | None] | None:
        texts: list[str | None] = []
        for source, column in self.columns.items():
            value = row.get(source)
            try:
                texts.append(column.text(value))
            except ValueError as error:
                self.refuse(line, source, str(value), str(error), row)
                return None
        return texts

    def refuse(self, line: int, source: str, value: str, reason: str, row: dict[str, Any]) -> None:
        """Set one row aside."""
        record = json.dumps(row, ensure_ascii=False, default=str)
        self.rejects.append(Reject(line, source, value[:RECORD_LIMIT], reason, record[:RECORD_LIMIT]))
