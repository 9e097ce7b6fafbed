"""What the builder shows and what a choice entails, without a widget: lists to choose from, words, edits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from api.client import Attribute, Catalog, Finding
from apps.texts import TEXTS, grouped, label, text
from apps.workspaces.segment_builder import draft
from apps.workspaces.segment_builder.document import Written
from apps.workspaces.segment_builder.draft import Item
from apps.workspaces.segment_builder.scope import Scope, measures, operators, tested

SHOWN_COLUMNS = 6
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def attribute_words(attribute: Attribute, catalog: Catalog, language: str) -> str:
    """`Label · Group`, the words by which an attribute is found."""
    words = label(attribute.labels, language, attribute.name)
    group = catalog.groups.get(attribute.group)
    return f"{words} · {label(group, language, attribute.group)}" if group else words


def attribute_choices(scope: Scope, language: str) -> list[str]:
    """Names of the attributes of a place, by group in the catalogue's order, then by label."""
    order = {name: place for place, name in enumerate(scope.catalog.groups)}
    attributes = scope.attributes()
    return sorted(
        attributes,
        key=lambda name: (
            order.get(attributes[name].group, len(order)),
            label(attributes[name].labels, language, name).casefold(),
        ),
    )


def comparable_choices(attribute: Attribute, scope: Scope, language: str) -> list[str]:
    """Attributes whose values can stand against this one's."""
    numbers = {"integer", "decimal"}
    fitting = numbers if attribute.type in numbers else {attribute.type}
    found = scope.attributes()
    return [
        name
        for name in attribute_choices(scope, language)
        if found[name].type in fitting and name != attribute.name
    ]


def operator_words(operator: str, kind: str, language: str) -> str:
    """What an operator is called for values of a type."""
    dated = f"op_{operator}_date"
    if kind in {"date", "timestamp"} and dated in TEXTS:
        return text(dated, language)
    return text(f"op_{operator}", language)


def value_words(attribute: Attribute, value: str, language: str) -> str:
    """What a value of a closed list is called."""
    return next((label(v.labels, language, v.value) for v in attribute.values if v.value == value), value)


def unit_words(unit: str, language: str) -> str:
    """What a unit of the catalogue is called; a deployment's own units keep their names."""
    return text(f"quantity_{unit}", language) if f"quantity_{unit}" in TEXTS else unit


def choose_attribute(root: Item, item_id: str, name: str | None, scope: Scope) -> Item:
    """Another attribute: the first fitting operator, and no value yet."""
    attribute = scope.attributes().get(name or "")
    first = _first_operator(attribute) if attribute else None
    return draft.set_fields(root, item_id, attr=name, op=first, value=None)


def _first_operator(attribute: Attribute) -> str | None:
    if attribute.type == "boolean" and "is_true" in attribute.operators:
        return "is_true"
    if attribute.type in {"integer", "decimal"} and "ge" in attribute.operators:
        return "ge"
    return next(iter(operators(attribute)), None)


def choose_operator(root: Item, item_id: str, operator: str | None, catalog: Catalog) -> Item:
    """Another operator; the value stays where it has the same form."""
    item = draft.find(root, item_id)
    if item is None:
        return root
    same = operator is not None and _form(item.fields.get("op"), catalog) == _form(operator, catalog)
    kept = same and not (is_compared(item) and not catalog.operators[str(operator)].other_attribute)
    value = item.fields.get("value") if kept else _first_value(operator, catalog)
    return draft.set_fields(root, item_id, op=operator, value=value)


def _first_value(operator: str | None, catalog: Catalog) -> Any:
    return {"n": "30", "unit": "day"} if _form(operator, catalog) == "relative" else None


def _form(operator: str | None, catalog: Catalog) -> str | None:
    found = catalog.operators.get(operator or "")
    return found.value if found else None


def choose_fact(root: Item, item_id: str, name: str | None) -> Item:
    """Another fact: its measure and the restrictions on its rows no longer fit."""
    root = draft.set_fields(root, item_id, fact=name, measure=None)
    return _without_where(root, item_id)


def choose_relation(root: Item, item_id: str, name: str | None) -> Item:
    """Another relation: the restrictions on its children no longer fit."""
    return _without_where(draft.set_fields(root, item_id, related=name), item_id)


def choose_aggregate(root: Item, item_id: str, name: str | None, scope: Scope) -> Item:
    """Another aggregate: measure, operator and value stay only where they still fit."""
    item = draft.find(root, item_id)
    if item is None:
        return root
    before = tested(item, scope)
    root = draft.set_fields(root, item_id, agg=name)
    item = draft.find(root, item_id) or item
    if item.fields.get("measure") not in measures(item, scope):
        root = draft.set_fields(root, item_id, measure=None)
        item = draft.find(root, item_id) or item
    after = tested(item, scope)
    if item.kind == "fact" and after is not None and (before is None or before.type != after.type):
        root = draft.set_fields(root, item_id, op=_first_operator(after), value=None)
    return root


def choose_quantifier(root: Item, item_id: str, quantifier: str) -> Item:
    """Another quantifier; only the number of children is compared with something."""
    if quantifier == "count":
        return draft.set_fields(root, item_id, quantifier=quantifier, op="ge", value="1")
    return draft.set_fields(root, item_id, quantifier=quantifier, op=None, value=None)


def compare_with_attribute(root: Item, item_id: str, wanted: bool) -> Item:
    """Let the value be another attribute, or typed again."""
    return draft.set_fields(root, item_id, value={"attr": "", "times": "1"} if wanted else None)


def is_compared(item: Item) -> bool:
    """Whether the value is another attribute."""
    value = item.fields.get("value")
    return isinstance(value, Mapping) and "attr" in value


def _without_where(root: Item, item_id: str) -> Item:
    item = draft.find(root, item_id)
    return root if item is None else draft.put(root, replace(item, children=(draft.new_group(),)))


def notes(written: Written, problems: Sequence[Finding], language: str) -> dict[str, list[str]]:
    """What to say at which item: what is unfinished here, what the service refused there."""
    said = {
        item_id: [text(code, language) for code in codes] for item_id, codes in written.unfinished.items()
    }
    for problem in problems:
        item_id = written.item_of(problem.path)
        if item_id is not None:
            said.setdefault(item_id, []).append(problem.message)
    return said


def remarks(written: Written, found: Sequence[Finding], language: str) -> dict[str, list[tuple[str, str]]]:
    """What is odd, by item: words of the page, and the service's own that name the conditions."""
    said: dict[str, list[tuple[str, str]]] = {}
    for remark in found:
        item_id = written.item_of(remark.path)
        if item_id is not None:
            known = f"remark_{remark.code}"
            words = text(known, language) if known in TEXTS else remark.message
            said.setdefault(item_id, []).append((words, remark.message))
    return said


def unknown_counts(written: Written, nodes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many have no value for a condition, by item."""
    found: dict[str, int] = {}
    for node in nodes:
        item_id = written.ids.get(node["path"])
        if item_id is not None and node.get("unknown"):
            found[item_id] = int(node["unknown"])
    return found


def takes_in_unknown(item: Item) -> bool:
    """Whether an attribute condition holds for those without a value; `is_not_set` asks for them."""
    negative = item.fields.get("op") in {"ne", "not_in", "not_contains"}
    plain = item.fields.get("op") not in {"is_set", "is_not_set"}
    return item.kind == "attr" and plain and negative != item.negated


def is_known_beside(root: Item, item: Item) -> bool:
    """Whether a neighbour already asks that the condition's attribute has a value."""
    parent = draft.parent_of(root, item.id)
    return (
        parent is not None
        and parent.kind == "all"
        and any(
            (one.fields.get("attr"), one.fields.get("op")) == (item.fields.get("attr"), "is_set")
            and not one.negated
            for one in parent.children
        )
    )


def require_known(root: Item, item_id: str) -> Item:
    """The condition together with: its attribute has a value."""
    item, parent = draft.find(root, item_id), draft.parent_of(root, item_id)
    if item is None or parent is None:
        return root
    known = Item("attr", {"attr": item.fields.get("attr"), "op": "is_set"})
    if parent.kind == "all" and not parent.negated:
        return draft.add(root, parent.id, known)
    pair = draft.new_group("all", item, known)
    children = tuple(pair if child.id == item_id else child for child in parent.children)
    return draft.put(root, replace(parent, children=children))


def explained(node: Mapping[str, Any], words: Mapping[str, str], unknown: str) -> list[tuple[str, bool, str]]:
    """The conditions of a `why` tree in order: words, whether it holds, the value found."""
    if node["children"]:
        return [row for child in node["children"] for row in explained(child, words, unknown)]
    found = unknown if node["unknown"] else "" if node["found"] is None else str(node["found"])
    return [(words.get(node["path"], node["path"]), bool(node["holds"]), found)]


def share_words(count: int, universe: int, language: str) -> str:
    """`26,54 %`: the share of the universe, rounded half up to two places."""
    if not universe:
        return "—"
    percent = (Decimal(count) * 100 / Decimal(universe)).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    return f"{percent}%" if language == "en" else f"{percent}\u00a0%".replace(".", ",")


def day_words(day: str | None, language: str) -> str:
    """A date as people of the language write it."""
    if not day:
        return "…"
    return date.fromisoformat(day).strftime("%d.%m.%Y") if language == "ru" else day


def node_words(node: Mapping[str, Any], language: str) -> str:
    """One line of attrition for a condition."""
    words = text(
        "node_count",
        language,
        count=grouped(node["count"], language),
        only=grouped(node["left_out_only_by_this"], language),
    )
    if not node.get("unknown"):
        return words
    return words + text("node_unknown", language, unknown=grouped(node["unknown"], language))


def count_words(written: Written, nodes: Sequence[Mapping[str, Any]], language: str) -> dict[str, str]:
    """Attrition by item. A negated item is two nodes of the document: the outer one is what is drawn."""
    outermost: dict[str, Mapping[str, Any]] = {}
    for node in sorted(nodes, key=lambda node: len(node["path"])):
        item_id = written.ids.get(node["path"])
        if item_id is not None:
            outermost.setdefault(item_id, node)
    return {item_id: node_words(node, language) for item_id, node in outermost.items()}


def incomplete_days(windows: Sequence[Mapping[str, Any]], language: str) -> tuple[str, str] | None:
    """First and last day of the windows whose data are not complete, in words; None when all are."""
    found = [window for window in windows if window["incomplete"]]
    if not found:
        return None
    start = min((window["from"] for window in found if window["from"]), default=None)
    if any(window["from"] is None for window in found):
        start = None
    return day_words(start, language), day_words(max(window["before"] for window in found), language)


def first_columns(root: Item, scope: Scope) -> list[str]:
    """Attributes to show beside the id: those asked for, then the first of each group, a handful in all."""
    known = scope.attributes()
    asked = [str(item.fields.get("attr")) for item in draft.walk(root) if item.kind == "attr"]
    shown = [name for name in asked if name in known]
    first_of_group: dict[str, str] = {}
    for name, attribute in known.items():
        if name != scope.catalog.entities[scope.entity].id:
            first_of_group.setdefault(attribute.group, name)
    return list(dict.fromkeys([*shown, *first_of_group.values()]))[: max(SHOWN_COLUMNS, len(set(shown)))]


def with_value_words(rows: pa.Table, attributes: Sequence[Attribute], language: str) -> pa.Table:
    """The table with the values of closed lists in words."""
    for attribute in attributes:
        if attribute.values:
            place = rows.schema.get_field_index(attribute.name)
            column = rows.column(place).to_pylist()
            words = [None if one is None else value_words(attribute, one, language) for one in column]
            rows = rows.set_column(place, attribute.name, pa.array(words, pa.string()))
    return rows
