"""`vitrina datasets`: what a source can be mapped to."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.state import emit_json, state_of, stdout
from pipelines.ingest.canonical import CanonicalColumn, CanonicalDataset, canonical_datasets
from warehouse.errors import InputError


def datasets(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Show the columns of this data set.")] = None,
) -> None:
    """The canonical data sets that a source can be mapped to, or the columns of one."""
    known = canonical_datasets()
    if name is not None and name not in known:
        raise InputError(f"there is no canonical data set {name!r}; there are {', '.join(known)}")
    if state_of(context).json:
        chosen = known.values() if name is None else [known[name]]
        emit_json({"datasets": [_json(each) for each in chosen]})
    elif name is None:
        _show_all(list(known.values()), stdout())
    else:
        _show(known[name], stdout())


def _json(dataset: CanonicalDataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "grain": dataset.grain,
        "key": list(dataset.key),
        "business_date": dataset.business_date,
        "columns": [
            {
                "name": column.name,
                "type": column.type.value,
                "scale": column.scale,
                "required": column.required,
                "values": list(column.values),
            }
            for column in dataset.columns
        ],
    }


def _show_all(known: list[CanonicalDataset], console: Console) -> None:
    table = Table("data set", "rows", "must be mapped", box=None, pad_edge=False)
    for each in known:
        needed = ", ".join(column.name for column in each.columns if column.required)
        table.add_row(*map(Text, (each.name, each.grain, needed)))
    console.print(table)
    console.print("`vitrina datasets NAME` shows the columns of one", markup=False)


def _show(dataset: CanonicalDataset, console: Console) -> None:
    console.print(Text(f"{dataset.name}: {dataset.grain}", style="bold"))
    table = Table("column", "type", "", "values", box=None, pad_edge=False)
    for column in dataset.columns:
        cells = (column.name, _type(column), _role(column, dataset), ", ".join(column.values))
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    console.print(table)


def _type(column: CanonicalColumn) -> str:
    return f"{column.type.value}, {column.scale} places" if column.scale else column.type.value


def _role(column: CanonicalColumn, dataset: CanonicalDataset) -> str:
    roles = {
        "must be mapped": column.required,
        "key": column.name in dataset.key,
        "business date": column.name == dataset.business_date,
    }
    return ", ".join(role for role, holds in roles.items() if holds)
