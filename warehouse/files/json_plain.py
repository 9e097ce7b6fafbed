"""Records of JSON lines by their shapes: columns of texts without a look at each line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.files.json_blocks import Apart, Marks
from warehouse.files.json_columns import JsonColumns
from warehouse.files.json_shapes import MOST, Kind, Shape, shape_of
from warehouse.files.json_values import Scanner
from warehouse.files.lines import Numbers

SELDOM = 2
"""A new shape of fewer lines of a block is not worth the look at it."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The lines of a block that shapes tell all of: `rows` of them (0 = its first line), and one column per source.

    `names`: the keys of a shape's lines, and the first of these lines.
    """

    rows: Numbers
    columns: Sequence[pa.Array]
    names: Sequence[tuple[int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class PlainLines:
    """Reads what `columns` ask for; `scan` is the exact reader, which judges shapes."""

    columns: JsonColumns
    scan: Scanner
    known: dict[str, Shape | None] = field(default_factory=dict)

    def read(self, apart: Apart) -> Plain:
        """Lines of known shapes."""
        shapes = self._judged(apart)
        readable = np.array([shape is not None for shape in shapes])
        rows = np.flatnonzero(readable[apart.shape] & ~apart.doubtful)
        shape = apart.shape[rows]
        found, firsts = np.unique(shape, return_index=True)
        names = []
        for each, first in zip(found.tolist(), rows[firsts].tolist(), strict=True):
            names.append((first, self._seen(shapes[each])))
        texts = apart.texts()
        columns = [
            self._column(source, texts, apart.first[rows], shape, shapes)
            for source in range(len(self.columns.paths))
        ]
        return Plain(rows, columns, names)

    def _judged(self, apart: Apart) -> list[Shape | None]:
        lines = np.bincount(apart.shape[~apart.doubtful], minlength=len(apart.shapes))
        return [
            self._shape(text, count)
            for text, count in zip(apart.shapes.to_pylist(), lines.tolist(), strict=True)
        ]

    def _shape(self, text: str, lines: int) -> Shape | None:
        if text not in self.known:
            if lines < SELDOM or len(self.known) >= MOST:
                return None
            self.known[text] = shape_of(text, self.columns.paths, self.scan)
        return self.known[text] if lines else None

    def _seen(self, shape: Shape | None) -> tuple[str, ...]:
        if shape is None:
            return ()
        for path, found in zip(self.columns.paths, shape.found, strict=True):
            if found.kind is not Kind.ABSENT:
                self.columns.found.add(path.source)
        return shape.names

    def _column(
        self, source: int, texts: pa.Array, first: Numbers, shape: Numbers, shapes: Sequence[Shape | None]
    ) -> pa.Array:
        """The texts of one source: `first` value and `shape` of each row."""
        found = [each.found[source] if each else None for each in shapes]
        kinds = [each.kind if each else Kind.ABSENT for each in found]
        places = np.array([each.place if each else 0 for each in found])

        def rows_of(*wanted: Kind) -> Marks:
            marks: Marks = np.array([kind in wanted for kind in kinds])[shape]
            return marks

        none = ~rows_of(Kind.TEXT, Kind.NUMBER)
        places = np.where(none, 0, 2 * (first + places[shape]))
        column = texts.take(pa.array(places, mask=none if none.any() else None))
        if Kind.NUMBER in kinds:
            column = self._numbers(column, rows_of(Kind.NUMBER), whole=self.columns.whole[source])
        for kind in {Kind.TRUE, Kind.FALSE}.intersection(kinds):
            column = pc.if_else(pa.array(rows_of(kind)), kind.value, column)
        return column

    def _numbers(self, column: pa.Array, rows: Marks, *, whole: bool) -> pa.Array:
        """`column` with its numbers, which stand in these rows, written as the declaration has them."""
        numbers = column
        if whole:
            numbers = pc.replace_substring_regex(numbers, r"\.0+$", "")
        if self.columns.decimal != ".":
            numbers = pc.replace_substring(numbers, ".", self.columns.decimal)
        return column if numbers is column else pc.if_else(pa.array(rows), numbers, column)
