"""What holds for derived attributes: what they are made of exists, fits, and is protected as well as they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from warehouse.catalog.model import (
    Attribute,
    Case,
    Catalog,
    Derived,
    Elapsed,
    Entity,
    Number,
    Sensitivity,
    ValueType,
    WindowSum,
)

NUMERIC = frozenset({ValueType.INTEGER, ValueType.DECIMAL})
MOST_PLACES = 6
"""Decimal places of a number: what it is worked out of has to fit into 38 digits."""


def derived_problems(place: str, attribute: Attribute, entity: Entity, catalog: Catalog) -> Iterator[str]:
    """Problems of an attribute of the entity; none for a stored one."""
    siblings = entity.attributes
    if isinstance(attribute.derived, Elapsed):
        base = siblings.get(attribute.derived.of)
        if base is None or base.type is not ValueType.DATE or base.derived is not None:
            yield f"{place}: `of` must name a stored date of the same entity"
    if isinstance(attribute.derived, Case):
        yield from _case_problems(place, attribute, attribute.derived, siblings)
    if isinstance(attribute.derived, Number):
        yield from _number_problems(place, attribute, attribute.derived, entity, catalog)
    yield from _protection_problems(place, attribute, _sources(attribute.derived, siblings, catalog))


def _number_problems(
    place: str, attribute: Attribute, number: Number, entity: Entity, catalog: Catalog
) -> Iterator[str]:
    if attribute.scale > MOST_PLACES:
        yield f"{place}: a number is rounded to at most {MOST_PLACES} places"
    for operand in number.of:
        if isinstance(operand, WindowSum):
            yield from (f"{place}: {problem}" for problem in _window_problems(operand, entity, catalog))
            continue
        found = entity.attributes.get(operand)
        if found is None or found.derived is not None or found.type not in NUMERIC:
            yield f"{place}: {operand} is no stored number of the same entity"


def _window_problems(window: WindowSum, entity: Entity, catalog: Catalog) -> Iterator[str]:
    fact = catalog.facts.get(window.fact)
    if fact is None or entity.name not in fact.keys:
        yield f"there is no fact {window.fact} of {entity.name}"
        return
    measure = fact.measures.get(window.measure)
    if measure is None or measure.type not in NUMERIC:
        yield f"{window.fact} has no measure {window.measure} that is a number"


def _protection_problems(place: str, attribute: Attribute, sources: Mapping[str, Attribute]) -> Iterator[str]:
    """A derived attribute is as protected as what it is made of, or says in so many words that it is not."""
    opened = {name: source for name, source in sources.items() if not _as_protected(attribute, source)}
    for name in sorted(set(opened) - set(attribute.reveals)):
        kept = f"{opened[name].sensitivity} (group {opened[name].group or 'none'})"
        yield f"{place}: {name} is {kept}: be so too, or say `reveals: [{name}]`"
    for name in sorted(set(attribute.reveals) - set(opened)):
        yield f"{place}: `reveals` names {name}, which it does not"


def _sources(
    derived: Derived | None, siblings: Mapping[str, Attribute], catalog: Catalog
) -> dict[str, Attribute]:
    """What a derived attribute is made of: attributes by name, measures as FACT.MEASURE; unknown ones left out."""
    match derived:
        case Elapsed(of=of):
            names = {of}
        case Case(branches=branches):
            names = {name for when, _ in branches for name in _named(when)}
        case Number(of=operands):
            names = {operand for operand in operands if isinstance(operand, str)}
        case _:
            names = set()
    found = {name: siblings[name] for name in sorted(names) if name in siblings}
    for window in derived.windows if isinstance(derived, Number) else ():
        fact = catalog.facts.get(window.fact)
        if fact is not None and window.measure in fact.measures:
            found[f"{window.fact}.{window.measure}"] = fact.measures[window.measure]
    return found


def _as_protected(attribute: Attribute, source: Attribute) -> bool:
    """Whether only those who may see the source may see the attribute."""
    if Sensitivity.INTERNAL is source.sensitivity or attribute.sensitivity is Sensitivity.SECRET:
        return True
    return attribute.sensitivity is source.sensitivity and attribute.group == source.group


def _case_problems(
    place: str, attribute: Attribute, case: Case, siblings: Mapping[str, Attribute]
) -> Iterator[str]:
    allowed = {value.value for value in attribute.values}
    results = {then for _, then in case.branches} | ({case.otherwise} if case.otherwise else set())
    yield from (f"{place}: {result} is not among its `values`" for result in sorted(results - allowed))
    for when, _ in case.branches:
        for name in _named(when):
            if name not in siblings or siblings[name].derived is not None:
                yield f"{place}: a branch asks for {name}, which is no stored attribute of the same entity"


def _named(node: Any) -> Iterator[str]:
    """Attributes that a condition names, at any depth."""
    if isinstance(node, Mapping):
        if "attr" in node:
            yield str(node["attr"])
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _named(value)
