"""Draft to document. What is unfinished is told per item; nothing unfinished ever reaches the service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.workspaces.segment_builder import values
from apps.workspaces.segment_builder.draft import Item
from apps.workspaces.segment_builder.scope import Scope, tested
from apps.workspaces.segment_builder.values import Unfinished

VERSION = 1
Json = dict[str, Any]


def absent(value: Any) -> bool:
    """Whether nothing was chosen or typed."""
    return value is None or value == ""


@dataclass(frozen=True, slots=True)
class Written:
    """The document of a draft. `ids` maps the path of a node to the item's id; `unfinished` an id to codes.

    Only a draft with nothing unfinished is a document that can be asked.
    """

    document: Json
    ids: Mapping[str, str]
    unfinished: Mapping[str, tuple[str, ...]]

    def item_of(self, path: str) -> str | None:
        """The item a path leads to, or the nearest one around it."""
        while path and path not in self.ids:
            path = path.rpartition("/")[0]
        return self.ids.get(path)


@dataclass(slots=True)
class _Writer:
    ids: dict[str, str] = field(default_factory=dict)
    unfinished: dict[str, list[str]] = field(default_factory=dict)

    def lack(self, item: Item, code: str) -> None:
        self.unfinished.setdefault(item.id, []).append(code)

    def taken(self, item: Item, name: str, code: str) -> Any:
        chosen = item.fields.get(name)
        if absent(chosen):
            self.lack(item, code)
        return chosen

    def node(self, item: Item, scope: Scope, path: str) -> Json:
        self.ids[path] = item.id
        if item.negated:
            path = f"{path}/not"
            self.ids[path] = item.id
        written = (
            self._group(item, scope, path) if item.is_group else WRITERS[item.kind](self, item, scope, path)
        )
        return {"not": written} if item.negated else written

    def _group(self, item: Item, scope: Scope, path: str) -> Json:
        if not item.children:
            self.lack(item, "group_empty")
        members = enumerate(item.children)
        return {item.kind: [self.node(child, scope, f"{path}/{item.kind}/{at}") for at, child in members]}

    def where(self, item: Item, scope: Scope, path: str) -> Json:
        group = item.children[0] if item.children else None
        if group is None or not group.children:
            return {}
        return {"where": self.node(group, scope.inside(item), f"{path}/where")}

    def test(self, item: Item, scope: Scope) -> Json:
        """`op` and `value` of a condition."""
        attribute, operator = tested(item, scope), self.taken(item, "op", "operator_missing")
        if attribute is None or not operator:
            return {"op": operator}
        if operator not in attribute.operators:
            self.lack(item, "operator_missing")
            return {"op": operator}
        form = scope.catalog.operators[operator]
        if form.value == "none":
            return {"op": operator}
        return {"op": operator, "value": self.value(item, attribute.type, form.value, form.units)}

    def value(self, item: Item, kind: str, form: str, units: tuple[str, ...]) -> Any:
        try:
            return values.value(kind, form, item.fields.get("value"), units)
        except Unfinished as unfinished:
            self.lack(item, unfinished.code)
            return None

    def whole(self, item: Item, typed: Any) -> int:
        try:
            return values.whole(typed)
        except Unfinished as unfinished:
            self.lack(item, unfinished.code)
            return 0

    def span(self, item: Item, typed: Any, scope: Scope) -> Json:
        try:
            return values.span(typed, scope.catalog.units)
        except Unfinished as unfinished:
            self.lack(item, unfinished.code)
            return {}

    def window(self, item: Item, scope: Scope) -> Json | None:
        """The window of a behaviour, None where it is left to the format's default."""
        chosen = item.fields.get("window")
        if not isinstance(chosen, Mapping):
            return None
        kind = chosen.get("kind")
        if kind == "last":
            span = self.span(item, chosen, scope)
            return {"last": span.get("n"), "unit": span.get("unit")}
        if kind == "this":
            return {"this": chosen.get("unit")}
        return {"all": True} if kind == "all" else self._dates(item, chosen)

    def _dates(self, item: Item, chosen: Mapping[str, Any]) -> Json:
        if not chosen.get("from") or not chosen.get("before"):
            self.lack(item, "not_a_date")
        return {"from": chosen.get("from"), "before": chosen.get("before")}


def write(root: Item, scope: Scope, name: str = "") -> Written:
    """The document of a draft; an empty root means everyone, in so many words."""
    writer = _Writer()
    writer.ids["/where"] = writer.ids[""] = root.id
    everyone = root.is_group and not root.children and not root.negated
    where = None if everyone else writer.node(root, scope, "/where")
    titled = {"name": name.strip()} if name.strip() else {}
    document = {"version": VERSION, "entity": scope.entity, **titled, "where": where}
    return Written(document, writer.ids, {key: tuple(codes) for key, codes in writer.unfinished.items()})


def _attr(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:  # noqa: ARG001 - one signature for all kinds
    name = writer.taken(item, "attr", "attribute_missing")
    if name and name not in scope.attributes():
        writer.lack(item, "attribute_unknown")
    return {"attr": name, **(writer.test(item, scope) if name else {})}


def _measured(writer: _Writer, item: Item, scope: Scope) -> Json:
    """`fact`, `agg` and `measure` of behaviour and change."""
    fact = writer.taken(item, "fact", "fact_missing")
    aggregate = writer.taken(item, "agg", "aggregate_missing")
    takes = scope.catalog.aggregates[aggregate].measure if aggregate in scope.catalog.aggregates else False
    measure = {"measure": writer.taken(item, "measure", "measure_missing")} if takes else {}
    return {"fact": fact, "agg": aggregate, **measure, "window": writer.window(item, scope)}


def _fact(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:
    return {
        **_measured(writer, item, scope),
        **writer.where(item, scope, path),
        **writer.test(item, scope),
    }


def _change(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:
    measured = _measured(writer, item, scope) | writer.where(item, scope, f"{path}/change")
    against = {"previous": writer.whole(item, item.fields.get("previous"))}
    written: Json = {"change": {**measured, "against": against}, "as": item.fields.get("as", "percent")}
    if item.fields.get("per_day"):
        written["per_day"] = True
    if not absent(item.fields.get("min_base")) and item.fields["min_base"] != "0":
        written["min_base"] = _number(writer, item, item.fields["min_base"])
    return written | writer.test(item, scope)


def _number(writer: _Writer, item: Item, typed: Any) -> Any:
    try:
        return values.number(typed)
    except Unfinished as unfinished:
        writer.lack(item, unfinished.code)
        return None


def _related(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:
    relation = writer.taken(item, "related", "relation_missing")
    quantifier = item.fields.get("quantifier", "any")
    written = {"related": relation, "quantifier": quantifier}
    if relation:
        written |= writer.where(item, scope, path)
    return written | (writer.test(item, scope) if quantifier == "count" else {})


def _sequence(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:
    steps = [_step(writer, step, scope, f"{path}/sequence/{at}") for at, step in enumerate(item.children)]
    if not steps:
        writer.lack(item, "steps_missing")
    window = writer.window(item, scope)
    written: Json = {"sequence": steps, "within": writer.span(item, item.fields.get("within"), scope)}
    return written | ({"window": window} if window is not None else {})


def _step(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:
    writer.ids[path] = item.id
    fact = writer.taken(item, "fact", "fact_missing")
    return {"fact": fact, **(writer.where(item, scope, path) if fact else {})}


def _segment(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:  # noqa: ARG001 - one signature for all kinds
    written: Json = {"segment": writer.taken(item, "segment", "reference_missing")}
    version = item.fields.get("version")
    return written | ({"version": writer.whole(item, version)} if not absent(version) else {})


def _list(writer: _Writer, item: Item, scope: Scope, path: str) -> Json:  # noqa: ARG001 - one signature for all kinds
    return {"list": writer.taken(item, "list", "reference_missing")}


WRITERS = {
    "attr": _attr,
    "fact": _fact,
    "change": _change,
    "related": _related,
    "sequence": _sequence,
    "segment": _segment,
    "list": _list,
}
