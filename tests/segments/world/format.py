"""What the format knows, from the product's own tables, and which of it a document uses, found by its structure.

Aspects are texts such as `node: any`, `op: eq`, `window: last`. The tables are read at each call: what the product
learns is asked for everywhere at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from segments.conditions import nodes, read, read_values
from warehouse.catalog import model

Json = Mapping[str, Any]
OPTIONAL = ("per_day", "min_base", "times", "where", "window of a sequence")


def known() -> set[str]:
    """Every aspect of the format."""
    tables: dict[str, Iterable[str]] = {
        "node": read.READERS,
        "op": nodes.OPERATORS.union(*model.OPERATORS.values()),
        "agg": nodes.AGGREGATES,
        "change agg": nodes.CHANGE_AGGREGATES,
        "quantifier": nodes.QUANTIFIERS,
        "as": nodes.MEASURED_AS,
        "window": read_values.WINDOWS,
        "last": nodes.UNITS,
        "this": nodes.UNITS,
        "rolling": nodes.UNITS,
        "within": nodes.UNITS,
        "optional": OPTIONAL,
    }
    return {f"{kind}: {name}" for kind, names in tables.items() for name in names}


def missing(documents: Iterable[Json]) -> set[str]:
    """Aspects of the format that no document uses."""
    return known() - {aspect for document in documents for aspect in aspects(document)}


def aspects(document: Json) -> set[str]:
    """What a valid document uses."""
    where = document["where"]
    return set() if where is None else {aspect for node in walk(where) for aspect in _of(node)}


def walk(node: Json) -> Iterator[Json]:
    """The node and all below it, those inside conditions too. Objects that are no nodes (windows, values) are not."""
    yield node
    for child in below(node):
        yield from walk(child)


def kinds(node: Json) -> tuple[str, ...]:
    """The kind of a node as the reader sees it: by its key."""
    return tuple(kind for kind in read.READERS if kind in node)


def below(node: Json) -> Iterator[Json]:
    """The nodes directly below."""
    for group in ("all", "any"):
        yield from node.get(group, ())
    body = node.get("change", node)
    yield from (inner for inner in (node.get("not"), body.get("where")) if inner is not None)
    yield from (step["where"] for step in node.get("sequence", ()) if step.get("where") is not None)


def _of(node: Json) -> Iterator[str]:
    yield from (f"node: {kind}" for kind in kinds(node))
    yield from (f"{key}: {node[key]}" for key in ("op", "quantifier", "as") if key in node)
    yield from (f"optional: {key}" for key in ("per_day", "min_base") if key in node)
    body = node.get("change", node)
    if "agg" in body:
        yield f"agg: {body['agg']}"
    if "change" in node:
        yield f"change agg: {body['agg']}"
    if any(part.get("where") is not None for part in (body, *node.get("sequence", ()))):
        yield "optional: where"
    if "within" in node:
        yield f"within: {node['within']['unit']}"
    if "sequence" in node and "window" in node:
        yield "optional: window of a sequence"
    yield from _of_value(node.get("value"))
    yield from _of_window(body.get("window", {}))


def _of_value(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "unit" in value:
            yield f"rolling: {value['unit']}"
        if "times" in value:
            yield "optional: times"


def _of_window(window: Json) -> Iterator[str]:
    yield from (f"window: {key}" for key in read_values.WINDOWS if key in window)
    if "last" in window:
        yield f"last: {window['unit']}"
    if "this" in window:
        yield f"this: {window['this']}"
