"""Bound tree -> SQL tree. Entities are never multiplied: whatever concerns other rows is joined as at most
one row per entity, or as a semi or anti join.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlglot import exp

from segments.compiler import facts, numbers, related, sequences, sql, then, visible
from segments.compiler.bind import Setting, existence
from segments.compiler.bound import (
    Always,
    And,
    Behaviour,
    Bound,
    Change,
    Complement,
    InDays,
    InList,
    Or,
    Related,
    Sequence,
    Test,
    Wanted,
)
from segments.compiler.calendar import Days
from segments.compiler.comparisons import Comparer
from segments.compiler.monthly import Columns
from segments.compiler.operands import COUNTS, Operand, Range, stored_range
from segments.compiler.passes.derived import case_branches
from segments.compiler.sql import Parameters, Pred, Sql
from warehouse.access import RowScope
from warehouse.catalog.model import Attribute, Case, Elapsed, Entity, Historic, Number, ValueType


@dataclass(slots=True)
class Source:
    """Rows being selected: a table under an alias and what was joined to it, `sums` of other rows and `versions` of
    history among it.
    """

    table: str
    alias: str
    entity: Entity | None
    joins: list[exp.Join] = field(default_factory=list)
    sums: dict[tuple[str, str, Days], Operand] = field(default_factory=dict)
    versions: dict[Historic, str] = field(default_factory=dict)

    def column(self, name: str) -> Sql:
        """A column of the table."""
        return sql.column(self.alias, name)

    @property
    def key(self) -> Sql:
        """The entity's key."""
        assert self.entity is not None
        return self.column(self.entity.key)


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys for which a condition holds; with `outside` those for which it does not. Keys are never NULL."""

    keys: exp.Select
    outside: bool = False


class Lowering:
    """Lowers conditions of one statement for a reader. `only_key`: look at facts of this one entity alone."""

    def __init__(self, setting: Setting, columns: Columns, scope: RowScope) -> None:
        self.setting = setting
        self.columns = columns
        self.scope = scope
        self.past = setting.past
        self.parameters = Parameters()
        self.comparer = Comparer(setting.as_of, setting.zone, self.parameters)
        self.tables: set[str] = set()
        self.only_key: Sql | None = None
        self._aliases = 0

    def source(self, entity: Entity) -> Source:
        """The entity's table under a fresh alias."""
        return self._source(entity.table, entity)

    def _source(self, table: str, entity: Entity | None) -> Source:
        self.tables.add(table)
        return Source(table, self.alias("t"), entity)

    def alias(self, prefix: str) -> str:
        """A name no other part of the statement has."""
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    # Trees

    def filters(self, bound: Bound, source: Source) -> list[Sql]:
        """Conditions for WHERE; parts about other rows become semi and anti joins of the source."""
        self.setting.between()
        if isinstance(bound, And):
            return [made for part in bound.parts for made in self.filters(part, source)]
        keys = self._as_keys(bound)
        if keys is None:
            return [sql.wrapped(self.predicate(bound, source).sql)]
        source.joins.append(self._key_join("ANTI" if keys.outside else "SEMI", keys.keys, source)[0])
        return []

    def _as_keys(self, bound: Bound) -> KeySet | None:
        if isinstance(bound, Complement):
            keys = self._as_keys(bound.part)
            return None if keys is None else KeySet(keys.keys, not keys.outside)
        return self.key_set(bound) if isinstance(bound, (Behaviour, Change, Related, Sequence)) else None

    def predicate(self, bound: Bound, source: Source) -> Pred:
        """A condition as one SQL expression over the source, joining what it needs."""
        self.setting.between()
        match bound:
            case Always(value):
                return Pred(sql.TRUE() if value else sql.FALSE(), nullable=False)
            case And(parts):
                made = [self.predicate(part, source) for part in parts]
                return Pred(sql.both(sql.wrapped(p.sql) for p in made), any(p.nullable for p in made))
            case Or(parts):
                made = [self.predicate(part, source) for part in parts]
                return Pred(sql.either(sql.wrapped(p.sql) for p in made), any(p.nullable for p in made))
            case Complement(part):
                return Pred(sql.negate(self.predicate(part, source).strict()), nullable=False)
            case _:
                return self._condition(bound, source)

    def _condition(self, bound: Bound, source: Source) -> Pred:
        match bound:
            case Test(attribute, wanted):
                return self._test(self.operand(attribute, source), wanted, source)
            case InDays(attribute, start, before):
                operand = self.operand(attribute, source)
                return Pred(self.comparer.in_days(operand, start, before))
            case InList(entity, ids):
                known = self.parameters.add("text[]", ids.ids)
                return Pred(sql.fn("in_array", source.column(entity.id), known))
            case Behaviour() | Change() | Related() | Sequence():
                return self._about_other_rows(bound, source)
        raise AssertionError(f"no lowering for {type(bound).__name__}")

    def _test(self, operand: Operand, wanted: Wanted, source: Source) -> Pred:
        if wanted.other is None:
            return self.comparer.test(operand, wanted)
        other = self.operand(wanted.other, source)
        return self.comparer.against(operand, wanted.op, other, wanted.times)

    def _about_other_rows(self, bound: Behaviour | Change | Related | Sequence, source: Source) -> Pred:
        keys = self.key_set(bound)
        if keys is None:
            assert not isinstance(bound, Sequence)
            wanted = bound.wanted
            assert wanted is not None
            return self._test(self.value_of(bound, source), wanted, source)
        if keys.keys.args.get("group") is None:
            keys.keys.set("distinct", exp.Distinct())
        joined, alias = self._key_join("LEFT", keys.keys, source)
        source.joins.append(joined)
        hit = sql.column(alias, "k")
        return Pred(sql.is_null(hit) if keys.outside else sql.is_known(hit), nullable=False)

    def _key_join(self, kind: str, keys: exp.Select, source: Source) -> tuple[exp.Join, str]:
        alias = self.alias("s")
        on = sql.compare(source.key, "eq", sql.column(alias, "k"))
        return sql.join(kind, sql.subquery(keys, alias), on), alias

    # Values

    def operand(self, attribute: Attribute, source: Source) -> Operand:
        """An attribute of the source's rows."""
        if isinstance(attribute.derived, Elapsed):
            return self._elapsed(attribute.derived, source)
        if isinstance(attribute.derived, Case):
            return self._case(attribute.derived, source)
        if isinstance(attribute.derived, Number):
            return numbers.value(self, attribute, source)
        assert attribute.column is not None
        value = then.stored(self, attribute, attribute.column, source)
        folded = None if attribute.folded is None else then.stored(self, attribute, attribute.folded, source)
        return Operand(attribute.type, value, self.range_of(attribute, source.table), folded=folded)

    def range_of(self, attribute: Attribute, table: str) -> Range:
        """The numbers a stored attribute can hold."""
        storage = self.columns.get(table, {}).get(attribute.column or "")
        return stored_range(storage, attribute.type, attribute.scale)

    def _elapsed(self, derived: Elapsed, source: Source) -> Operand:
        assert source.entity is not None
        start = self.operand(source.entity.attributes[derived.of], source)
        day = start.sql
        if start.kind is ValueType.TIMESTAMP:
            day = sql.fn("local_day", day, sql.text(self.setting.zone.key))
        return Operand(ValueType.INTEGER, self._units(day, derived.unit), COUNTS)

    def _units(self, day: Sql, unit: str) -> Sql:
        as_of = self.setting.as_of
        if unit == "day":
            return sql.fn("integer", sql.fn("days_between", day, self.parameters.add("date", as_of)))
        months = sql.minus(
            sql.number(as_of.year * 12 + as_of.month),
            sql.plus(sql.times(sql.fn("year", day), sql.number(12)), sql.fn("month", day)),
        )
        if not _last_of_month(as_of):
            later = sql.compare(sql.fn("day", day), "gt", sql.number(as_of.day))
            months = sql.minus(months, sql.case([(later, sql.number(1))], sql.number(0)))
        if unit == "month":
            return sql.fn("integer", months)
        # Shifted by 10,000 years so that division rounds down on either side of zero.
        shifted = sql.fn("divide", sql.plus(months, sql.number(120_000)), sql.number(12))
        return sql.fn("integer", sql.minus(shifted, sql.number(10_000)))

    def _case(self, derived: Case, source: Source) -> Operand:
        assert source.entity is not None
        branches = [
            (self.predicate(when, source).strict(), self.parameters.add("text", value))
            for when, value in case_branches(self.setting, source.entity, derived)
        ]
        last = exp.Null() if derived.otherwise is None else self.parameters.add("text", derived.otherwise)
        return Operand(ValueType.TEXT, sql.case(branches, last))

    # Other rows

    def key_set(self, bound: Behaviour | Change | Related | Sequence) -> KeySet | None:
        """The keys that satisfy a condition, or None where it needs a value beside each entity."""
        match bound:
            case Sequence():
                return KeySet(sequences.keys(self, bound))
            case Related():
                return related.key_set(self, bound)
            case Behaviour() | Change():
                return facts.key_set(self, bound)

    def value_of(self, bound: Behaviour | Change | Related, source: Source) -> Operand:
        """The value a condition measures, for every row of the source."""
        if isinstance(bound, Related):
            return related.value(self, bound, source)
        return facts.value(self, bound, source)

    def owned(self, owner: Sql) -> list[exp.Join]:
        """Joins that leave the rows whose owner the reader sees; none where the reader sees everything."""
        return visible.owned(self, owner)

    def exists(self, source: Source) -> list[Sql]:
        """Conditions for having existed before the as-of date; an unknown date means always."""
        assert source.entity is not None
        known = then.present(self, source)
        if source.entity.exists_from is None:
            return known
        since = self.operand(existence(source.entity), source)
        before = self.comparer.in_days(since, None, self.setting.as_of)
        return [*known, sql.either([sql.is_null(since.sql), before])]


def _last_of_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
