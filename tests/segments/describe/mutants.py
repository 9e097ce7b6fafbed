"""Documents a small step away from a document: whatever the format lets one change is changed once."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from segments.conditions.nodes import AGGREGATES, OPERATORS, QUANTIFIERS, UNITS

CHOICES: Mapping[str, tuple[str, ...]] = {
    "op": tuple(sorted(OPERATORS)),
    "agg": AGGREGATES,
    "quantifier": QUANTIFIERS,
    "unit": UNITS,
    "this": UNITS,
    "as": ("percent", "absolute"),
    "entity": ("customer", "account", "subscription"),
}
TRUE = {"attr": "registered_on", "op": "is_set"}
EXTRA = {"per_day": (True, False), "min_base": (0, 1, -1), "where": (TRUE,), "times": (2, Decimal("0.5"))}


def mutants(node: Any, key: str = "", names: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[Any]:
    """All single changes of a JSON value; `names`: other names for `attr`, `fact`, `measure`, `related`."""
    known = {**CHOICES, **(names or {})}
    if isinstance(node, Mapping):
        yield from _object(node, key, known)
    elif isinstance(node, list):
        yield from _list(node, key, known)
    elif isinstance(node, bool):
        yield not node
    elif isinstance(node, str):
        yield from known.get(key, _texts(node))
    elif isinstance(node, (int, Decimal)):
        yield from (node + 1, -node, node * 10, node + Decimal("0.5"), node + Decimal("0.001"))


def _texts(text: str) -> Iterator[str]:
    yield from (text + "x", text + '"', text.upper(), "2026-07-02", "2026-02-07", f"{text}\u00a0x")


def _object(node: Mapping[str, Any], key: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[Any]:
    for name, value in node.items():
        for changed in mutants(value, name, known):
            yield {**node, name: changed}
        if name in {"where", "value", "measure", "version", "window"} and key:
            yield {other: kept for other, kept in node.items() if other != name}
    for name, values in EXTRA.items():
        yield from ({**node, name: value} for value in values)
    if "all" in node or "any" in node:
        yield {"any" if kind == "all" else "all": children for kind, children in node.items()}
    if key in {"where", "all", "any", "not"}:
        yield from (
            {"not": node},
            {"all": [node]},
            {"any": [node]},
            {"all": [node, node]},
            {"all": [node, TRUE]},
        )
        yield from ({"any": [{"not": node}, TRUE]}, {"not": {"any": [node, TRUE]}})


def _list(node: list[Any], key: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[Any]:
    for i, item in enumerate(node):
        for changed in mutants(item, key, known):
            yield [*node[:i], changed, *node[i + 1 :]]
        if len(node) > 1:
            yield [*node[:i], *node[i + 1 :]]
            yield [item, *node[:i], *node[i + 1 :]]
        if key in {"all", "any"} and len(node) > 2:
            yield [{"all": node[:2]}, *node[2:]]
            yield [{"any": node[1:]}, node[0]]
