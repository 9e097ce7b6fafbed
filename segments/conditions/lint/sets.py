"""Sets of values that conditions admit: unions of intervals, and finite or co-finite sets. All exact."""

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf
from typing import Self

from warehouse.text import fold_text

Number = int | Fraction
"""Exact; whole numbers as int, which is what long value lists spend their time on."""
Edge = tuple[Number | float, int]
"""A place between values: (v, 0) lies just below v, (v, 1) just above; infinities are floats."""

LOWEST: Edge = (-inf, 0)
HIGHEST: Edge = (inf, 1)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Ordered values. `parts` are disjoint, sorted, never touching."""

    parts: tuple[tuple[Edge, Edge], ...]

    @classmethod
    def everything(cls) -> Self:
        """All values."""
        return cls(((LOWEST, HIGHEST),))

    @classmethod
    def span(cls, low: Edge, high: Edge, *, whole: bool = False) -> Self:
        """Values between two edges; with `whole` only whole numbers exist."""
        if whole:
            low, high = _on_grid(low), _on_grid(high)
        return cls(((low, high),) if low < high else ())

    @classmethod
    def points(cls, values: Iterable[Number], *, whole: bool = False) -> Self:
        """Exactly these values."""
        return cls.union(cls.span((value, 0), (value, 1), whole=whole) for value in values)

    @classmethod
    def union(cls, sets: Iterable[Self]) -> Self:
        """All values of all sets."""
        merged: list[tuple[Edge, Edge]] = []
        for low, high in sorted(part for one in sets for part in one.parts):
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @property
    def is_empty(self) -> bool:
        """Whether there is no value."""
        return not self.parts

    @property
    def is_everything(self) -> bool:
        """Whether every value is inside."""
        return self.parts == ((LOWEST, HIGHEST),)

    def complement(self) -> Self:
        """All other values."""
        edges = [LOWEST, *(edge for part in self.parts for edge in part), HIGHEST]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return type(self)(tuple((low, high) for low, high in pairs if low < high))

    def __or__(self, other: Self) -> Self:
        return self.union((self, other))

    def __and__(self, other: Self) -> Self:
        return (self.complement() | other.complement()).complement()


def _on_grid(edge: Edge) -> Edge:
    value, above = edge
    if isinstance(value, float):
        return edge
    return (floor(value) + 1 if above else ceil(value), 0)


@dataclass(frozen=True, slots=True)
class Choice:
    """Values without order: those named, or (`excluded`) all others. `universe` = all values there are."""

    values: frozenset[Hashable]
    excluded: bool = False
    universe: frozenset[Hashable] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no value."""
        return self.listed() == frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether every value is inside."""
        return (
            self.listed() == self.universe if self.universe is not None else self.excluded and not self.values
        )

    def listed(self) -> frozenset[Hashable] | None:
        """The values one by one; None where they are all but some."""
        if self.universe is None:
            return None if self.excluded else self.values
        return self.universe - self.values if self.excluded else self.universe & self.values

    def admits(self, value: Hashable) -> bool:
        """Whether the value is inside."""
        return (value in self.values) is not self.excluded

    def complement(self) -> "Choice":
        """All other values."""
        return Choice(self.values, not self.excluded, self.universe)

    def __and__(self, other: "Choice") -> "Choice":
        if self.excluded and other.excluded:
            return Choice(self.values | other.values, True, self.universe)
        if self.excluded:
            return Choice(other.values - self.values, False, self.universe)
        kept = self.values - other.values if other.excluded else self.values & other.values
        return Choice(kept, False, self.universe)

    def __or__(self, other: "Choice") -> "Choice":
        return (self.complement() & other.complement()).complement()


ValueSet = Intervals | Choice


@dataclass(frozen=True, slots=True)
class Search:
    """A text search; `text` as the document has it."""

    op: str
    text: str

    def finds(self, value: Hashable) -> bool:
        """Whether the search finds a stored text."""
        return SEARCHES[self.op](fold_text(str(value)), fold_text(self.text))


SEARCHES: Mapping[str, Callable[[str, str], bool]] = {
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}
