"""What may be asked at a place of the tree: the entity in question, or the rows of one fact."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.client import Attribute, Catalog, Fact, Relation
from apps.workspaces.segment_builder.draft import LEAVES, Item

# The order in which operators are offered; what people use most stands first.
OPERATOR_ORDER = (
    *("eq", "ne", "in", "not_in", "ge", "le", "gt", "lt", "between"),
    *("contains", "not_contains", "starts_with", "ends_with"),
    *("within_last", "more_than_ago", "within_next", "anniversary_within"),
    *("is_true", "is_false", "is_set", "is_not_set"),
)
RESULT = "result"
# Search needs the folded copy that only stored texts have; what is computed has none.
TEXT_SEARCH = ("contains", "not_contains", "starts_with", "ends_with")


@dataclass(frozen=True, slots=True)
class Scope:
    """A place: conditions about `entity`, or, where `fact` is named, about rows of that fact."""

    catalog: Catalog
    entity: str
    fact: str | None = None

    def attributes(self) -> Mapping[str, Attribute]:
        """What a plain condition may name here, without what the caller may not use."""
        if self.fact is not None:
            fact = self.catalog.facts.get(self.fact)
            found = {**fact.measures, **fact.attributes} if fact else {}
        else:
            found = dict(self.catalog.entities[self.entity].attributes)
        return {name: attribute for name, attribute in found.items() if attribute.usable}

    def leaves(self) -> tuple[str, ...]:
        """Kinds of condition that can be added here."""
        if self.fact is not None:
            return ("attr",)
        without = {"related"} if not self.relations() else set()
        if not self.facts():
            without |= {"fact", "change", "sequence"}
        return tuple(kind for kind in LEAVES if kind not in without)

    def facts(self) -> Mapping[str, Fact]:
        """Facts that happen to the entity."""
        return {name: fact for name, fact in self.catalog.facts.items() if self.entity in fact.entities}

    def relations(self) -> Mapping[str, Relation]:
        """Children the entity has."""
        return {name: one for name, one in self.catalog.relations.items() if one.parent == self.entity}

    def inside(self, item: Item) -> "Scope":
        """The scope of what stands inside an item."""
        if item.kind in {"fact", "change", "step"}:
            return Scope(self.catalog, self.entity, item.fields.get("fact", ""))
        relation = self.catalog.relations.get(item.fields.get("related", ""))
        if item.kind == "related" and relation is not None:
            return Scope(self.catalog, relation.child)
        return self


def scopes(root: Item, scope: Scope) -> Iterator[tuple[Item, Scope]]:
    """Every item with the scope it stands in."""
    yield root, scope
    for child in root.children:
        yield from scopes(child, scope.inside(root))


def tested(item: Item, scope: Scope) -> Attribute | None:
    """What the operator of a condition is applied to; None as long as it is not chosen.

    For behaviour it is the aggregate's result, as an attribute with the fitting type and operators.
    """
    if item.kind == "attr":
        return scope.attributes().get(item.fields.get("attr", ""))
    if item.kind == "related":
        return _result(scope.catalog, "integer") if item.fields.get("quantifier") == "count" else None
    return _aggregate_result(item, scope) if item.kind in {"fact", "change"} else None


def _aggregate_result(item: Item, scope: Scope) -> Attribute | None:
    if item.kind == "change":
        return _result(scope.catalog, "decimal")
    aggregate = scope.catalog.aggregates.get(item.fields.get("agg", ""))
    if aggregate is None:
        return None
    if aggregate.result != "measure":
        return _result(scope.catalog, aggregate.result)
    measure = measures(item, scope).get(item.fields.get("measure", ""))
    return _result(scope.catalog, measure.type, measure.unit) if measure else None


def _result(catalog: Catalog, kind: str, unit: str = "") -> Attribute:
    fitting = tuple(
        name
        for name, operator in catalog.operators.items()
        if kind in operator.types and name not in TEXT_SEARCH
    )
    return Attribute(RESULT, kind, unit=unit, operators=fitting)


def measures(item: Item, scope: Scope) -> Mapping[str, Attribute]:
    """Measures of the item's fact that its aggregate can take."""
    fact = scope.catalog.facts.get(item.fields.get("fact", ""))
    aggregate = scope.catalog.aggregates.get(item.fields.get("agg", ""))
    if fact is None or aggregate is None:
        return {}
    return {
        name: one for name, one in fact.measures.items() if one.type in aggregate.measure_types and one.usable
    }


def operators(attribute: Attribute) -> tuple[str, ...]:
    """Operators of an attribute in the order they are offered."""
    return tuple(sorted(attribute.operators, key=_place))


def _place(operator: str) -> int:
    return OPERATOR_ORDER.index(operator) if operator in OPERATOR_ORDER else len(OPERATOR_ORDER)
