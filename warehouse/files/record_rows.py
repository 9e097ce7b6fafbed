"""The rows of a file of records (JSON, XML, sheets ...): read once into a private table of texts with the
line of each, which the engine then reads like any other file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files.expressions import literal
from warehouse.files.lines import Numbers
from warehouse.files.model import MAX_REJECTS, ColumnRule, FileError, FileFormat, Footer, Reject, sources_of


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records in the order of the file: the line of each (1 = first) and one column per source."""

    lines: Sequence[int]
    columns: Sequence[pa.Array]


class RecordReader(Protocol):
    """Takes one file apart. What it found out besides is known when `batches` has come to its end."""

    @property
    def rejects(self) -> Sequence[Reject]:
        """Records that could not be read, in order."""
        ...

    @property
    def footers(self) -> tuple[Footer, ...]:
        """What stands below the records, where the format declares it; after `batches`."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """Every name the records have, in the order of their first appearance."""
        ...

    def batches(self) -> Iterator[Batch]:
        """Records of the file; FileError where the rest can't be read."""
        ...

    def missing(self) -> Sequence[str]:
        """Sources that no record has."""
        ...

    def unmapped(self) -> tuple[str, ...]:
        """Names that lead to no source."""
        ...


class RecordRows:
    """Rows that `reader` finds in the file `path`. Raises FileError where it can't be read."""

    def __init__(
        self, path: Path, form: FileFormat, rules: Sequence[ColumnRule], reader: RecordReader, scratch: Path
    ) -> None:
        self._path, self._form, self._reader = path, form, reader
        self._sources = sources_of(rules)
        self._table = scratch / "records.parquet"
        self._write()
        self._check(rules)

    def _write(self) -> None:
        names = [f"c{index}" for index in range(len(self._sources))]
        schema = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in names)])
        with pq.ParquetWriter(self._table, schema, compression="lz4") as writer:
            for batch in self._reader.batches():
                columns = [pa.array(batch.lines, pa.int64()), *batch.columns]
                writer.write_batch(pa.record_batch(columns, schema=schema))
                if len(self._reader.rejects) > MAX_REJECTS:
                    raise FileError(f"{self._path}: more than {MAX_REJECTS} records can't be read")

    def _check(self, rules: Sequence[ColumnRule]) -> None:
        needed = sources_of([rule for rule in rules if not rule.optional])
        lost = [source for source in self._reader.missing() if source in needed]
        # A file of which nothing could be read is refused for that, not for its columns.
        if lost and self._reader.names:
            has = ", ".join(self._reader.names)
            raise FileError(
                f"{self._path}: no record has {lost[0]!r} (where it may be absent, declare it `optional: true`); "
                f"the records have: {has}"
            )

    @property
    def footers(self) -> tuple[Footer, ...]:
        """The lines of totals."""
        return self._reader.footers

    def column(self, source: str) -> str:
        """The column's name in the private table."""
        return f"c{self._sources.index(source)}"

    def relation(self) -> str:
        """The private table, with the texts that mean "no value" as NULL."""
        table = f"read_parquet({literal(str(self._table))})"
        nulls = ", ".join(literal(value) for value in self._form.null_values if value)
        if not nulls:
            return table
        kept = ", ".join(
            f"CASE WHEN c{index} NOT IN ({nulls}) THEN c{index} END AS c{index}"
            for index in range(len(self._sources))
        )
        return f"(SELECT {kept} FROM {table})"  # noqa: S608

    def unreadable(self, error: duckdb.Error) -> FileError:
        """The engine's words."""
        return FileError(f"{self._path}: {str(error).splitlines()[0]}")

    def broken(self, con: duckdb.DuckDBPyConnection) -> list[Reject]:  # noqa: ARG002 - the reader knows them
        """Records that could not be read."""
        return list(self._reader.rejects)

    def of_rows(self, rows: Numbers) -> list[int]:
        """Lines of readable rows."""
        if not len(rows):
            return []
        lines = pq.read_table(self._table, columns=["line"]).column("line")
        return [int(line) for line in lines.take(pa.array(rows - 1)).to_pylist()]

    def unmapped(self) -> tuple[str, ...]:
        """Names of the records that no rule reads."""
        return self._reader.unmapped()
