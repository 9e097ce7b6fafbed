"""What a (document, world) pair exercises: tags for nodes, operators, units, NULL cases and time edges."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from segments.conditions import nodes
from segments.conditions.matches import Reference
from segments.conditions.reference.dates import unit_start, window, windows_before
from tests.segments.world.format import aspects, below, known
from tests.segments.world.rows import World

Node = Mapping[str, Any]
NULL_CASES = (
    "value unknown",
    "other attribute unknown",
    "aggregate over nothing",
    "every measure in the window unknown",
    "latest measure unknown",
    "event without a date",
    "event without a time",
    "no children",
    "change of unknown start",
    "change before the entity existed",
    "change of incomplete fact",
    "change from base 0",
    "change below min_base",
    "not over unknown",
)
TIME_EDGES = (
    "as of a month's first day",
    "as of a month's last day",
    "as of 29 February",
    "as of a Monday",
    "as of a year's first day",
    "event on a window's first day",
    "event on the day after a window",
    "rolling value on the first day",
    "rolling value on the as-of date",
    "born on 29 February",
    "born before 1970",
    "local date is not the UTC date",
    "zone with daylight saving",
    "span over a year's end",
    "steps on one day",
)


def wanted() -> list[str]:
    """Every tag that a run of the proof must have met."""
    lists: dict[str, Iterable[str]] = {
        "change": nodes.UNITS,
        "per_day": ("True", "False"),
        "entity": ("customer", "account", "subscription"),
        "value": ("other attribute",),
        "inside": ("fact", "change", "related", "sequence"),
        "scope": ("one region", "two attributes", "derived attribute", "rows of others decide"),
        "null": NULL_CASES,
        "edge": TIME_EDGES,
    }
    tags = [f"{kind}: {name}" for kind, names in lists.items() for name in names]
    return sorted(known()) + tags


def shape(node: Node | None) -> tuple[int, int]:
    """Number of conditions and depth of a tree, the inside of `where` counted too."""
    if node is None:
        return 0, 0
    children = list(below(node))
    leaf = 0 if {"all", "any", "not"} & set(node) else 1
    shapes = [shape(child) for child in children]
    return leaf + sum(s[0] for s in shapes), 1 + max((s[1] for s in shapes), default=0)


class Tagger:
    """Tags of documents over one world."""

    def __init__(self, world: World) -> None:
        self.data = world.data
        self.reference = Reference(world.data)
        self.world_tags = frozenset(self._world_edges())

    def tags(self, document: Node) -> set[str]:
        """Every tag that the document meets on the world."""
        found = self.world_tags | {f"entity: {document['entity']}"} | aspects(document)
        if document["where"] is not None:
            found |= set(self._node(document["where"], document["entity"]))
        return found

    def _world_edges(self) -> Iterator[str]:
        day = self.data.as_of
        if day.day == 1:
            yield "edge: as of a month's first day"
        if (day + timedelta(days=1)).day == 1:
            yield "edge: as of a month's last day"
        if (day.month, day.day) == (2, 29):
            yield "edge: as of 29 February"
        if day.weekday() == 0:
            yield "edge: as of a Monday"
        if (day.month, day.day) == (1, 1):
            yield "edge: as of a year's first day"
        if self.data.time_zone not in {"UTC", "Asia/Tashkent", "Asia/Kolkata"}:
            yield "edge: zone with daylight saving"

    def _node(self, node: Node, entity: str | None) -> Iterator[str]:
        value = node.get("value")
        if isinstance(value, Mapping):
            yield from self._value(value, node, entity)
        yield from self._body(node, entity)
        if entity is not None:
            yield from self._facts_of_time(node, entity)
            yield from self._unknowns(node, entity)
        inner = self._inner_entity(node, entity)
        for child in below(node):
            yield from self._node(child, inner)

    def _inner_entity(self, node: Node, entity: str | None) -> str | None:
        if "related" in node:
            return self.data.catalog.relations[node["related"]].child
        return None if {"fact", "change", "sequence"} & set(node) else entity

    def _value(self, value: Node, node: Node, entity: str | None) -> Iterator[str]:
        if "attr" in value:
            yield "value: other attribute"
        if "attr" in value and entity is not None and self._some(value["attr"], entity, unknown=True):
            yield "null: other attribute unknown"

    def _some(self, attr: str, entity: str, unknown: bool) -> bool:
        rows = self.reference.universe(entity).values()
        return any((self.reference.value({"attr": attr}, entity, row) is None) is unknown for row in rows)

    def _body(self, node: Node, entity: str | None) -> Iterator[str]:
        body = node.get("change", node)
        yield from (
            f"inside: {kind}" for kind in ("fact", "change", "related", "sequence") if _has_where(node, kind)
        )
        if "change" in node:
            yield f"per_day: {node.get('per_day', False)}"
            yield f"change: {body['window']['unit']}"

    # NULL cases

    def _unknowns(self, node: Node, entity: str) -> Iterator[str]:
        rows = list(self.reference.universe(entity).values())
        if "not" in node and "attr" in node["not"] and self._some(node["not"]["attr"], entity, unknown=True):
            yield "null: not over unknown"
        if "attr" in node and self._some(node["attr"], entity, unknown=True):
            yield "null: value unknown"
        if "related" in node and any(not self._children(node, entity, row) for row in rows):
            yield "null: no children"
        if "fact" in node:
            yield from self._fact_unknowns(node, entity, rows)
        if "change" in node:
            yield from self._change_unknowns(node, entity, rows)

    def _children(self, node: Node, entity: str, row: Mapping[str, Any]) -> bool:
        return self.reference.evaluate({"related": node["related"], "quantifier": "any"}, entity, row)

    def _fact_unknowns(self, node: Node, entity: str, rows: list[Any]) -> Iterator[str]:
        count = {k: v for k, v in node.items() if k in {"fact", "window", "where"}} | {"agg": "count"}
        full = [row for row in rows if self.reference.value(count, entity, row)]
        if len(full) < len(rows):
            yield "null: aggregate over nothing"
        if "measure" not in node:
            return
        known = {**count, "agg": "count_distinct", "measure": node["measure"]}
        if any(not self.reference.value(known, entity, row) for row in full):
            yield "null: every measure in the window unknown"
        if node["agg"] == "latest" and any(self.reference.value(node, entity, row) is None for row in full):
            yield "null: latest measure unknown"

    def _change_unknowns(self, node: Node, entity: str, rows: list[Any]) -> Iterator[str]:
        inner, since = node["change"], self.data.catalog.entities[entity].exists_from
        spans = windows_before(inner["window"], self.data.as_of, int(inner["against"]["previous"]))
        first = spans[-1].start
        assert since is not None
        assert first is not None
        if any(row[since] is None for row in rows):
            yield "null: change of unknown start"
        if any(row[since] and row[since] > first for row in rows):
            yield "null: change before the entity existed"
        values = [self.reference.value(node, entity, row) for row in rows]
        if not any(value is not None for value in values):
            yield "null: change of incomplete fact"
            return
        anyway = {**node, "as": "absolute", "min_base": -(10**19)}
        below = [row for row, value in zip(rows, values, strict=True) if value is None]
        lenient = {**node, "min_base": -(10**19)}
        if any(self.reference.value(lenient, entity, row) is not None for row in below):
            yield "null: change below min_base"
        less = [row for row in below if self.reference.value(lenient, entity, row) is None]
        if any(self.reference.value(anyway, entity, row) is not None for row in less):
            yield "null: change from base 0"

    # Time edges

    def _facts_of_time(self, node: Node, entity: str) -> Iterator[str]:
        value = node.get("value")
        if "attr" in node and isinstance(value, Mapping) and "unit" in value:
            yield from self._rolling_edges(node, entity)
        if "fact" in node or "change" in node:
            body = node.get("change", node)
            yield from self._window_edges(body, window(body["window"], self.data.as_of))
        for step in node.get("sequence", ()):
            yield from self._step_edges(step)

    def _rolling_edges(self, node: Node, entity: str) -> Iterator[str]:
        rows = self.reference.universe(entity).values()
        found = [self.reference.value({"attr": node["attr"]}, entity, row) for row in rows]
        days = {self.data.clock.day(value) for value in found if isinstance(value, date)}
        moments = [value for value in found if hasattr(value, "hour")]
        if any(self.data.clock.day(moment) != moment.date() for moment in moments):  # type: ignore[union-attr]
            yield "edge: local date is not the UTC date"
        if self.data.as_of in days:
            yield "edge: rolling value on the as-of date"
        first = self._first_day(node["op"], node["value"])
        if first in days:
            yield "edge: rolling value on the first day"
        if node["op"] == "anniversary_within":
            yield from (f"edge: {text}" for text in _births(days))
            end = windows_end(self.data.as_of, node["value"])
            if end.year > self.data.as_of.year:
                yield "edge: span over a year's end"

    def _first_day(self, op: str, value: Node) -> date:
        from segments.conditions.reference.dates import add

        ahead = op in {"within_next", "anniversary_within"}
        return self.data.as_of if ahead else add(self.data.as_of, -int(value["n"]), value["unit"])

    def _window_edges(self, body: Node, span: Any) -> Iterator[str]:
        fact = self.data.catalog.facts[body["fact"]]
        days = {row[fact.business_date] for row in self.data.tables[fact.table]}
        if span.start in days and span.start is not None:
            yield "edge: event on a window's first day"
        if span.before in days:
            yield "edge: event on the day after a window"
        if None in days:
            yield "null: event without a date"

    def _step_edges(self, step: Node) -> Iterator[str]:
        fact = self.data.catalog.facts[step["fact"]]
        rows = self.data.tables[fact.table]
        if fact.event_time and any(row[fact.event_time] is None for row in rows):
            yield "null: event without a time"
        owned = [(row["customer_no"], row[fact.business_date]) for row in rows]
        if len(set(owned)) < len(owned):
            yield "edge: steps on one day"


def windows_end(as_of: date, value: Node) -> date:
    """The day after the span that a rolling value reaches forward to."""
    from segments.conditions.reference.dates import add

    return add(as_of, int(value["n"]), value["unit"])


def _births(days: set[date]) -> Iterator[str]:
    if any((day.month, day.day) == (2, 29) for day in days):
        yield "born on 29 February"
    if any(day.year < 1970 for day in days):
        yield "born before 1970"


def _has_where(node: Node, kind: str) -> bool:
    if kind not in node:
        return False
    if kind == "sequence":
        return any(step.get("where") for step in node["sequence"])
    return bool(node.get("change", node).get("where"))


__all__ = ["Tagger", "shape", "unit_start", "wanted"]
