"""What stands on the left of a comparison: a typed SQL value, for numbers exact and possibly a fraction."""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from segments.compiler.sql import Sql, fn, number
from segments.conditions.types import NUMERIC
from warehouse.catalog.model import ValueType

EXACT = Context(prec=200)
WIDEST = 38
INTEGER_BITS = {"TINYINT": 7, "SMALLINT": 15, "INTEGER": 31, "BIGINT": 63, "HUGEINT": 126}
UNSIGNED_BITS = {"UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32, "UBIGINT": 64}
DECIMAL_STORAGE = re.compile(r"DECIMAL\((\d+), ?(\d+)\)\Z")


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers a value can be: multiples of 10^-scale in [low, high]. `kind` is the type that binds them."""

    scale: int
    low: Decimal
    high: Decimal
    kind: str

    def floor(self, value: Decimal) -> Decimal:
        """The largest number of this scale that is not above the value."""
        return value.quantize(Decimal(1).scaleb(-self.scale), ROUND_FLOOR, EXACT)

    def ceiling(self, value: Decimal) -> Decimal:
        """The smallest number of this scale that is not below the value."""
        return value.quantize(Decimal(1).scaleb(-self.scale), ROUND_CEILING, EXACT)

    def turn(self, op: str, value: Decimal) -> tuple[str, Decimal]:
        """Which comparison of a number holds exactly where `op value` (lt, le, gt, ge) holds of it rounded half away
        from zero to this scale.
        """
        step = Decimal(1).scaleb(-self.scale)
        half = step / 2
        if op in ("ge", "gt"):
            least = self.ceiling(value) if op == "ge" else EXACT.add(self.floor(value), step)
            return ("ge" if least > 0 else "gt"), EXACT.subtract(least, half)
        most = self.floor(value) if op == "le" else EXACT.subtract(self.ceiling(value), step)
        return ("le" if most < 0 else "lt"), EXACT.add(most, half)


def decimal_range(width: int, scale: int) -> Range:
    """Of DECIMAL(width, scale)."""
    high = (Decimal(10) ** width - 1).scaleb(-scale, EXACT)
    return Range(scale, -high, high, f"decimal({width},{scale})")


def integer_range(bits: int, unsigned: bool = False) -> Range:
    """Of an integer of so many bits (without the sign)."""
    high = Decimal(2**bits - 1)
    kind = "integer" if bits <= 63 else "wide"
    return Range(0, Decimal(0) if unsigned else -high - 1, high, kind)


COUNTS = integer_range(63)
WIDE = integer_range(126)


def stored_range(storage: str | None, kind: ValueType, scale: int) -> Range:
    """Of a column by its storage type; without one the widest that the catalogue's type can mean."""
    found = DECIMAL_STORAGE.match(storage or "")
    if found:
        return decimal_range(int(found[1]), int(found[2]))
    if storage in INTEGER_BITS:
        return integer_range(INTEGER_BITS[storage])
    if storage in UNSIGNED_BITS:
        return integer_range(UNSIGNED_BITS[storage], unsigned=True)
    return integer_range(63) if kind is ValueType.INTEGER else decimal_range(WIDEST, scale)


@dataclass(frozen=True, slots=True)
class Exact:
    """What a number was before it was rounded: `top / bottom + shift` in wide integers, where `known` holds.

    `signs`: whether the bottom is above and below 0; where neither holds the number is unknown. None = it is above.
    """

    top: Sql
    bottom: Sql
    shift: int
    known: tuple[Sql, ...]
    signs: tuple[Sql, Sql] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What a number was before it was rounded: a `divisor`-th of a value, where `known` holds."""

    value: "Operand"
    divisor: int
    known: tuple[Sql, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """A value of a row or group. Numbers carry a `range`; a fraction is `sql / over`, over > 0, both wide.

    `guard`: where it does not hold, the value is unknown whatever `sql` says. `folded` is the copy that text
    search reads. `exact`: of a rounded number, what comparisons may use to do without its division.
    """

    kind: ValueType
    sql: Sql
    range: Range | None = None
    over: Sql | None = None
    folded: Sql | None = None
    guard: Sql | None = None
    exact: Exact | Part | None = None
    nullable: bool = True

    @property
    def numeric(self) -> bool:
        """Integer or decimal."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Fraction:
    """`top / bottom` in wide integers; bottom > 0 (None = 1)."""

    top: Sql
    bottom: Sql | None
    power: int  # the value is top / bottom / 10^power


def as_fraction(operand: Operand) -> Fraction:
    """A numeric operand as an exact fraction of wide integers."""
    if operand.over is not None:
        return Fraction(operand.sql, operand.over, 0)
    assert operand.range is not None
    scale = operand.range.scale
    return Fraction(whole(operand.sql, scale), None, scale)


def whole(value: Sql, scale: int) -> Sql:
    """A decimal of that scale as the wide integer value * 10^scale."""
    return fn("wide", value) if scale == 0 else fn("unscaled", value, number(scale))
