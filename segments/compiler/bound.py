"""A document bound to a catalogue and a date: names became things, texts typed values, windows dates.

Passes rewrite these trees; `lower` turns them into SQL. Every condition keeps the path of its node.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from segments.compiler.calendar import Days
from segments.conditions.types import TypedValue
from segments.references import IdList
from warehouse.catalog.model import CUSTOMER, Attribute, Entity, Fact, Relation


@dataclass(frozen=True, slots=True)
class Always:
    """True for everyone, or for nobody."""

    value: bool


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds; with no parts, always."""

    parts: tuple["Bound", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """A part holds; with no parts, never."""

    parts: tuple["Bound", ...]


@dataclass(frozen=True, slots=True)
class Complement:
    """Everyone for whom the part does not hold."""

    part: "Bound"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The right side of a comparison: an operator and a typed value, or another attribute of the row."""

    op: str
    value: TypedValue
    other: Attribute | None = None
    times: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Test:
    """An attribute of the row against something."""

    attribute: Attribute
    wanted: Wanted
    path: str


@dataclass(frozen=True, slots=True)
class InDays:
    """The day of a date or timestamp attribute lies in [start, before); None = open. Unknown is outside."""

    attribute: Attribute
    start: date | None
    before: date | None
    path: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is computed over the rows of a fact that belong to an entity."""

    fact: Fact
    entity: Entity
    agg: str
    measure: Attribute | None
    result: Attribute
    where: "Bound | None"

    @property
    def owner(self) -> str | None:
        """As `foreign_owner`."""
        return foreign_owner(self.fact, self.entity)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """An aggregate in a window against something. `from_mart` = the mart's monthly series answer it."""

    what: Aggregate
    days: Days
    wanted: Wanted
    path: str
    from_mart: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An aggregate's change against the mean of the windows before. `windows`: the current one first."""

    what: Aggregate
    windows: tuple[Days, ...]
    percent: bool
    per_day: bool
    min_base: Decimal
    wanted: Wanted
    complete: bool
    path: str
    from_mart: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """A quantifier over the entity's children."""

    relation: Relation
    parent: Entity
    child: Entity
    quantifier: str
    where: "Bound | None"
    wanted: Wanted | None
    path: str

    @property
    def owner(self) -> str | None:
        """The column with the child's customer, where that may be another than the parent's."""
        follows = self.parent.name == CUSTOMER and self.relation.child_key == self.child.customer
        return None if follows else self.child.customer


@dataclass(frozen=True, slots=True)
class InList:
    """Membership in an uploaded list of business ids."""

    entity: Entity
    ids: IdList
    path: str


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One event of a sequence."""

    fact: Fact
    where: "Bound | None"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events in order within a span of time."""

    entity: Entity
    steps: tuple[BoundStep, ...]
    n: int
    unit: str
    days: Days
    path: str


def foreign_owner(fact: Fact, entity: Entity) -> str | None:
    """The column with the customer of a fact's rows, where that may be another than the entity's own.

    Rows of a fact that does not name customers belong to the entity's.
    """
    return None if entity.name == CUSTOMER else fact.keys.get(CUSTOMER)


Condition = Test | InDays | Behaviour | Change | Related | InList | Sequence
Bound = Always | And | Or | Complement | Condition


def conditions(bound: Bound) -> Iterator[Condition]:
    """Every condition about the same rows, in order."""
    if isinstance(bound, (And, Or)):
        for part in bound.parts:
            yield from conditions(part)
    elif isinstance(bound, Complement):
        yield from conditions(bound.part)
    elif not isinstance(bound, Always):
        yield bound


def inside(condition: Condition) -> tuple[Bound, ...]:
    """The trees inside a condition that speak of other rows."""
    if isinstance(condition, (Behaviour, Change)):
        return () if condition.what.where is None else (condition.what.where,)
    if isinstance(condition, Related):
        return () if condition.where is None else (condition.where,)
    if isinstance(condition, Sequence):
        return tuple(step.where for step in condition.steps if step.where is not None)
    return ()
