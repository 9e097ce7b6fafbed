"""Rows of many small Parquet files in one file: each row says which load it is of and where it stood in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files.model import FileError

# No declared column has a dot in its name, so these stand in nobody's way.
LOAD, ROW = "load.id", "load.row"
GROUP_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A Parquet file that goes into a pack. `load_id` is None where it is a pack itself: its rows say their loads."""

    file: Path
    load_id: str | None


def columns_of(file: Path) -> tuple[tuple[str, str], ...]:
    """Names and types of the columns that the rows in a file came with, in order."""
    return tuple(
        (field.name, str(field.type)) for field in pq.read_schema(file) if field.name not in {LOAD, ROW}
    )


def write_pack(pieces: Sequence[Piece], target: Path) -> None:
    """Write the rows of all pieces, which have the same columns, in their order.

    Raises FileError where the written file does not give back every row as it was.
    """
    with pq.ParquetWriter(target, _marked(pieces[0]).schema, compression="zstd") as writer:
        for group in _groups(pieces):
            writer.write_table(group, row_group_size=group.num_rows)
    with pq.ParquetFile(target) as written:
        stored = (written.read_row_group(number) for number in range(written.num_row_groups))
        if any(group is None or group != back for group, back in zip_longest(_groups(pieces), stored)):
            raise FileError(f"{target}: does not hold the rows of its loads; nothing was changed")


def _groups(pieces: Sequence[Piece]) -> Iterator[pa.Table]:
    """The rows in portions of about GROUP_ROWS; none of them empty."""
    waiting: list[pa.Table] = []
    for piece in pieces:
        waiting.append(_marked(piece))
        if sum(table.num_rows for table in waiting) >= GROUP_ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if any(table.num_rows for table in waiting):
        yield pa.concat_tables(waiting)


def _marked(piece: Piece) -> pa.Table:
    with pq.ParquetFile(piece.file) as file:
        table = file.read()
    # That a column has no NULL is said of one file, not of all.
    table = table.cast(pa.schema([field.with_nullable(True) for field in table.schema]))
    if piece.load_id is None:
        return table
    loads = pa.repeat(pa.scalar(piece.load_id, pa.string()), table.num_rows)
    rows = pa.array(range(table.num_rows), pa.int64())
    return table.append_column(LOAD, loads).append_column(ROW, rows)
