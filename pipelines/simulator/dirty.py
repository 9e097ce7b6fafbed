"""Broken lines, as real extracts have them: added to a file beside the good ones, and counted.

A broken line is a copy of a good one with one cell spoilt; a duplicate is an exact copy. So the good lines
alone are the truth, and every number about them can be reconciled exactly.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Ints
from pipelines.simulator.layouts import Layout
from pipelines.simulator.render import as_texts, date_dot, render_texts

KINDS = ("missing_key", "bad_number", "bad_date", "duplicate_key")
BAD_NUMBERS = ("1O5", "12..5", "#ЗНАЧ!", "n/a", "--")
BAD_DATES = ("31{0}02{0}2025", "00{0}00{0}0000", "45{0}13{0}2025", "сегодня")


@dataclass(slots=True)
class Counts:
    """Lines of one file: good ones, and broken ones per kind."""

    good: int = 0
    broken: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def add(self, other: "Counts") -> None:
        """Count the lines of another part of the same file too."""
        self.good += other.good
        for kind, number in other.broken.items():
            self.broken[kind] += number

    @property
    def lines(self) -> int:
        return self.good + sum(self.broken.values())


def broken_lines(rng: np.random.Generator, table: Any, layout: Layout, rate: float) -> tuple[bytes, Counts]:
    """The broken lines to write after a table's good ones, and all counts."""
    rows, counts = broken_rows(rng, table, layout, rate)
    return b"" if rows is None else render_texts(rows, table.schema, layout), counts


def broken_rows(rng: np.random.Generator, table: Any, layout: Layout, rate: float) -> tuple[Any, Counts]:
    """The broken rows as a table of texts (None where there are none), and all counts."""
    counts = Counts(len(table))
    at = np.flatnonzero(rng.random(len(table)) < rate)
    if not len(at):
        return None, counts
    kind = rng.integers(0, len(KINDS), len(at))
    texts = as_texts(table.take(pa.array(at)), layout)
    for number, columns in enumerate((layout.dirty_keys, layout.dirty_numbers, layout.dirty_dates)):
        # A file without numbers to break gets duplicates instead.
        kind = np.where((kind == number) & (not columns), 3, kind)
        texts = _spoil(rng, texts, columns, kind == number, _values(KINDS[number], table.schema, layout))
    for position, name in enumerate(KINDS):
        counts.broken[name] = int((kind == position).sum())
    return texts, counts


def _values(kind: str, schema: Any, layout: Layout) -> list[str | None]:
    if kind == "missing_key":
        return [None]
    if kind == "bad_number":
        return list(BAD_NUMBERS)
    return [value.format(date_dot(schema, layout)) for value in BAD_DATES]


def _spoil(
    rng: np.random.Generator, texts: Any, columns: tuple[str, ...], rows: Any, values: list[str | None]
) -> Any:
    if not columns or not rows.any():
        return texts
    chosen: Ints = rng.integers(0, len(columns), len(texts))
    bad = pa.array(values, pa.string()).take(pa.array(rng.integers(0, len(values), len(texts))))
    for position, name in enumerate(columns):
        index = texts.schema.get_field_index(name)
        spoilt = pc.if_else(pa.array(rows & (chosen == position)), bad, texts[name].combine_chunks())
        texts = texts.set_column(index, name, spoilt)
    return texts
