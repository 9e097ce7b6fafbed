"""The format's words for screens and other systems: which form a value has, what an aggregate takes."""

from api.schemas.catalog import AggregateInfo, OperatorInfo
from segments.conditions import nodes
from warehouse.catalog.model import OPERATORS

NUMBERS = ("integer", "decimal")
ORDERED = (*NUMBERS, "date", "timestamp")
EVERY_TYPE = ("text", "boolean", *ORDERED)

# Types of measure each aggregate takes (none = it takes no measure), and the type of its result.
_AGGREGATES = {
    "count": ((), "integer"),
    "count_distinct": (EVERY_TYPE, "integer"),
    "sum": (NUMBERS, "measure"),
    "avg": (NUMBERS, "decimal"),
    "min": (ORDERED, "measure"),
    "max": (ORDERED, "measure"),
    "first": ((), "date"),
    "last": ((), "date"),
    "latest": (NUMBERS, "measure"),
}


def operators() -> list[OperatorInfo]:
    """Every operator of the format with the form of its value."""
    return [_operator(name) for name in sorted(nodes.OPERATORS)]


def aggregates() -> list[AggregateInfo]:
    """Every aggregate of the format."""
    return [
        AggregateInfo(
            name=name,
            measure=name not in nodes.WITHOUT_MEASURE,
            measure_types=list(_AGGREGATES[name][0]),
            result=_AGGREGATES[name][1],
            change=name in nodes.CHANGE_AGGREGATES,
        )
        for name in nodes.AGGREGATES
    ]


def _operator(name: str) -> OperatorInfo:
    form = _form(name)
    return OperatorInfo(
        name=name,
        value=form,
        types=[kind.value for kind, fitting in OPERATORS.items() if name in fitting],
        units=list(nodes.UNITS) if form == "relative" else [],
        other_attribute=name in nodes.COMPARISONS,
    )


def _form(name: str) -> str:
    if name in nodes.NO_VALUE:
        return "none"
    if name in nodes.LIST_VALUE:
        return "many"
    if name in nodes.SPAN_VALUE:
        return "relative"
    return "range" if name == "between" else "one"
