"""Tables on their way out: Arrow stream for programs, rows of JSON values for everyone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from api.schemas.segments import ColumnInfo

ARROW_MEDIA_TYPE = "application/vnd.apache.arrow.stream"


def arrow_bytes(table: pa.Table) -> bytes:
    """The table as one Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def columns_of(table: pa.Table) -> list[ColumnInfo]:
    """Names and storage types of the columns, in order."""
    return [ColumnInfo(name=field.name, type=str(field.type)) for field in table.schema]


def rows_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON values."""
    return [{name: json_value(value) for name, value in row.items()} for row in rows]


def json_value(value: Any) -> Any:
    """Decimals as texts, which no reader rounds (whole ones as numbers); dates and times as ISO texts."""
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
