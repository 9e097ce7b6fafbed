"""`catalog/precedence.yml` of a deployment: per group of attributes which source is believed, and who comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pipelines.ingest.declaration import SourceDeclaration
from pipelines.ingest.yaml_node import Faults, Node, read_yaml
from pipelines.lib.canonical import canonical_datasets
from warehouse.builds.model import Claim, Ordered
from warehouse.catalog.document import catalog_hash
from warehouse.catalog.loader import PRECEDENCE_FILE
from warehouse.catalog.model import CUSTOMER, Catalog, Sensitivity
from warehouse.settings import Settings

REGISTER = (
    "full_name",
    "short_name",
    "phone",
    "email",
    "birth_date",
    "sex",
    "language",
    "region",
    "city",
    "address",
    "industry",
    "head_count",
    "vip",
    "registered_on",
    "declared_status",
    "gone_on",
)
"""Attributes that a register of customers claims. Who is who (kind, tax id, mergers) is no matter of belief."""
CLAIMED: Mapping[str, Mapping[str, str]] = {
    "customer": {name: name for name in REGISTER},
    "organisation": {
        "full_name": "name",
        "region": "region",
        "industry": "industry",
        "head_count": "head_count",
    },
}
"""Data set -> attribute of customers -> the column that claims it."""


def read_precedence(
    settings: Settings, sources: Sequence[SourceDeclaration], catalog: Catalog
) -> tuple[Ordered, ...]:
    """The attributes for which the deployment states an order and which more than one source claims.

    Nothing where there is no such file. Raises DeclarationError with all that is wrong in it, by line and key.
    """
    path = settings.home / "catalog" / PRECEDENCE_FILE
    if not path.is_file():
        return ()
    root, faults = read_yaml(path), Faults()
    claims = _claims(sources)
    groups = _groups(catalog)
    orders: dict[str, Node] = faults.attempt(lambda: _orders(root)) or {}
    found: dict[str, tuple[str, ...]] = {}
    for group, node in orders.items():
        order = faults.attempt(partial(_order, group, node, groups, claims, sources))
        found |= {} if order is None else {group: order}
    faults.raise_all()
    ordered = [_ordered(name, found[group], claims, catalog) for name, group in _attributes(catalog, found)]
    return tuple(each for each in ordered if len(each.claims) > 1)


def with_precedence(catalog: Catalog, precedence: Sequence[Ordered]) -> Catalog:
    """The catalogue with the order of sources beside each group that has one."""
    attributes = catalog.entities[CUSTOMER].attributes
    orders = {attributes[each.attribute].group: each.sources for each in precedence}
    groups = {name: replace(group, sources=orders.get(name, ())) for name, group in catalog.groups.items()}
    found = replace(catalog, groups=groups)
    return replace(found, version=catalog_hash(found)) if orders else catalog


def _claims(sources: Sequence[SourceDeclaration]) -> Mapping[str, tuple[Claim, ...]]:
    """Attribute -> what sources claim of it."""
    found: dict[str, list[Claim]] = {name: [] for name in REGISTER}
    for source in sources:
        for dataset in source.datasets:
            mapped = {rule.name for rule in dataset.rules if rule.source or rule.constant is not None}
            for attribute, column in CLAIMED.get(dataset.dataset, {}).items():
                if column in mapped:
                    found[attribute].append(Claim(source.name, dataset.dataset, column))
    return {name: tuple(claims) for name, claims in found.items()}


def _groups(catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """Group -> its attributes that can be claimed."""
    attributes = catalog.entities[CUSTOMER].attributes
    found: dict[str, list[str]] = {}
    for name in REGISTER:
        if name in attributes:
            found.setdefault(attributes[name].group, []).append(name)
    return {group: tuple(names) for group, names in found.items()}


def _orders(root: Node) -> dict[str, Node]:
    return dict(root.mapping({"precedence"}).at("precedence").items())


def _order(
    group: str,
    node: Node,
    groups: Mapping[str, tuple[str, ...]],
    claims: Mapping[str, tuple[Claim, ...]],
    sources: Sequence[SourceDeclaration],
) -> tuple[str, ...]:
    if group not in groups:
        raise node.fail(f"no group of attributes that sources claim; known are {', '.join(groups)}")
    declared = {source.name for source in sources}
    claimed = {claim.source: name for name in groups[group] for claim in claims[name]}
    faults, order = Faults(), [(each, each.text()) for each in node.elements()]
    for place, (each, name) in enumerate(order):
        if name not in declared:
            faults.add(each.fail(f"unknown source {name}; declared are {', '.join(sorted(declared))}"))
        elif name not in claimed:
            faults.add(each.fail(f"{name} says nothing of this group ({', '.join(groups[group])})"))
        if name in [earlier for _, earlier in order[:place]]:
            faults.add(each.fail(f"{name} stands there twice"))
    for name in sorted(claimed.keys() - {name for _, name in order}):
        faults.add(node.fail(f"{name} has no place in the order, but says {claimed[name]}"))
    faults.raise_all()
    return tuple(name for _, name in order)


def _attributes(catalog: Catalog, found: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Attributes of the groups that have an order, each with its group."""
    for group, names in _groups(catalog).items():
        yield from ((name, group) for name in names if group in found)


def _ordered(
    name: str, sources: tuple[str, ...], claims: Mapping[str, tuple[Claim, ...]], catalog: Catalog
) -> Ordered:
    attribute = catalog.entities[CUSTOMER].attributes[name]
    columns = next(each.columns for each in canonical_datasets() if each.name == CUSTOMER)
    return Ordered(
        attribute=name,
        type=columns[name],
        folded=attribute.folded is not None,
        shown=attribute.sensitivity is Sensitivity.INTERNAL,
        sources=sources,
        claims=claims[name],
    )
