"""Makes a counter-example small: first the document, then the tables."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from segments.conditions.reference.data import Data
from tests.segments.world.exchange import dumps

Node = Mapping[str, Any]
Disagrees = Callable[[Data, Node], bool]


def shrink(data: Data, document: Node, disagrees: Disagrees) -> tuple[Data, Node]:
    """The smallest data and document found on which the evaluators still disagree."""
    document = _shrink_document(data, document, disagrees)
    for table in data.tables:
        data = _shrink_table(data, table, document, disagrees)
    return data, document


def _shrink_document(data: Data, document: Node, disagrees: Disagrees) -> Node:
    for smaller in smaller_nodes(document["where"]):
        candidate = {**document, "where": smaller}
        if disagrees(data, candidate):
            return _shrink_document(data, candidate, disagrees)
    return document


def smaller_nodes(node: Node) -> Iterator[Node]:
    """Simpler forms of a node about the same rows, the simplest first."""
    if "related" not in node:
        yield from _smaller_group(node)
    if "not" in node:
        yield node["not"]
        yield from ({"not": child} for child in smaller_nodes(node["not"]))
    for key in ("where", "per_day", "min_base", "window"):
        if key in node and not (key == "window" and "sequence" not in node):
            yield {k: v for k, v in node.items() if k != key}
    if isinstance(node.get("where"), Mapping):
        yield from ({**node, "where": inner} for inner in smaller_nodes(node["where"]))
    if "change" in node:
        yield from _smaller_change(node)
    if "sequence" in node:
        yield from _smaller_sequence(node)
    if node.get("op") in {"in", "not_in"} and len(node["value"]) > 1:
        yield from ({**node, "value": [value]} for value in node["value"])


def _smaller_group(node: Node) -> Iterator[Node]:
    for key in {"all", "any"} & set(node):
        children = node[key]
        yield from children
        if len(children) > 1:
            yield from ({key: children[:i] + children[i + 1 :]} for i in range(len(children)))
        for i, child in enumerate(children):
            yield from ({key: [*children[:i], s, *children[i + 1 :]]} for s in smaller_nodes(child))


def _smaller_change(node: Node) -> Iterator[Node]:
    inner = node["change"]
    if inner["against"]["previous"] > 1:
        yield {**node, "change": {**inner, "against": {"previous": 1}}}
    if "where" in inner:
        yield {**node, "change": {k: v for k, v in inner.items() if k != "where"}}
        yield from ({**node, "change": {**inner, "where": s}} for s in smaller_nodes(inner["where"]))


def _smaller_sequence(node: Node) -> Iterator[Node]:
    steps = node["sequence"]
    for i, step in enumerate(steps):
        if len(steps) > 1:
            yield {**node, "sequence": steps[:i] + steps[i + 1 :]}
        if "where" in step:
            bare = {"fact": step["fact"]}
            yield {**node, "sequence": [*steps[:i], bare, *steps[i + 1 :]]}
            for inner in smaller_nodes(step["where"]):
                yield {**node, "sequence": [*steps[:i], {**bare, "where": inner}, *steps[i + 1 :]]}


def _shrink_table(data: Data, table: str, document: Node, disagrees: Disagrees) -> Data:
    rows, size = list(data.tables[table]), len(data.tables[table])
    while size >= 1:
        start = 0
        while start < len(rows):
            fewer = rows[:start] + rows[start + size :]
            candidate = replace(data, tables={**data.tables, table: fewer})
            if disagrees(candidate, document):
                data, rows = candidate, fewer
            else:
                start += size
        size //= 2
    return data


def told(data: Data, document: Node, answers: Mapping[str, Any]) -> str:
    """A counter-example as text for people."""
    lines = [f"as_of {data.as_of}, zone {data.time_zone}", f"document {dumps(document)}"]
    lines += [f"{name}: {answer}" for name, answer in answers.items()]
    for table, rows in data.tables.items():
        lines += [f"{table} { ({k: v for k, v in row.items() if v is not None}) }" for row in rows]
    lines += [f"complete {name}: {days}" for name, days in data.coverage.items()]
    return "\n".join(lines)
