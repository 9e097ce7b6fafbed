"""What the client hands out: plain values built from the service's answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Json = Mapping[str, Any]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a request, and where."""

    path: str
    message: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A saved segment or an uploaded list; `version` is a segment's newest, 0 for a list."""

    id: str
    name: str
    entity: str
    version: int


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """One value of a closed list."""

    value: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property that can be asked for, shown or aggregated."""

    name: str
    type: str
    labels: Labels = field(default_factory=dict)
    group: str = ""
    unit: str = ""
    scale: int = 0
    description: Labels = field(default_factory=dict)
    null_meaning: Labels = field(default_factory=dict)
    values: tuple[AllowedValue, ...] = ()
    operators: tuple[str, ...] = ()
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that can be counted; `id` names its business id."""

    name: str
    id: str
    labels: Labels
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to entities."""

    name: str
    labels: Labels
    entities: tuple[str, ...]
    measures: Mapping[str, Attribute]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Relation:
    """Children of an entity."""

    name: str
    parent: str
    child: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator and the form of its value: none, one, many, range or relative."""

    name: str
    value: str
    types: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    other_attribute: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate: the types of measure it takes (none = it takes no measure), and its result's type."""

    name: str
    measure: bool
    measure_types: tuple[str, ...]
    result: str
    change: bool


@dataclass(frozen=True)
class Catalog:
    """Everything that can be asked of one release."""

    release: str
    version: str
    as_of: str
    entities: Mapping[str, Entity]
    facts: Mapping[str, Fact]
    relations: Mapping[str, Relation]
    groups: Mapping[str, Labels]
    operators: Mapping[str, Operator]
    aggregates: Mapping[str, Aggregate]
    units: tuple[str, ...]
    quantifiers: tuple[str, ...]

    @cached_property
    def key(self) -> tuple[str, str]:
        """Changes when anything in it may have changed."""
        return (self.release, self.version)


def catalog_from_json(answer: Json) -> Catalog:
    """The catalogue of a /v1/catalog answer."""
    return Catalog(
        release=answer["release"],
        version=answer["version"],
        as_of=answer["as_of"],
        entities={item["name"]: _entity(item) for item in answer["entities"]},
        facts={item["name"]: _fact(item) for item in answer["facts"]},
        relations={
            r["name"]: Relation(r["name"], r["parent"], r["child"], r["labels"]) for r in answer["relations"]
        },
        groups={group["name"]: group["labels"] for group in answer["groups"]},
        operators={item["name"]: _operator(item) for item in answer["operators"]},
        aggregates={item["name"]: _aggregate(item) for item in answer["aggregates"]},
        units=tuple(answer["units"]),
        quantifiers=tuple(answer["quantifiers"]),
    )


def findings_from_json(items: list[Json]) -> tuple[Finding, ...]:
    """Problems of an answer."""
    return tuple(Finding(item["path"], item["message"], item.get("code", "")) for item in items)


def named_from_json(items: list[Json]) -> tuple[Named, ...]:
    """Saved segments or lists of an answer."""
    return tuple(Named(item["id"], item["name"], item["entity"], item.get("version", 0)) for item in items)


def _entity(item: Json) -> Entity:
    return Entity(item["name"], item["id"], item["labels"], _attributes(item["attributes"]))


def _fact(item: Json) -> Fact:
    return Fact(
        item["name"],
        item["labels"],
        tuple(item["entities"]),
        _attributes(item["measures"]),
        _attributes(item["attributes"]),
    )


def _attributes(items: list[Json]) -> dict[str, Attribute]:
    return {item["name"]: _attribute(item) for item in items}


def _attribute(item: Json) -> Attribute:
    return Attribute(
        name=item["name"],
        type=item["type"],
        labels=item["labels"],
        group=item["group"],
        unit=item["unit"],
        scale=item["scale"],
        description=item["description"],
        null_meaning=item["null_meaning"],
        values=tuple(AllowedValue(value["value"], value["labels"]) for value in item["values"]),
        operators=tuple(item["operators"]),
        usable=item["usable"],
    )


def _operator(item: Json) -> Operator:
    return Operator(
        item["name"], item["value"], tuple(item["types"]), tuple(item["units"]), item["other_attribute"]
    )


def _aggregate(item: Json) -> Aggregate:
    return Aggregate(
        item["name"], item["measure"], tuple(item["measure_types"]), item["result"], item["change"]
    )
