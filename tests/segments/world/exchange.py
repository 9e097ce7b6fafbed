"""Worlds and documents in the shapes the product takes: JSON text, references."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from segments.conditions.read import loads
from segments.conditions.reference.data import Data
from segments.references import IdList, MemoryReferences, SavedSegment
from warehouse.access import Actor, RowScope

EVERYONE = Actor("proof", RowScope(everything=True), attribute_groups=None)


def dumps(value: Any) -> str:
    """JSON text in which decimals are plain numbers."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)}: {dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(dumps(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)


def as_read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as it comes out of a file."""
    return loads(dumps(document))


def references(data: Data) -> MemoryReferences:
    """The world's segments and lists behind the product's port; a list's name starts with its entity."""
    saved = tuple(SavedSegment(name, version, as_read(doc)) for (name, version), doc in data.segments.items())
    lists = tuple(
        IdList(name, name.rsplit("_", 1)[0], f"v-{name}", pa.array(sorted(ids), pa.string()))
        for name, ids in data.lists.items()
    )
    return MemoryReferences(segments=saved, lists=lists)
