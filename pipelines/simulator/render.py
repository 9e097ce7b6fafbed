"""Tables to bytes as the source systems write them. Works on whole columns: no Python per row."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.simulator.layouts import Layout

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 1, 1)
# In files with a decimal comma the dots of dates are written as this and exchanged with the commas in one pass.
_DATE_DOT = "|"
_EXCHANGE = bytes.maketrans(b".|", b",.")


def render(table: Any, layout: Layout) -> bytes:
    """The lines of a table (no header) in the layout's encoding."""
    if not len(table):
        return b""
    comma = _has_decimal_comma(table.schema, layout)
    written = _written(table, _plain(table, layout, comma), layout, comma)
    return (
        written.decode().encode(layout.encoding) if layout.quoted and layout.encoding != "utf-8" else written
    )


def render_texts(texts: Any, schema: Any, layout: Layout) -> bytes:
    """The same for a table of texts made by `as_texts` (and then broken); `schema` is that of the typed table."""
    comma = _has_decimal_comma(schema, layout)
    if not layout.quoted and layout.encoding == "cp1251":
        return _written(texts, texts, layout, comma)
    return _written(texts, texts, layout, comma).decode().encode(layout.encoding)


def as_texts(table: Any, layout: Layout) -> Any:
    """Every column as the text that `render` would write."""
    plain = _plain(table, layout, _has_decimal_comma(table.schema, layout))
    return pa.table({name: pc.cast(plain[name], pa.string()) for name in plain.column_names})


def header(columns: list[str], layout: Layout) -> bytes:
    """The first line."""
    return (layout.delimiter.join(columns) + "\n").encode()


def _has_decimal_comma(schema: Any, layout: Layout) -> bool:
    return layout.decimal == "," and any(pa.types.is_decimal(field.type) for field in schema)


def _plain(table: Any, layout: Layout, comma: bool) -> Any:
    # CSV writers print dates in ISO form; everything else but dates is right already.
    dot = _DATE_DOT if comma else "."
    columns = {}
    for field in table.schema:
        column = table[field.name].combine_chunks()
        if pa.types.is_date32(field.type):
            column = _day_texts(layout, dot).take(_day_positions(column.cast(pa.int32())))
        elif pa.types.is_timestamp(field.type):
            column = _moments(column, layout, dot)
        columns[field.name] = column
    return pa.table(columns)


def _moments(column: Any, layout: Layout, dot: str) -> Any:
    seconds = column.cast(pa.int64())
    days = pc.divide(seconds, 86_400)
    rest = pc.subtract(seconds, pc.multiply(days, 86_400))
    day = _day_texts(layout, dot).take(_day_positions(days))
    return pc.binary_join_element_wise(day, _clock().take(rest), " ")


def _day_positions(days: Any) -> Any:
    return pc.subtract(days, (_FIRST_DAY - date(1970, 1, 1)).days)


_tables: dict[tuple[bool, str], Any] = {}


def _day_texts(layout: Layout, dot: str) -> Any:
    key = (layout.day_first, dot)
    if key not in _tables:
        days = np.arange(_FIRST_DAY, _LAST_DAY, dtype="datetime64[D]")
        style = f"%d{dot}%m{dot}%Y" if layout.day_first else "%Y-%m-%d"
        _tables[key] = pc.strftime(pa.array(days), style)
    return _tables[key]


def _clock() -> Any:
    key = (False, "clock")
    if key not in _tables:
        _tables[key] = pc.strftime(pa.array(np.arange(86_400).astype("datetime64[s]")), "%H:%M:%S")
    return _tables[key]


def _written(table: Any, plain: Any, layout: Layout, comma: bool) -> bytes:
    style = "needed" if layout.quoted else "none"
    options = csv.WriteOptions(include_header=False, delimiter=layout.delimiter, quoting_style=style)
    sink = pa.BufferOutputStream()
    csv.write_csv(plain, sink, options)
    written: bytes = sink.getvalue().to_pybytes()
    return written.translate(_EXCHANGE) if comma else written
