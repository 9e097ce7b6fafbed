"""Behaviour in the reference evaluator: aggregates over windows, change, sequences of events."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from segments.conditions.reference.data import Data, Row, Subject
from segments.conditions.reference.dates import Span, add, window, windows_before
from segments.conditions.reference.values import Value, stored
from warehouse.catalog.model import Fact
from warehouse.releases.model import Coverage

Holds = Callable[[Mapping[str, Any] | None, Subject], bool]
"""Whether a `where` holds for a row (None always does)."""


def events(data: Data, node: Mapping[str, Any], subject: Subject, span: Span, holds: Holds) -> list[Row]:
    """The subject's rows of the node's fact inside the span that satisfy its `where`."""
    fact, entity = data.catalog.facts[node["fact"]], subject.entity
    assert entity is not None
    mine = data.rows(fact.table, fact.keys[entity.name], subject.row[entity.key])
    described = {**fact.measures, **fact.attributes}
    dated = [row for row in mine if row[fact.business_date] is not None]
    inside = [row for row in dated if span.holds(row[fact.business_date])]
    return [row for row in inside if holds(node.get("where"), Subject(row, described))]


def aggregate(data: Data, node: Mapping[str, Any], rows: Sequence[Row]) -> Value:
    """The aggregate over the rows; None is unknown."""
    fact, agg = data.catalog.facts[node["fact"]], node["agg"]
    if agg == "count":
        return Fraction(len(rows))
    if agg in {"first", "last"}:
        dates: list[date] = [row[fact.business_date] for row in rows]
        return (min if agg == "first" else max)(dates) if dates else None
    column = {**fact.attributes, **fact.measures}[node["measure"]].column
    assert column is not None
    if agg == "latest":
        return stored(max(rows, key=_order(fact))[column]) if rows else None
    known = [value for row in rows if (value := stored(row[column])) is not None]
    return AGGREGATES[agg](known)


def _order(fact: Fact) -> Callable[[Row], Any]:
    columns = (fact.business_date, *fact.order)
    return lambda row: [(row[column] is not None, row[column]) for column in columns]


def _sum(known: Sequence[Any]) -> Fraction:
    return sum(known, Fraction(0))


AGGREGATES: Mapping[str, Callable[[Sequence[Any]], Value]] = {
    "sum": _sum,
    "count_distinct": lambda known: Fraction(len(set(known))),
    "avg": lambda known: _sum(known) / len(known) if known else None,
    "min": lambda known: min(known) if known else None,
    "max": lambda known: max(known) if known else None,
}


def behaviour(data: Data, node: Mapping[str, Any], subject: Subject, holds: Holds) -> Value:
    """The value of a `fact` node for the subject."""
    span = window(node["window"], data.as_of)
    return aggregate(data, node, events(data, node, subject, span, holds))


def change(data: Data, node: Mapping[str, Any], subject: Subject, holds: Holds) -> Fraction | None:
    """The change of a `change` node for the subject, in percent or absolute; None is unknown."""
    inner = node["change"]
    spans = windows_before(inner["window"], data.as_of, int(inner["against"]["previous"]))
    if not _comparable(data, inner["fact"], subject, spans):
        return None
    found = [aggregate(data, inner, events(data, inner, subject, span, holds)) for span in spans]
    values = [value for value in found if isinstance(value, Fraction)]
    if len(values) < len(found) or _mean(values[1:]) < Fraction(node.get("min_base", 0)):
        return None
    if node.get("per_day", False):
        values = [value / span.days() for value, span in zip(values, spans, strict=True)]
    current, base = values[0], _mean(values[1:])
    if node["as"] == "absolute":
        return current - base
    return None if base == 0 else 100 * (current - base) / base


def _mean(values: Sequence[Fraction]) -> Fraction:
    return _sum(values) / len(values)


def _comparable(data: Data, fact: str, subject: Subject, spans: Sequence[Span]) -> bool:
    entity = subject.entity
    since = subject.row[entity.exists_from] if entity and entity.exists_from else None
    starts = [span.start for span in spans if span.start is not None]
    return since is not None and since <= min(starts) and all(complete(data, fact, span) for span in spans)


def complete(data: Data, fact: str, span: Span) -> bool:
    """Whether the fact is complete on every day of the span."""
    known = data.coverage.get(fact, Coverage(None, None))
    if known.complete_from is None or known.complete_before is None or span.start is None:
        return False
    return known.complete_from <= span.start and span.before <= known.complete_before


def sequence(data: Data, node: Mapping[str, Any], subject: Subject, holds: Holds) -> bool:
    """Whether the subject has one event per step, each strictly later, within the span of the first."""
    span = window(node.get("window") or {"all": True}, data.as_of)
    steps = [
        [_moment(data, s, row) for row in events(data, s, subject, span, holds)] for s in node["sequence"]
    ]
    n, unit = int(node["within"]["n"]), node["within"]["unit"]
    return any(_continues(first, steps[1:], add(first[0], n, unit)) for first in steps[0])


Moment = tuple[date, datetime | None]


def _moment(data: Data, step: Mapping[str, Any], row: Row) -> Moment:
    fact = data.catalog.facts[step["fact"]]
    return row[fact.business_date], row[fact.event_time] if fact.event_time else None


def _continues(first: Moment, steps: Sequence[Sequence[Moment]], before: date) -> bool:
    reached = {first}
    for step in steps:
        reached = {
            event for event in step if event[0] < before and any(_later(event, done) for done in reached)
        }
    return bool(reached)


def _later(event: Moment, earlier: Moment) -> bool:
    if event[1] is not None and earlier[1] is not None:
        return event[1] > earlier[1]
    return event[0] > earlier[0]
