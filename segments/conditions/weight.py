"""How much work a condition is for whoever compiles and plans it, in conditions on a stored attribute.

Measured on an idle release: a statement of this many conditions is compiled and planned within some seconds of one core
on either engine, a tenth of the time a question has.
"""

from segments.conditions.nodes import (
    LIST_VALUE,
    AttributeTest,
    ChangeTest,
    Condition,
    FactTest,
    RelatedTest,
    SequenceTest,
)
from warehouse.catalog.model import Attribute, Case, Number

MAX_WEIGHT = 2_500
OTHER_ROWS = 25
"""Rows of another table: they are joined. A sequence joins each of its steps, a change reads two times."""
MEAN_LISTED, CHANGE_LISTED = 2, 25
"""A fraction is compared with each value of a list by itself; that of a change is a long expression."""


def weight(condition: Condition, attribute: Attribute | None = None) -> int:
    """Of one condition without what stands in its `where`; `attribute` is the one that it tests."""
    match condition:
        case AttributeTest():
            return max(computed(attribute), 1)
        case FactTest(agg="avg"):
            return OTHER_ROWS + MEAN_LISTED * _listed(condition)
        case FactTest() | RelatedTest():
            return OTHER_ROWS
        case ChangeTest(previous=previous):
            return 2 * OTHER_ROWS + previous + 1 + CHANGE_LISTED * _listed(condition)
        case SequenceTest(steps=steps):
            return OTHER_ROWS * len(steps)
        case _:
            return 1


def computed(attribute: Attribute | None) -> int:
    """Of working out an attribute: the branches of a case, the sums of a number (they may be of other rows)."""
    match attribute and attribute.derived:
        case Case(branches=branches):
            return len(branches)
        case Number() as number:
            return OTHER_ROWS * len(number.windows)
    return 0


def _listed(condition: FactTest | ChangeTest) -> int:
    """Values of a list that it is compared with."""
    value = condition.value
    return len(value) if condition.op in LIST_VALUE and isinstance(value, tuple) else 0
