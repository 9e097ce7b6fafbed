"""The catalogue as JSON: it travels with the release it describes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from warehouse.catalog.model import (
    AllowedValue,
    Attribute,
    Case,
    Catalog,
    Derived,
    Elapsed,
    Entity,
    Fact,
    Group,
    Historic,
    MonthlySeries,
    Number,
    Relation,
    Sensitivity,
    ValueType,
    WindowSum,
)


def catalog_to_json(catalog: Catalog) -> dict[str, Any]:
    """Plain JSON values; sets become sorted lists."""
    plain = _plain(catalog)
    assert isinstance(plain, dict)
    return plain


def catalog_from_json(document: Mapping[str, Any]) -> Catalog:
    """The inverse of `catalog_to_json`: an equal catalogue."""
    return Catalog(
        version=document["version"],
        entities={name: _entity(value) for name, value in document["entities"].items()},
        facts={name: _fact(value) for name, value in document["facts"].items()},
        relations={name: Relation(**value) for name, value in document["relations"].items()},
        groups={name: _group(value) for name, value in document["groups"].items()},
    )


def catalog_hash(catalog: Catalog) -> str:
    """Hash of the content without `version`; the order of declarations counts, for screens show it."""
    content = catalog_to_json(catalog) | {"version": ""}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(member) for member in value)
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return str(value) if isinstance(value, StrEnum) else value


def _group(document: Mapping[str, Any]) -> Group:
    return Group(**{**document, "sources": tuple(document.get("sources", ()))})


def _entity(document: Mapping[str, Any]) -> Entity:
    return Entity(**{**document, "attributes": _attributes(document["attributes"])})


def _fact(document: Mapping[str, Any]) -> Fact:
    return Fact(
        **{
            **document,
            "order": tuple(document["order"]),
            "key": tuple(document.get("key", ())),
            "measures": _attributes(document["measures"]),
            "attributes": _attributes(document["attributes"]),
            "monthly": tuple(MonthlySeries(**series) for series in document["monthly"]),
        }
    )


def _attributes(document: Mapping[str, Any]) -> dict[str, Attribute]:
    return {name: _attribute(value) for name, value in document.items()}


def _attribute(document: Mapping[str, Any]) -> Attribute:
    return Attribute(
        **{
            **document,
            "type": ValueType(document["type"]),
            "sensitivity": Sensitivity(document["sensitivity"]),
            "operators": frozenset(document["operators"]),
            "values": tuple(AllowedValue(**value) for value in document["values"]),
            "derived": _derived(document["derived"]),
            "reveals": tuple(document.get("reveals", ())),
            "historic": Historic(document["historic"]) if document.get("historic") else None,
        }
    )


def _derived(document: Mapping[str, Any] | None) -> Derived | None:
    if document is None:
        return None
    if "form" in document:
        operands = (o if isinstance(o, str) else WindowSum(**o) for o in document["of"])
        return Number(document["form"], tuple(operands))
    if "of" in document:
        return Elapsed(**document)
    branches = tuple((when, then) for when, then in document["branches"])
    return Case(branches=branches, otherwise=document["otherwise"])
