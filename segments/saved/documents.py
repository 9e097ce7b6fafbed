"""Documents on their way into the store: references pinned to versions, one JSON text with exact numbers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from segments.conditions.nodes import ListRef, Node, SegmentRef, children, inner


def dumps(value: Any) -> str:
    """Compact JSON text of a document as `conditions.read.loads` gives it; numbers keep every digit."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{dumps(str(key))}:{dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(dumps, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} has no exact JSON form")


def with_versions(value: Any, newest: Mapping[str, int]) -> Any:
    """A valid document in which references without a version name the newest one."""
    if isinstance(value, Mapping):
        made = {key: with_versions(item, newest) for key, item in value.items()}
        wanted = newest.get(made["segment"]) if "segment" in made and made.get("version") is None else None
        return made if wanted is None else made | {"version": wanted}
    return [with_versions(item, newest) for item in value] if isinstance(value, list) else value


def referred_segments(node: Node | None) -> list[SegmentRef]:
    """Every reference to a segment, those about children of a relation too, in the order of the document."""
    return [one for one in _everything(node) if isinstance(one, SegmentRef)]


def referred_lists(node: Node | None) -> list[ListRef]:
    """Every reference to a list, likewise."""
    return [one for one in _everything(node) if isinstance(one, ListRef)]


def _everything(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield node
        for below in (*children(node), *inner(node)):
            yield from _everything(below)
