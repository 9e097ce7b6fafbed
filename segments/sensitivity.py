"""Size of a segment as a function of one numeric threshold, exact, from a histogram of the value."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

from segments.answers import SensitivityPoint
from segments.compiler import bits
from segments.compiler.compile import Compiled
from segments.compiler.operands import EXACT
from segments.conditions.nodes import Node
from segments.conditions.problems import DocumentError, Problem

MOVABLE = frozenset({"lt", "le", "gt", "ge"})
POINTS = 101


def movable(compiled: Compiled, path: str) -> tuple[Node, str, Decimal]:
    """The condition at a path, its operator and its threshold. Raises DocumentError if that can't be moved."""
    found = next((node for node in bits.leaves(compiled.document) if node.path == path), None)
    op, value = getattr(found, "op", None), getattr(found, "value", None)
    if found is None or op not in MOVABLE or not isinstance(value, Decimal):
        message = "sensitivity needs a condition with lt, le, gt or ge and a number"
        raise DocumentError([Problem(path, message, "no_threshold")])
    return found, str(op), value


@dataclass(frozen=True, slots=True)
class Spread:
    """Known values in order, with how many entities are in when the condition holds, and when it does not."""

    values: tuple[Fraction, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]
    always: int


def spread(rows: Sequence[Mapping[str, Any]], fraction: bool) -> Spread:
    """From histogram rows: `v0` (over `w0`) as text or None, `a`, `b` booleans, `n`."""
    gained: dict[Fraction, int] = {}
    lost: dict[Fraction, int] = {}
    always = 0
    for row in rows:
        n = int(row["n"])
        if row["v0"] is None:  # an unknown value holds under no threshold
            always += n if row["b"] else 0
        elif row["a"] and row["b"]:
            always += n
        elif row["a"] or row["b"]:
            value = Fraction(row["v0"]) / (Fraction(row["w0"]) if fraction else 1)
            kind = gained if row["a"] else lost
            kind[value] = kind.get(value, 0) + n
    found = sorted(gained.keys() | lost.keys())
    return Spread(
        tuple(found), tuple(gained.get(v, 0) for v in found), tuple(lost.get(v, 0) for v in found), always
    )


class Curve:
    """Exact sizes at any threshold."""

    def __init__(self, found: Spread, op: str) -> None:
        self._found = found
        self._op = op
        self._gained = [0, *accumulate(found.gained)]
        self._lost = [0, *accumulate(found.lost)]

    def size(self, threshold: Fraction) -> int:
        """How many members there are if the condition asks for `op threshold`."""
        upper = self._op in ("le", "gt")
        place = (bisect_right if upper else bisect_left)(self._found.values, threshold)
        below = self._op in ("lt", "le")
        inside = self._gained[place] if below else self._gained[-1] - self._gained[place]
        outside = self._lost[-1] - self._lost[place] if below else self._lost[place]
        return self._found.always + inside + outside

    def points(self, current: Decimal) -> tuple[SensitivityPoint, ...]:
        """At most 101 thresholds where the size changes, even by number of entities, and the current one."""
        chosen = {current, *(_decimal(threshold) for threshold in self._thresholds())}
        return tuple(SensitivityPoint(t, self.size(Fraction(t))) for t in sorted(chosen))

    def _thresholds(self) -> list[Fraction]:
        values = self._found.values
        if len(values) <= POINTS:
            return list(values)
        weights = list(accumulate(g + x for g, x in zip(self._found.gained, self._found.lost, strict=True)))
        steps = (weights[-1] * i // (POINTS - 1) for i in range(POINTS))
        return [values[min(bisect_left(weights, step), len(values) - 1)] for step in steps]


def _decimal(value: Fraction) -> Decimal:
    """A threshold that can be written in a document: thirds end after six digits."""
    return Decimal(round(value * 10**6)).scaleb(-6, EXACT).normalize(EXACT)
