"""Rows of a Parquet file; its numbers stay exact, its timestamps with a zone become local time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files.content import open_content
from warehouse.files.model import ColumnRule, FileError, Footer, ParquetFormat, Reject
from warehouse.files.native_table import NativeTable
from warehouse.files.record_rows import Batch

BATCH = 10_000


class ParquetRows:
    """Reads `path` for `rules`. Lists and structures become JSON."""

    footers: tuple[Footer, ...] = ()

    def __init__(self, path: Path, form: ParquetFormat, rules: Sequence[ColumnRule]) -> None:
        self._path, self._table = path, NativeTable.of(rules, form)

    @property
    def rejects(self) -> Sequence[Reject]:
        """Rows with values that can't be trusted."""
        return self._table.rejects

    @property
    def names(self) -> Sequence[str]:
        """Columns of the file."""
        return self._table.names

    def missing(self) -> Sequence[str]:
        """Sources that are no column."""
        return self._table.missing()

    def unmapped(self) -> tuple[str, ...]:
        """Columns that no rule reads."""
        return self._table.unmapped()

    def batches(self) -> Iterator[Batch]:
        """Rows, some thousands at a time; a row's line is its number."""
        with open_content(self._path) as content:
            try:
                file = pq.ParquetFile(pa.PythonFile(content, mode="r"))
                self._table.names = tuple(file.schema_arrow.names)
                yield from self._read(file)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise FileError(f"{self._path}: not a Parquet file that can be read: {error}") from error

    def _read(self, file: pq.ParquetFile) -> Iterator[Batch]:
        columns = [source for source in self._table.columns if source in self._table.names]
        first = 1
        for batch in file.iter_batches(BATCH, columns=columns):
            rows = [(first + place, row) for place, row in enumerate(_rows(batch))]
            first += len(rows)
            yield self._table.batch(rows)


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    names = batch.schema.names
    values = [_values(column) for column in batch.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        # Python's moments have no nanoseconds; what is finer than a microsecond is cut off.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_float32(column.type):
        # Its seven digits as they read, not as the wider float would spell them.
        return [None if text is None else float(text) for text in column.cast(pa.string()).to_pylist()]
    return list(column.to_pylist())
