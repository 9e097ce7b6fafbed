"""Operand, operator, value -> SQL. Only positive operators; constants are brought to the operand's own scale
and range in Python, so the column stays bare and the engine can prune.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from segments.compiler import sql
from segments.compiler.bound import Wanted
from segments.compiler.calendar import add_days, add_units, anniversary_days, day_start, instant
from segments.compiler.operands import EXACT, Exact, Fraction, Operand, Part, Range, as_fraction
from segments.compiler.sql import Parameters, Pred, Sql
from segments.conditions.nodes import Span
from segments.conditions.types import TypedScalar
from warehouse.catalog.model import ORDER, ValueType
from warehouse.text import fold_text

DayRange = tuple[date | None, date | None]
FEW_VALUES = 16
"""Up to here `in` is a list of placeholders that zone maps understand; above, one bound array."""
LARGEST_WIDE = 2**127 - 1
LARGE = 10**18
"""From here on a constant times a denominator may leave the wide integers."""


class Comparer:
    """Builds comparisons for one statement."""

    def __init__(self, as_of: date, zone: ZoneInfo, parameters: Parameters) -> None:
        self.as_of = as_of
        self.zone = zone
        self.parameters = parameters

    def test(self, operand: Operand, wanted: Wanted) -> Pred:
        """Whether a value satisfies an operator with a constant."""
        made = self._test(replace(operand, guard=None), wanted)
        if operand.guard is None:
            return made
        return Pred(sql.both([operand.guard, sql.wrapped(made.sql)]), made.nullable)

    def _test(self, operand: Operand, wanted: Wanted) -> Pred:
        if wanted.op == "is_set":
            return Pred(sql.is_known(operand.sql), nullable=False)
        if wanted.op in ("is_true", "is_false"):
            return self._equal(operand, wanted.op == "is_true")
        return Pred(TESTS[operand.kind](self, operand, wanted), operand.nullable)

    def _equal(self, operand: Operand, value: bool) -> Pred:
        wanted = self.parameters.add("boolean", value)
        return Pred(sql.compare(operand.sql, "eq", wanted), operand.nullable)

    # Text and booleans

    def text(self, operand: Operand, wanted: Wanted) -> Sql:
        """eq, in and the searches of text."""
        if wanted.op in SEARCHES:
            assert operand.folded is not None
            term = self.parameters.add("text", fold_text(str(wanted.value)))
            return sql.fn(SEARCHES[wanted.op], operand.folded, term)
        return self._one_of(operand.sql, "text", scalars(wanted))

    def boolean(self, operand: Operand, wanted: Wanted) -> Sql:
        """eq and in of booleans."""
        return self._one_of(operand.sql, "boolean", scalars(wanted))

    def _one_of(self, value: Sql, kind: str, wanted: tuple[TypedScalar, ...]) -> Sql:
        distinct = tuple(dict.fromkeys(wanted))
        if not distinct:
            return sql.FALSE()
        if len(distinct) == 1:
            return sql.compare(value, "eq", self.parameters.add(kind, distinct[0]))
        if len(distinct) <= FEW_VALUES:
            return sql.one_of(value, [self.parameters.add(kind, one) for one in distinct])
        return sql.fn("in_array", value, self.parameters.add(f"{kind}[]", distinct))

    # Numbers

    def numbers(self, operand: Operand, wanted: Wanted) -> Sql:
        """Comparison of a number with constants, exact."""
        found = numbers_of(wanted)
        if operand.over is not None:
            return self._fraction_test(operand, wanted.op, found)
        known = operand.range
        assert known is not None
        if operand.exact is not None and wanted.op in ORDER:
            return self._unrounded_test(operand.exact, wanted.op, found, known)
        if wanted.op == "between":
            low = self._bounded(operand.sql, "ge", found[0], known)
            return sql.both([low, self._bounded(operand.sql, "le", found[1], known)])
        if wanted.op in ("eq", "in"):
            fitting = [v for v in found if known.low <= v <= known.high and known.floor(v) == v]
            return self._one_of(operand.sql, known.kind, tuple(known.floor(v) for v in fitting))
        return self._bounded(operand.sql, wanted.op, found[0], known)

    def _bounded(self, value: Sql, op: str, bound: Decimal, known: Range) -> Sql:
        """lt, le, gt, ge with the bound rounded to the scale; bounds out of range decide by themselves."""
        upper = op in ("lt", "le")
        if bound > known.high or bound < known.low:
            return sql.is_known(value) if upper == (bound > known.high) else sql.FALSE()
        rounded = known.ceiling(bound) if op in ("lt", "ge") else known.floor(bound)
        return sql.compare(value, op, self.parameters.add(known.kind, rounded))

    def _fraction_test(self, operand: Operand, op: str, found: tuple[Decimal, ...]) -> Sql:
        left = as_fraction(operand)
        tests = [self._with_constant(left, part, value) for part, value in _parts(op, found)]
        made = sql.both(tests) if op == "between" else sql.either(tests)
        # A bound of zero drops the denominator, and with it the unknown of a group without values.
        return sql.both([sql.is_known(operand.sql), made])

    def _unrounded_test(self, exact: Exact | Part, op: str, found: tuple[Decimal, ...], of: Range) -> Sql:
        """A rounded number against bounds, without the division: the exact one against where rounding turns."""
        turns = [of.turn(part, value) for part, value in _parts(op, found)]
        if isinstance(exact, Exact):
            return sql.both([*exact.known, self._fraction_turns(exact, turns)])
        value, known = exact.value.sql, exact.value.range
        assert known is not None
        bounds = [(part, EXACT.multiply(edge, Decimal(exact.divisor))) for part, edge in turns]
        return sql.both([*exact.known, *(self._bounded(value, part, bound, known) for part, bound in bounds)])

    def _fraction_turns(self, exact: Exact, turns: list[tuple[str, Decimal]]) -> Sql:
        bounds = [(part, EXACT.subtract(edge, Decimal(exact.shift))) for part, edge in turns]

        def tests(top: Sql, bottom: Sql) -> Sql:
            left = Fraction(top, bottom, 0)
            return sql.both(sql.wrapped(self._with_constant(left, part, edge)) for part, edge in bounds)

        if exact.signs is None:
            return tests(exact.top, exact.bottom)
        above, below = exact.signs
        turned = tests(sql.minus(sql.number(0), exact.top), sql.minus(sql.number(0), exact.bottom))
        return sql.either(
            sql.wrapped(sql.both([sign, test]))
            for sign, test in ((above, tests(exact.top, exact.bottom)), (below, turned))
        )

    def _with_constant(self, left: Fraction, op: str, value: Decimal) -> Sql:
        """`left op value`. A product that would leave the wide integers is not computed: the sign decides."""
        right = self._constant(value)
        made = cross(left, op, right)
        size = abs(int(value.scaleb(right.power, EXACT)))
        if left.bottom is None or size < LARGE:
            return made
        # Above this denominator |value| * bottom is more than any wide numerator.
        limit = self.parameters.add("wide", LARGEST_WIDE // size)
        below = op in ("lt", "le") if value > 0 else op in ("gt", "ge")
        return sql.case([(sql.compare(left.bottom, "gt", limit), sql.TRUE() if below else sql.FALSE())], made)

    def _constant(self, value: Decimal) -> Fraction:
        exponent = value.as_tuple().exponent
        power = max(-exponent, 0) if isinstance(exponent, int) else 0
        top = self.parameters.add("wide", int(value.scaleb(power, EXACT)))
        return Fraction(top, None, power)

    # Dates and timestamps

    def dates(self, operand: Operand, wanted: Wanted) -> Sql:
        """Comparisons and calendar operators, all as half-open ranges of days."""
        if wanted.op == "anniversary_within":
            return self._anniversary(operand.sql, wanted)
        if wanted.op == "in":
            found = tuple(value for value in scalars(wanted) if isinstance(value, date))
            return self._one_of(operand.sql, "date", found)
        return self.in_days(operand, *self.day_range(wanted))

    def timestamps(self, operand: Operand, wanted: Wanted) -> Sql:
        """As dates where the value is a date, else by the instant."""
        if isinstance(wanted.value, Span):
            return self.in_days(operand, *self.day_range(wanted))
        found = scalars(wanted)
        if wanted.op == "between":
            return sql.both([self._moment(operand, "ge", found[0]), self._moment(operand, "le", found[1])])
        op = "eq" if wanted.op == "in" else wanted.op
        distinct = tuple(dict.fromkeys(found))
        if len(distinct) <= FEW_VALUES:
            return sql.either(self._moment(operand, op, value) for value in distinct)
        return self._many_moments(operand, distinct)

    def _many_moments(self, operand: Operand, found: tuple[TypedScalar, ...]) -> Sql:
        moments = tuple(instant(value, self.zone) for value in found if isinstance(value, datetime))
        days = tuple(value for value in found if not isinstance(value, datetime))
        by_moment = self._one_of(operand.sql, "timestamp", moments)
        return sql.either([by_moment, self._one_of(self._local_day(operand), "date", days)])

    def _moment(self, operand: Operand, op: str, value: TypedScalar) -> Sql:
        if isinstance(value, datetime):
            moment = instant(value, self.zone)
            return sql.compare(operand.sql, op, self.parameters.add("timestamp", moment))
        return self.in_days(operand, *self.day_range(Wanted(op, value)))

    def day_range(self, wanted: Wanted) -> tuple[date | None, date | None]:
        """The days [start, before) that satisfy an operator; None = open."""
        if isinstance(wanted.value, Span):
            return SPANS[wanted.op](self.as_of, wanted.value)
        found = [value for value in scalars(wanted) if isinstance(value, date)]
        return DAY_RANGES[wanted.op](found[0], found[-1])

    def in_days(self, operand: Operand, start: date | None, before: date | None) -> Sql:
        """Whether a date or timestamp lies in [start, before)."""
        parts = []
        if start is not None:
            parts.append(sql.compare(operand.sql, "ge", self._day(operand, start)))
        if before is not None:
            parts.append(sql.compare(operand.sql, "lt", self._day(operand, before)))
        return sql.both(parts) if parts else sql.is_known(operand.sql)

    def _day(self, operand: Operand, day: date) -> Sql:
        if operand.kind is ValueType.TIMESTAMP:
            return self.parameters.add("timestamp", day_start(day, self.zone))
        return self.parameters.add("date", day)

    def _anniversary(self, value: Sql, wanted: Wanted) -> Sql:
        assert isinstance(wanted.value, Span)
        before = add_units(self.as_of, wanted.value.n, wanted.value.unit)
        days = anniversary_days(self.as_of, before)
        if days is None:
            return sql.is_known(value)
        of_year = sql.plus(sql.times(sql.fn("month", value), sql.number(100)), sql.fn("day", value))
        return self._one_of(of_year, "integer", tuple(Decimal(day) for day in sorted(days)))

    # Attribute against attribute

    def against(self, left: Operand, op: str, right: Operand, factor: Decimal) -> Pred:
        """Whether `left op right * factor`; unknown on either side is not true."""
        made = self._against(left, op, right, factor)
        guards = [guard for guard in (left.guard, right.guard) if guard is not None]
        return Pred(sql.both([*guards, sql.wrapped(made)]) if guards else made)

    def _against(self, left: Operand, op: str, right: Operand, factor: Decimal) -> Sql:
        if left.numeric:
            return self._numbers_against(left, op, right, factor)
        if left.kind != right.kind:
            return sql.compare(self._local_day(left), op, self._local_day(right))
        return sql.compare(left.sql, op, right.sql)

    def _numbers_against(self, left: Operand, op: str, right: Operand, factor: Decimal) -> Sql:
        if left.range is not None and left.range == right.range and factor == 1:  # a fraction has no range
            return sql.compare(left.sql, op, right.sql)
        other, times = as_fraction(right), self._constant(factor)
        scaled = Fraction(sql.times(other.top, times.top), other.bottom, other.power + times.power)
        made = cross(as_fraction(left), op, scaled)
        return sql.both([sql.is_known(left.sql), sql.is_known(right.sql), made])

    def _local_day(self, operand: Operand) -> Sql:
        if operand.kind is ValueType.TIMESTAMP:
            return sql.fn("local_day", operand.sql, sql.text(self.zone.key))
        return operand.sql


def cross(left: Fraction, op: str, right: Fraction) -> Sql:
    """`left op right` multiplied out: no division, nothing rounded."""
    shared = min(left.power, right.power)
    one = _scaled(left.top, right.bottom, right.power - shared)
    two = _scaled(right.top, left.bottom, left.power - shared)
    return sql.compare(one, op, two)


def _scaled(top: Sql, bottom: Sql | None, power: int) -> Sql:
    made = top if bottom is None else sql.times(top, bottom)
    return made if power == 0 else sql.times(made, sql.fn("wide", sql.number(10**power)))


def _parts(op: str, found: tuple[Decimal, ...]) -> list[tuple[str, Decimal]]:
    if op == "between":
        return [("ge", found[0]), ("le", found[1])]
    return [("eq" if op == "in" else op, value) for value in dict.fromkeys(found)]


def scalars(wanted: Wanted) -> tuple[TypedScalar, ...]:
    """The constants of a comparison."""
    value = wanted.value
    if isinstance(value, tuple):
        return value
    assert isinstance(value, (str, bool, Decimal, date)), "not a constant"
    return (value,)


def numbers_of(wanted: Wanted) -> tuple[Decimal, ...]:
    """The constants of a numeric comparison."""
    return tuple(value for value in scalars(wanted) if isinstance(value, Decimal))


def _after(day: date) -> date | None:
    return None if day == date.max else add_days(day, 1)


def _from_after(day: date) -> DayRange:
    return (date.max, date.max) if day == date.max else (add_days(day, 1), None)


DAY_RANGES: Mapping[str, Callable[[date, date], DayRange]] = {
    "eq": lambda day, _: (day, _after(day)),
    "lt": lambda day, _: (None, day),
    "le": lambda day, _: (None, _after(day)),
    "gt": lambda day, _: _from_after(day),
    "ge": lambda day, _: (day, None),
    "between": lambda low, high: (low, _after(high)),
}
SPANS: Mapping[str, Callable[[date, Span], DayRange]] = {
    "within_last": lambda as_of, span: (add_units(as_of, -span.n, span.unit), as_of),
    "more_than_ago": lambda as_of, span: (None, add_units(as_of, -span.n, span.unit)),
    "within_next": lambda as_of, span: (as_of, add_units(as_of, span.n, span.unit)),
}
SEARCHES = {"contains": "contains", "starts_with": "starts_with", "ends_with": "ends_with"}
TESTS: Mapping[ValueType, Callable[[Comparer, Operand, Wanted], Sql]] = {
    ValueType.TEXT: Comparer.text,
    ValueType.BOOLEAN: Comparer.boolean,
    ValueType.INTEGER: Comparer.numbers,
    ValueType.DECIMAL: Comparer.numbers,
    ValueType.DATE: Comparer.dates,
    ValueType.TIMESTAMP: Comparer.timestamps,
}
