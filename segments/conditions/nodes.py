"""The nodes of a segment document (SEGMENTS.md) as frozen values.

Nodes know nothing of a catalogue: names are text, dates in values are still text. `path` is the JSON pointer
of the node in the submitted document (`/where/all/1`) and takes no part in equality.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

UNITS = ("day", "week", "month", "quarter", "year")
AGGREGATES = ("count", "count_distinct", "sum", "avg", "min", "max", "first", "last", "latest")
CHANGE_AGGREGATES = ("count", "count_distinct", "sum", "latest")
QUANTIFIERS = ("any", "all", "none", "count")
MEASURED_AS = ("percent", "absolute")
WITHOUT_MEASURE = frozenset({"count", "first", "last"})

NO_VALUE = frozenset({"is_set", "is_not_set", "is_true", "is_false"})
LIST_VALUE = frozenset({"in", "not_in"})
SPAN_VALUE = frozenset({"within_last", "more_than_ago", "within_next", "anniversary_within"})
TEXT_VALUE = frozenset({"contains", "not_contains", "starts_with", "ends_with"})
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
OPERATORS = NO_VALUE | LIST_VALUE | SPAN_VALUE | TEXT_VALUE | COMPARISONS | {"between"}


@dataclass(frozen=True, slots=True)
class Span:
    """`{"n": 30, "unit": "day"}`: n >= 1 units of time."""

    n: int
    unit: str


@dataclass(frozen=True, slots=True)
class OtherAttribute:
    """`{"attr": B, "times": 2.0}`: the value of another attribute of the same row, times a number."""

    attr: str
    times: Decimal = Decimal(1)


Scalar = str | bool | Decimal
Value = None | Scalar | tuple[Scalar, ...] | Span | OtherAttribute
"""None where the operator takes no value; a tuple for in, not_in, between; dates and times are ISO text."""


@dataclass(frozen=True, slots=True)
class LastWindow:
    """`{"last": N, "unit": U}`: N days before D, or the N full calendar units before the one that holds D."""

    n: int
    unit: str


@dataclass(frozen=True, slots=True)
class ThisWindow:
    """`{"this": U}`: from the start of the unit that holds D up to D."""

    unit: str


@dataclass(frozen=True, slots=True)
class DatesWindow:
    """`{"from": DATE, "before": DATE}`: [start, before)."""

    start: date
    before: date


@dataclass(frozen=True, slots=True)
class AllWindow:
    """`{"all": true}`: everything before D."""


Window = LastWindow | ThisWindow | DatesWindow | AllWindow


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every child holds. Never empty."""

    children: tuple["Node", ...]
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child holds. Never empty."""

    children: tuple["Node", ...]
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The complement of the child in the universe."""

    child: "Node"
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """A test of one attribute of the entity (or, inside a fact's `where`, of the fact's row)."""

    attr: str
    op: str
    value: Value = None
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class FactTest:
    """A test of an aggregate over the entity's rows of a fact in a window."""

    fact: str
    agg: str
    measure: str | None
    window: Window
    where: "Node | None"
    op: str
    value: Value = None
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ChangeTest:
    """A test of how an aggregate changed against the mean of the `previous` windows just before."""

    fact: str
    agg: str
    measure: str | None
    window: LastWindow
    where: "Node | None"
    previous: int
    measured_as: str  # percent | absolute
    per_day: bool
    min_base: Decimal
    op: str
    value: Value = None
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class RelatedTest:
    """A test over the entity's children; `op` and `value` only with the quantifier `count`."""

    relation: str
    quantifier: str
    where: "Node | None"
    op: str | None = None
    value: Value = None
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """Membership in another saved segment; the version is filled in at saving."""

    segment: str
    version: int | None = None
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ListRef:
    """Membership in an uploaded list."""

    list_id: str
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a sequence."""

    fact: str
    where: "Node | None"
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SequenceTest:
    """Events in order, each strictly later than the one before, the last before first + within."""

    steps: tuple[Step, ...]
    within: Span
    window: Window = AllWindow()
    path: str = field(default="", compare=False)


Condition = AttributeTest | FactTest | ChangeTest | RelatedTest | SegmentRef | ListRef | SequenceTest
Node = AllOf | AnyOf | Not | Condition


@dataclass(frozen=True, slots=True)
class Document:
    """A segment: which entities of one kind. `where` None is said in so many words and means everyone."""

    entity: str
    where: Node | None
    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    version: int = 1


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a group; a condition has none (a `where` inside speaks of other rows)."""
    if isinstance(node, (AllOf, AnyOf)):
        return node.children
    return (node.child,) if isinstance(node, Not) else ()


def inner(node: Node) -> tuple[Node, ...]:
    """The `where` nodes inside a condition: rows of a fact, children of a relation, steps of a sequence."""
    if isinstance(node, (FactTest, ChangeTest, RelatedTest)):
        return () if node.where is None else (node.where,)
    if isinstance(node, SequenceTest):
        return tuple(step.where for step in node.steps if step.where is not None)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and the groups and conditions below it about the same entity, in the order of the document."""
    yield node
    for child in children(node):
        yield from walk(child)
