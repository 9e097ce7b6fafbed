"""Small questions to Parquet files of raw, and the file of rejected rows."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.connection import connect
from warehouse.files.expressions import literal, name
from warehouse.files.model import Reject
from warehouse.files.packs import LOAD

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


def read_rejects(path: Path, limit: int, only: str | None = None) -> tuple[Reject, ...]:
    """The first `limit` rejected rows of a load; `only` names it where the file is a pack."""
    filters = None if only is None else [(LOAD, "=", only)]
    rows = pq.read_table(path, columns=REJECT_SCHEMA.names, filters=filters)
    return tuple(Reject(**row) for row in rows.slice(0, limit).to_pylist())


def row_count(path: Path) -> int | None:
    """Rows of a file by its footer; 0 where it is not there, None where it is damaged."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except FileNotFoundError:
        return 0
    except pa.ArrowException:
        return None


def date_bounds(part: Path, column: str, until: date) -> tuple[date, date] | None:
    """The first and last day in a column of dates or timestamps, of the rows that are not after `until`."""
    sql = f"""
        SELECT min(day), max(day) FROM (SELECT {name(column)}::DATE AS day FROM {literal(str(part))})
        WHERE day <= DATE {literal(until.isoformat())}
    """  # noqa: S608
    with connect() as con:
        first, last = con.sql(sql).fetchall()[0]
    return None if first is None else (first, last)


def write_missing(
    before: Sequence[Path], part: Path, key: Sequence[str], target: Path, only: str | None = None
) -> int:
    """Write the keys that the files `before` have and `part` has not, in order; their number (0 = no file).

    `only`: the load whose keys count, where `before` is a pack.
    """
    columns = ", ".join(map(name, key))
    files = ", ".join(literal(str(file)) for file in before)
    where = "" if only is None else f" WHERE {name(LOAD)} = {literal(only)}"
    had = f"SELECT {columns} FROM read_parquet([{files}]){where}"  # noqa: S608
    keys = f"{had} EXCEPT SELECT {columns} FROM {literal(str(part))}"  # noqa: S608
    with connect(spill=target.with_name(f"{target.name}.spill")) as con:
        copied = con.execute(f"COPY ({keys} ORDER BY ALL) TO {literal(str(target))} (FORMAT parquet)")
        count = int(copied.fetchall()[0][0])
    if not count:
        target.unlink()
    return count
