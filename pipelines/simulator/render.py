"""Tables to bytes as the source systems write them. Works on whole columns: no Python per row."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.simulator.layouts import Layout

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 1, 1)
# In files with a decimal comma this stands for the dots of dates; one pass over the bytes puts both right.
_DATE_DOT = "|"
_EXCHANGE = bytes.maketrans(b".|", b",.")


def render(table: Any, layout: Layout) -> bytes:
    """The lines of a table (no header) in the layout's encoding."""
    return render_texts(_plain(table, layout), table.schema, layout)


def render_texts(texts: Any, schema: Any, layout: Layout) -> bytes:
    """The same for a table made by `as_texts` and then changed; `schema` is that of the typed table."""
    if not len(texts):
        return b""
    style = "needed" if layout.quoted else "none"
    options = csv.WriteOptions(include_header=False, delimiter=layout.delimiter, quoting_style=style)
    sink = pa.BufferOutputStream()
    csv.write_csv(texts, sink, options)
    written: bytes = sink.getvalue().to_pybytes()
    if _has_decimal_comma(schema, layout):
        written = written.translate(_EXCHANGE)
    # Files of numbers and codes are the same in every encoding.
    return written if written.isascii() else written.decode().encode(layout.encoding)


def as_texts(table: Any, layout: Layout) -> Any:
    """Every column as the text that `render` would write."""
    plain = _plain(table, layout)
    return pa.table({name: pc.cast(plain[name], pa.string()) for name in plain.column_names})


def date_dot(schema: Any, layout: Layout) -> str:
    """What stands for the dot inside a date in a table of texts."""
    return _DATE_DOT if _has_decimal_comma(schema, layout) else "."


def header(columns: list[str], layout: Layout) -> bytes:
    """The first line."""
    return (layout.delimiter.join(columns) + "\n").encode(layout.encoding)


def _has_decimal_comma(schema: Any, layout: Layout) -> bool:
    return layout.decimal == "," and any(pa.types.is_decimal(field.type) for field in schema)


def _plain(table: Any, layout: Layout) -> Any:
    # The CSV writer prints dates in ISO form; everything else is right already.
    days = _day_texts(layout.day_first, date_dot(table.schema, layout))
    columns = {}
    for field in table.schema:
        column = table[field.name].combine_chunks()
        if pa.types.is_date32(field.type):
            column = days.take(_day_positions(column.cast(pa.int32())))
        elif pa.types.is_timestamp(field.type):
            column = _moments(column, days)
        columns[field.name] = column
    return pa.table(columns)


def _moments(column: Any, days: Any) -> Any:
    seconds = column.cast(pa.int64())
    day = pc.divide(seconds, 86_400)
    clock = _clock_texts().take(pc.subtract(seconds, pc.multiply(day, 86_400)))
    return pc.binary_join_element_wise(days.take(_day_positions(day)), clock, " ")


def _day_positions(days: Any) -> Any:
    return pc.subtract(days, (_FIRST_DAY - date(1970, 1, 1)).days)


@cache
def _day_texts(day_first: bool, dot: str) -> Any:
    days = np.arange(np.datetime64(_FIRST_DAY), np.datetime64(_LAST_DAY))
    return pc.strftime(pa.array(days), f"%d{dot}%m{dot}%Y" if day_first else "%Y-%m-%d")


@cache
def _clock_texts() -> Any:
    return pc.strftime(pa.array(np.arange(86_400).astype("datetime64[s]")), "%H:%M:%S")
