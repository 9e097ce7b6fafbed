"""Conditions that are valid and may still be a slip: a value nobody lists, days asked of monthly rows."""

from collections.abc import Iterator, Mapping

from segments.conditions.nodes import (
    AttributeTest,
    ChangeTest,
    DatesWindow,
    FactTest,
    LastWindow,
    Node,
    SequenceTest,
    ThisWindow,
    Value,
    Window,
)
from warehouse.catalog.model import Attribute, Catalog, Fact

SHORT = frozenset({"day", "week"})
LISTED = frozenset({"eq", "ne", "in", "not_in"})
Suspicion = tuple[str, str]


def suspicions(node: Node, name: str, rows: Mapping[str, Attribute], catalog: Catalog) -> Iterator[Suspicion]:
    """(code, message) for each suspicion about one condition on rows of `name`."""
    match node:
        case AttributeTest(attr, op, value):
            yield from _unlisted(f"{name}.{attr}", rows[attr], op, value)
        case FactTest(fact, window=window, op=op, value=value):
            measure = catalog.facts[fact].measures.get(node.measure or "")
            if measure is not None and node.agg == "latest":
                yield from _unlisted(f"{fact}.{node.measure}", measure, op, value)
            yield from _window(catalog.facts[fact], window)
        case ChangeTest(fact, window=window):
            yield from _window(catalog.facts[fact], window)
        case SequenceTest(steps, within, window):
            for fact in dict.fromkeys(step.fact for step in steps):
                yield from _window(catalog.facts[fact], window)
                if catalog.facts[fact].grain == "month" and within.unit in SHORT and len(steps) > 1:
                    yield (
                        "grain",
                        f"{fact} has one row per month; {within.n} {within.unit} between rows is finer",
                    )


def _unlisted(name: str, attribute: Attribute, op: str, value: Value) -> Iterator[Suspicion]:
    listed = {allowed.value for allowed in attribute.values}
    if not listed or op not in LISTED:
        return
    values = value if isinstance(value, tuple) else (value,)
    for item in dict.fromkeys(item for item in values if isinstance(item, str) and item not in listed):
        yield "unlisted_value", f"{name}: the catalogue does not list the value {item!r}"


def _window(fact: Fact, window: Window) -> Iterator[Suspicion]:
    if window == ThisWindow("day"):
        yield "empty_window", "'this day' ends where it begins: the as-of date itself is not in any window"
    elif fact.grain == "month" and _is_finer_than_a_month(window):
        yield (
            "grain",
            (
                f"{fact.name} has one row per month, dated on its first day; a finer window holds "
                "a month or misses it as a whole"
            ),
        )


def _is_finer_than_a_month(window: Window) -> bool:
    match window:
        case LastWindow(unit=unit) | ThisWindow(unit=unit):
            return unit in SHORT
        case DatesWindow(start, before):
            return start.day != 1 or before.day != 1
        case _:
            return False
