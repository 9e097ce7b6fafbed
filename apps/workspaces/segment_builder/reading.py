"""Document to draft: every document of the format can be opened, read and changed on the page."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.workspaces.segment_builder import values
from apps.workspaces.segment_builder.draft import Item, new_group

Json = Mapping[str, Any]


def read(document: Any) -> Item:
    """The draft of a document. Raises ValueError for something that is not one."""
    if not isinstance(document, Mapping) or "where" not in document:
        raise ValueError("not a segment document: `where` is missing")
    where = document["where"]
    root = read_node(where) if where is not None else new_group()
    return root if root.is_group else new_group("all", root)


def read_node(node: Any) -> Item:
    """The item of one node. Raises ValueError naming what is not understood."""
    if not isinstance(node, Mapping):
        raise ValueError(f"not a node: {node!r}")  # noqa: TRY004 - what a file holds, not how we are called
    if "not" in node:
        inner = read_node(node["not"])
        inner = new_group("all", inner) if inner.negated else inner
        return Item(inner.kind, inner.fields, inner.children, negated=True)
    for kind, reader in READERS.items():
        if kind in node:
            return reader(node)
    raise ValueError(f"not a node: its keys are {', '.join(map(str, node))}")


def _read_group(kind: str, node: Json) -> Item:
    return new_group(kind, *(read_node(child) for child in node[kind]))


def _typed(node: Json, *names: str) -> dict[str, Any]:
    return {name: values.typed_form(node[name]) for name in names if node.get(name) is not None}


def _read_where(node: Json) -> tuple[Item, ...]:
    where = node.get("where")
    if where is None:
        return (new_group(),)
    inner = read_node(where)
    return (inner,) if inner.is_group else (new_group("all", inner),)


def _read_window(node: Json) -> dict[str, Any]:
    window = node.get("window")
    if window is None:
        return {}
    if "last" in window:
        return {"window": {"kind": "last", "n": str(window["last"]), "unit": window.get("unit")}}
    if "this" in window:
        return {"window": {"kind": "this", "unit": window["this"]}}
    if "all" in window:
        return {"window": {"kind": "all"}}
    return {"window": {"kind": "dates", "from": window.get("from"), "before": window.get("before")}}


def _read_fact(node: Json) -> Item:
    return Item(
        "fact",
        _typed(node, "fact", "agg", "measure", "op", "value") | _read_window(node),
        _read_where(node),
    )


def _read_change(node: Json) -> Item:
    inner = node["change"]
    fields = _typed(inner, "fact", "agg", "measure") | _read_window(inner)
    fields |= _typed(node, "as", "per_day", "min_base", "op", "value")
    fields["previous"] = str(inner.get("against", {}).get("previous", ""))
    return Item("change", fields, _read_where(inner))


def _read_sequence(node: Json) -> Item:
    steps = tuple(Item("step", _typed(step, "fact"), _read_where(step)) for step in node["sequence"])
    return Item("sequence", _typed(node, "within") | _read_window(node), steps)


READERS: Mapping[str, Callable[[Json], Item]] = {
    "all": lambda node: _read_group("all", node),
    "any": lambda node: _read_group("any", node),
    "change": _read_change,
    "sequence": _read_sequence,
    "related": lambda node: Item(
        "related", _typed(node, "related", "quantifier", "op", "value"), _read_where(node)
    ),
    "segment": lambda node: Item("segment", _typed(node, "segment", "version")),
    "list": lambda node: Item("list", _typed(node, "list")),
    "fact": _read_fact,
    "attr": lambda node: Item("attr", _typed(node, "attr", "op", "value")),
}
