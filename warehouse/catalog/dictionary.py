"""The data dictionary: the catalogue as a page that people read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from warehouse.catalog.model import Attribute, Catalog, Entity, Fact, Relation, Sensitivity

HEAD = """# Data dictionary

What can be asked, shown and exported: attributes of entities, facts with their measures, relations. Written by
`vitrina dictionary` from the catalogue (`models/semantic/` and the additions of a deployment); don't edit it by hand.
*Made from* names canonical data sets and their columns (`vitrina datasets`); `vitrina trace CUSTOMER ATTRIBUTE` leads
from a value to the rows. `personal` and `secret` attributes are shown by right only. `historic` ones can be asked at
earlier dates: as they were on the as-of date (`as_of`), or as known on the day of knowledge (`known`).
"""

SERIES = """The newest 24 of the months from the first to the last with usage, charges or payments.
No value means that no row of the month has a known value.
"""


def dictionary(catalog: Catalog) -> str:
    """The whole page in Markdown."""
    return "\n".join([HEAD, *_contents(catalog), *_entities(catalog), *_facts(catalog), *_relations(catalog)])


def _contents(catalog: Catalog) -> Iterator[str]:
    for entity in catalog.entities.values():
        yield f"* Entity [{entity.name}](#{entity.name}): {len(entity.attributes)} attributes"
    for fact in catalog.facts.values():
        yield f"* Fact [{fact.name}](#{fact.name}): {len(fact.measures)} measures, {len(fact.attributes)} attributes"
    yield "* [Relations](#relations)\n"


def _entities(catalog: Catalog) -> Iterator[str]:
    for entity in catalog.entities.values():
        yield f"## {entity.name}\n"
        yield f"{_labels(entity.labels)}. One row of `{entity.table}` each, by `{entity.id}`.{_exists(entity)}\n"
        for group, attributes in _by_group(entity.attributes.values()):
            label = _labels(catalog.groups[group].labels) if group in catalog.groups else group
            yield f"### {entity.name}: {label}\n"
            yield from _table(attributes)
        yield from _series(catalog, entity)


def _exists(entity: Entity) -> str:
    existing = f" It exists from `{entity.exists_from}` on." if entity.exists_from else ""
    public = (
        " Reference data of nobody: whoever may see some customers sees all of it." if entity.public else ""
    )
    return existing + public


def _series(catalog: Catalog, entity: Entity) -> Iterator[str]:
    found = [
        (series.prefix, fact, series.measure)
        for fact in catalog.facts.values()
        for series in fact.monthly
        if series.entity == entity.name
    ]
    if found:
        yield f"### {entity.name}: sums per calendar month\n"
        yield SERIES
        yield from _rows(
            ("column", "sum of"),
            [(f"`{prefix}YYYY_MM`", f"{fact.name}.{measure}") for prefix, fact, measure in found],
        )


def _facts(catalog: Catalog) -> Iterator[str]:
    for fact in catalog.facts.values():
        yield f"## {fact.name}\n"
        yield f"{_labels(fact.labels)}. {_grain(fact)}\n"
        if fact.measures:
            yield "Measures:\n"
            yield from _table(fact.measures.values())
        if fact.attributes:
            yield "Attributes:\n"
            yield from _table(fact.attributes.values())


def _grain(fact: Fact) -> str:
    whose = ", ".join(fact.keys)
    row = "event" if fact.grain == "event" else f"{fact.grain} that begins on its date"
    key = f" Told apart by {', '.join(f'`{column}`' for column in fact.key)}." if fact.key else ""
    return f"One row of `{fact.table}` per {row}; its date is `{fact.business_date}`, it belongs to: {whose}.{key}"


def _relations(catalog: Catalog) -> Iterator[str]:
    yield "## Relations\n"
    yield from _rows(
        ("relation", "of", "to", "name"), [_relation(each) for each in catalog.relations.values()]
    )


def _relation(relation: Relation) -> Sequence[str]:
    return relation.name, relation.parent, relation.child, _labels(relation.labels)


def _by_group(attributes: Iterable[Attribute]) -> Iterator[tuple[str, list[Attribute]]]:
    groups: dict[str, list[Attribute]] = {}
    for attribute in attributes:
        groups.setdefault(attribute.group, []).append(attribute)
    yield from groups.items()


def _table(attributes: Iterable[Attribute]) -> Iterator[str]:
    return _rows(
        ("name", "type", "meaning", "no value means", "made from"), [_cells(each) for each in attributes]
    )


def _cells(attribute: Attribute) -> Sequence[str]:
    return (
        f"`{attribute.name}`",
        _type(attribute),
        _meaning(attribute),
        attribute.null_meaning.get("en", ""),
        attribute.lineage,
    )


def _type(attribute: Attribute) -> str:
    scale = f" ({attribute.scale} places)" if attribute.scale else ""
    unit = f", {attribute.unit}" if attribute.unit else ""
    hidden = "" if attribute.sensitivity is Sensitivity.INTERNAL else f"; {attribute.sensitivity}"
    history = f"; historic ({attribute.historic})" if attribute.historic else ""
    return f"{attribute.type}{scale}{unit}{hidden}{history}"


def _meaning(attribute: Attribute) -> str:
    parts = [_labels(attribute.labels)]
    if attribute.description:
        parts.append(attribute.description["en"])
    if attribute.values:
        parts.append(", ".join(f"`{each.value}` {each.labels['en']}" for each in attribute.values))
    return ". ".join(parts)


def _labels(labels: Mapping[str, str]) -> str:
    return f"{labels['en']} / {labels['ru']}"


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))
    yield from (_line(row) for row in rows)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
