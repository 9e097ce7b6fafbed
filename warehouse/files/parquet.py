"""Small questions to Parquet files of raw, and the file of rejected rows."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files.expressions import literal, name
from warehouse.files.model import Reject

REJECT_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("record", pa.string()),
    ]
)


def column_sums(con: duckdb.DuckDBPyConnection, part: Path, columns: Sequence[str]) -> dict[str, Decimal]:
    """Exact sum of each numeric column; 0 where nothing is known."""
    if not columns:
        return {}
    sums = ", ".join(f"coalesce(sum({name(column)}), 0)::VARCHAR" for column in columns)
    row = con.sql(f"SELECT {sums} FROM read_parquet({literal(str(part))})").fetchall()[0]  # noqa: S608
    return dict(zip(columns, map(Decimal, row), strict=True))


def write_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    """Rejected rows in the order of the file."""
    columns = {name: [getattr(reject, name) for reject in rejects] for name in REJECT_SCHEMA.names}
    pq.write_table(pa.table(columns, REJECT_SCHEMA), path)


def read_rejects(path: Path, limit: int) -> tuple[Reject, ...]:
    """The first `limit` rejected rows of a load."""
    return tuple(Reject(**row) for row in pq.read_table(path).slice(0, limit).to_pylist())
