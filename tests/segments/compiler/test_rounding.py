"""A bound on a rounded number says the same of the exact one, moved to where rounding turns."""

from decimal import Decimal
from fractions import Fraction

import pytest

from segments.compiler.operands import decimal_range
from segments.compiler.satisfied import KNOWN
from segments.conditions.reference.numbers import rounded


@pytest.mark.parametrize(
    ("value", "scale", "shown"),
    [
        ("0.5", 0, 1),
        ("-0.5", 0, -1),
        ("0.49", 0, 0),
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("7", 2, 7),
    ],
)
def test_half_goes_away_from_zero(value: str, scale: int, shown: str | int) -> None:
    assert rounded(Fraction(value), scale) == Fraction(shown)


@pytest.mark.parametrize("op", ["lt", "le", "gt", "ge"])
@pytest.mark.parametrize("scale", [0, 1])
def test_bounds_move_to_where_rounding_turns(op: str, scale: int) -> None:
    known = decimal_range(38, scale)
    tenths = [Fraction(n, 40) for n in range(-100, 101)]
    for bound in (Fraction(n, 20) for n in range(-40, 41)):
        moved, edge = known.turn(op, Decimal(bound.numerator) / bound.denominator)
        for exact in tenths:
            assert KNOWN[op](rounded(exact, scale), bound) is KNOWN[moved](exact, Fraction(edge)), (
                exact,
                bound,
            )
