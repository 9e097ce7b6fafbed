"""Attrition: which condition keeps how many out, from one bit per condition per entity.

Position i of a bit set is the entity's key where keys are integers (`customer_no`), else the row's place.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from segments.answers import NodeCount
from segments.conditions import nodes
from segments.conditions.nodes import AllOf, AnyOf, Node, Not

Bits = npt.NDArray[np.uint8]


class BitSets:
    """The packed answers of all conditions over one universe."""

    def __init__(self, rows: pa.Table) -> None:
        keys = rows.column("key")
        if pa.types.is_integer(keys.type):
            self._places: npt.NDArray[np.int64] = keys.to_numpy().astype(np.int64)
        else:
            self._places = np.arange(rows.num_rows, dtype=np.int64)
        self._size = int(self._places.max()) + 1 if rows.num_rows else 0
        self._rows = rows
        self.everyone = self._packed(np.ones(rows.num_rows, dtype=np.bool_))

    def column(self, name: str) -> Bits:
        """The bits of one column of booleans."""
        return self._packed(self._rows.column(name).to_numpy().astype(np.bool_))

    def _packed(self, values: npt.NDArray[np.bool_]) -> Bits:
        placed = np.zeros(self._size, dtype=np.bool_)
        placed[self._places] = values
        return np.packbits(placed)


def popcount(bits: Bits) -> int:
    """How many bits are set."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


class Attrition:
    """Counts per node of a document's tree. `answers` holds the bits of each condition by path."""

    def __init__(self, answers: Mapping[str, Bits], unknown: Mapping[str, Bits], everyone: Bits) -> None:
        self._answers = answers
        self._unknown = unknown
        self._everyone = everyone
        self._found: list[NodeCount] = []

    def of(self, root: Node) -> tuple[NodeCount, ...]:
        """Every group and condition about the entity, in the order of the document."""
        self._members = self.bits(root)
        self._visit(root, [])
        return tuple(self._found)

    def bits(self, node: Node) -> Bits:
        """For whom a node holds."""
        if isinstance(node, AllOf):
            return self._all([self.bits(child) for child in node.children])
        if isinstance(node, AnyOf):
            return self._any([self.bits(child) for child in node.children])
        if isinstance(node, Not):
            return self._everyone & ~self.bits(node.child)
        return self._answers[node.path]

    def _all(self, parts: Sequence[Bits]) -> Bits:
        found: Bits = np.bitwise_and.reduce([self._everyone, *parts])
        return found

    def _any(self, parts: Sequence[Bits]) -> Bits:
        found: Bits = np.bitwise_or.reduce([np.zeros_like(self._everyone), *parts])
        return found

    def _visit(self, node: Node, above: list[tuple[Node, Bits | None]]) -> None:
        unknown = self._unknown.get(node.path)
        joining = self._without(above) & ~self._members
        is_group = isinstance(node, (AllOf, AnyOf, Not))
        self._found.append(
            NodeCount(
                path=node.path,
                count=popcount(self.bits(node)),
                unknown=None if is_group else popcount(unknown) if unknown is not None else 0,
                left_out_only_by_this=popcount(joining),
            )
        )
        below = nodes.children(node)
        for child, others in zip(below, self._others(node, below), strict=True):
            self._visit(child, [*above, (node, others)])

    def _others(self, group: Node, below: Sequence[Node]) -> list[Bits | None]:
        """For each child the group's answer without it; None where nothing would be left."""
        if len(below) <= 1:
            return [None for _ in below]
        join = np.bitwise_and if isinstance(group, AllOf) else np.bitwise_or
        parts = [self.bits(child) for child in below]
        before = _running(join, parts)
        after = list(reversed(_running(join, parts[::-1])))
        middle = [join(before[i - 1], after[i + 1]) for i in range(1, len(parts) - 1)]
        return [after[1], *middle, before[-2]]

    def _without(self, above: Sequence[tuple[Node, Bits | None]]) -> Bits:
        """The root's answer if a node were removed; groups left empty go too, an empty root is everyone."""
        state: Bits | None = None
        for group, others in reversed(above):
            if state is None:
                state = others
            elif isinstance(group, Not):
                state = self._everyone & ~state
            elif others is not None:
                state = state & others if isinstance(group, AllOf) else state | others
        return self._everyone if state is None else state


def _running(join: np.ufunc, parts: Sequence[Bits]) -> list[Bits]:
    found = [parts[0]]
    for part in parts[1:]:
        found.append(join(found[-1], part))
    return found
