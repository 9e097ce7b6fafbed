"""Numbers that the catalogue works out: sums over months, stored numbers and what is made of two of them.

Operands are brought to whole numbers of one small unit, so that every form is a whole number or a fraction of two of
them. Only the end is rounded: half away from zero, as spreadsheets do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import TYPE_CHECKING

from segments.compiler import facts, sql
from segments.compiler.bind import Setting, covers, existence
from segments.compiler.bound import Aggregate, Behaviour, Wanted
from segments.compiler.calendar import Days, add_days, months_before
from segments.compiler.monthly import Columns, in_mart
from segments.compiler.operands import WIDEST, Exact, Operand, Part, decimal_range, whole
from segments.compiler.sql import Sql
from segments.conditions.types import aggregate_result
from warehouse.catalog.model import Attribute, Entity, Number, ValueType, WindowSum

if TYPE_CHECKING:
    from segments.compiler.lower import Lowering, Source


@dataclass(frozen=True, slots=True)
class _Amount:
    """`value / divisor`, a number of `scale` decimal places; unknown where `value` is."""

    value: Operand
    divisor: int

    @property
    def scale(self) -> int:
        assert self.value.range is not None
        return self.value.range.scale


def sums(number: Number, entity: Entity, setting: Setting) -> list[tuple[Aggregate, Days]]:
    """Its sums over months, with their dates."""
    return [(_summed(w, entity, setting), _days(w, setting)) for w in number.windows]


def all_in_mart(number: Number, entity: Entity, setting: Setting, columns: Columns) -> bool:
    """Whether the mart's months answer for all of its sums."""
    return all(in_mart(what, (days,), columns) for what, days in sums(number, entity, setting))


def value(low: "Lowering", attribute: Attribute, source: "Source") -> Operand:
    """The attribute of every row of the source."""
    number, entity = attribute.derived, source.entity
    assert isinstance(number, Number)
    assert entity is not None
    spans = sums(number, entity, low.setting)
    lived = _lived(low, number, [days for _, days in spans], source)
    if lived is None or not all(covers(low.setting.coverage.get(w.fact.name), d) for w, d in spans):
        return _decimal(sql.fn("wide", sql.number(0)), attribute.scale, [sql.FALSE()])
    amounts = [_amount(low, operand, source) for operand in number.of]
    known = [*lived, *(sql.is_known(amount.value.sql) for amount in amounts if amount.value.nullable)]
    return _worked_out(low, attribute, number.form, amounts, known)


def _days(window: WindowSum, setting: Setting) -> Days:
    return months_before(setting.as_of, window.months, window.back)


def _summed(window: WindowSum, entity: Entity, setting: Setting) -> Aggregate:
    fact = setting.catalog.facts[window.fact]
    result = aggregate_result(fact, "sum", window.measure)
    return Aggregate(fact, entity, "sum", fact.measures[window.measure], result, None)


def _lived(low: "Lowering", number: Number, spans: Sequence[Days], source: "Source") -> list[Sql] | None:
    """Conditions for having existed in the months: in all of them where they are averaged or differ, else before
    their end. None = nobody is known to have.
    """
    assert source.entity is not None
    if not spans:
        return []
    throughout = any(window.mean for window in number.windows) or len(set(spans)) > 1
    if source.entity.exists_from is None:
        return None if throughout else []
    since = low.operand(existence(source.entity), source)
    if throughout:
        first = min(days.start for days in spans if days.start is not None)
        return [low.comparer.in_days(since, None, add_days(first, 1))]
    before = low.comparer.in_days(since, None, spans[0].before)
    return [sql.either([sql.is_null(since.sql), before])]


def _amount(low: "Lowering", operand: WindowSum | str, source: "Source") -> _Amount:
    assert source.entity is not None
    if isinstance(operand, str):
        return _Amount(low.operand(source.entity.attributes[operand], source), 1)
    return _Amount(_sum(low, operand, source.entity, source), operand.months if operand.mean else 1)


def _sum(low: "Lowering", window: WindowSum, entity: Entity, source: "Source") -> Operand:
    """The sum beside every row of the source, of other rows joined once; nothing happened is a value."""
    days = _days(window, low.setting)
    name = (window.fact, window.measure, days)
    if name not in source.sums:
        what = _summed(window, entity, low.setting)
        behaviour = Behaviour(what, days, Wanted("is_set", None), "", in_mart(what, (days,), low.columns))
        source.sums[name] = replace(facts.value(low, behaviour, source), nullable=False)
    return source.sums[name]


def _worked_out(
    low: "Lowering", attribute: Attribute, form: str, amounts: Sequence[_Amount], known: list[Sql]
) -> Operand:
    scale, first = attribute.scale, amounts[0]
    if form == "value" and first.divisor == 1 and first.value.range == decimal_range(WIDEST, scale):
        return Operand(ValueType.DECIMAL, _where(known, first.value.sql), first.value.range)
    unit = lcm(*(a.divisor for a in amounts)) * 10 ** max(a.scale for a in amounts)
    parts = [_times(low, whole(a.value.sql, a.scale), unit // (a.divisor * 10**a.scale)) for a in amounts]
    if form in ("value", "total", "difference"):
        top = sql.minus(*parts) if form == "difference" else sql.total(parts)
        made = _divided(low, top, unit, scale, known)
        alone = made.exact is not None and form == "value"
        return replace(made, exact=Part(first.value, first.divisor, tuple(known))) if alone else made
    above, below = parts
    raw, zero = amounts[1].value.sql, sql.number(0)
    signs = (sql.compare(raw, "gt", zero), sql.compare(raw, "lt", zero))
    top = above if form == "ratio" else _times(low, above, 100)
    exact = Exact(top, below, -100 if form == "change" else 0, tuple(known), signs)
    return _rounded(low, exact, scale)


def _divided(low: "Lowering", top: Sql, unit: int, scale: int, known: list[Sql]) -> Operand:
    """`top / unit`, rounded only where it has to be."""
    if 10**scale % unit == 0:
        return _decimal(_times(low, top, 10**scale // unit), scale, known)
    return _rounded(low, Exact(top, _constant(low, unit), 0, tuple(known)), scale)


def _rounded(low: "Lowering", exact: Exact, scale: int) -> Operand:
    """The number to the scale, half away from zero: twice its size and one half more, in whole steps."""
    zero, known = sql.number(0), [*exact.known]
    top, bottom = exact.top, exact.bottom
    if exact.shift:
        top = sql.minus(top, _times(low, bottom, -exact.shift))
    if exact.signs is not None:
        positive, negative = exact.signs
        known.append(sql.either([positive, negative]))
        top = sql.case([(negative, sql.minus(zero, top))], top)
        # Engines divide before they look at conditions: where nothing is known the bottom is 1, never 0 or NULL.
        one = sql.fn("wide", sql.number(1))
        bottom = sql.case([(positive, bottom), (negative, sql.minus(zero, bottom))], one)
    half = sql.case([(sql.compare(top, "lt", zero), sql.minus(zero, bottom))], bottom)
    doubled = sql.plus(_times(low, top, 2 * 10**scale), half)
    made = _decimal(sql.fn("divide", doubled, sql.times(bottom, sql.number(2))), scale, known)
    return replace(made, exact=exact)


def _decimal(value: Sql, scale: int, known: list[Sql]) -> Operand:
    """The wide integer times 10^-scale as a decimal."""
    made = _where(known, sql.fn("decimal", value, sql.number(scale)))
    return Operand(ValueType.DECIMAL, made, decimal_range(WIDEST, scale))


def _where(known: list[Sql], value: Sql) -> Sql:
    return sql.case([(sql.both(known), value)]) if known else value


def _times(low: "Lowering", value: Sql, factor: int) -> Sql:
    return value if factor == 1 else sql.times(value, _constant(low, factor))


def _constant(low: "Lowering", value: int) -> Sql:
    return low.parameters.add("wide", value)
