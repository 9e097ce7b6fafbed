"""`vitrina segment attributes`: what the current release can be asked about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.context import open_deployment
from cli.state import emit_json, state_of, stdout
from segments.conditions.types import allowed_operators, visible_attributes
from warehouse.access import Actor
from warehouse.catalog.model import Attribute, Catalog
from warehouse.errors import InputError

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Shown:
    """An attribute of an entity, or an attribute or measure of a fact; `use` says which."""

    owner: str
    use: str
    attribute: Attribute


@app.command("attributes")
def attributes(
    context: typer.Context,
    of: Annotated[str | None, typer.Argument(help="Entity or fact; default: all of them.")] = None,
    find: Annotated[str, typer.Option(help="Only those with this text in the name or a label.")] = "",
) -> None:
    """Attributes and measures that a document may name, with types, operators and values."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        catalog, actor = deployment.release.catalog, deployment.actor
    owners = [*catalog.entities, *catalog.facts]
    if of is not None and of not in owners:
        raise InputError(f"there is no entity or fact {of!r}; there are {', '.join(owners)}")
    found = [each for each in _usable(catalog, actor) if of in {None, each.owner} and _has(each, find)]
    if state.json:
        emit_json({"attributes": [_json(each) for each in found]})
    else:
        _show(found, stdout())


def _usable(catalog: Catalog, actor: Actor) -> Iterator[Shown]:
    groups: list[tuple[str, str, Mapping[str, Attribute]]] = [
        (entity.name, "attribute", entity.attributes) for entity in catalog.entities.values()
    ]
    for fact in catalog.facts.values():
        groups += [(fact.name, "measure", fact.measures), (fact.name, "attribute", fact.attributes)]
    for owner, use, members in groups:
        yield from (Shown(owner, use, each) for each in visible_attributes(members, actor))


def _has(each: Shown, text: str) -> bool:
    names = (each.attribute.name, *each.attribute.labels.values())
    return any(text.casefold() in name.casefold() for name in names)


def _json(each: Shown) -> dict[str, Any]:
    attribute = each.attribute
    return {
        "of": each.owner,
        "use": each.use,
        "name": attribute.name,
        "type": attribute.type.value,
        "labels": dict(attribute.labels),
        "unit": attribute.unit,
        "operators": sorted(allowed_operators(attribute)),
        "values": [value.value for value in attribute.values],
    }


def _show(found: list[Shown], console: Console) -> None:
    table = Table("of", "name", "", "type", "label", "values", box=None, pad_edge=False)
    for each in found:
        attribute = each.attribute
        values = ", ".join(value.value for value in attribute.values)
        label = attribute.labels.get("en", attribute.name)
        use = each.use if each.use == "measure" else ""
        cells = (each.owner, attribute.name, use, attribute.type.value, label, values)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    console.print(table if found else Text("none"))
