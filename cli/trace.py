"""`vitrina trace`: from a number about a customer back to the rows of the sources."""

from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.context import OpenDeployment, open_deployment
from cli.state import emit_json, state_of, stdout
from pipelines.lib.trace import Traced, trace
from segments.conditions.read import DocumentError
from warehouse.builds.raw_rows import COUNTS, SourceRow
from warehouse.errors import InputError
from warehouse.settings import load_settings


def trace_value(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="Business id of the customer.")],
    attribute: Annotated[str, typer.Argument(help="Attribute of the profile, or a month's column of it.")],
    limit: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 50,
) -> None:
    """Where a value of the profile comes from: the rows of raw that speak of the customer, and which of them count."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        _require_everything(deployment)
        value = _value(deployment, customer, attribute)
    traced = trace(load_settings(state.home), customer, attribute)
    if state.json:
        emit_json({"customer": customer, "value": value} | traced.to_json())
    else:
        _show(customer, value, traced, limit)


def _require_everything(deployment: OpenDeployment) -> None:
    """Raw knows no rights yet: its rows are shown to those alone who may see all of the profile."""
    actor = deployment.actor
    if not actor.scope.everything or actor.attribute_groups is not None:
        raise InputError(
            f"{actor.name} may not see rows of raw: that needs the right to all customers and attributes"
        )


def _value(deployment: OpenDeployment, customer: str, attribute: str) -> Any:
    """What the current release says; None also for a month's column, which is no attribute of its own."""
    entity = deployment.release.catalog.entities["customer"]
    document = {"version": 1, "where": {"attr": _id_attribute(deployment), "op": "eq", "value": customer}}
    shown = [attribute] if attribute in entity.attributes else []
    try:
        page = deployment.segments.members(document, deployment.actor, attributes=shown, limit=1)
    except DocumentError as error:
        raise InputError(str(error)) from error
    if not page.rows.num_rows:
        raise InputError(f"{customer}: the release has no such customer")
    return page.shown()[0].get(attribute)


def _id_attribute(deployment: OpenDeployment) -> str:
    entity = deployment.release.catalog.entities["customer"]
    return next(name for name, each in entity.attributes.items() if each.column == entity.id)


def _show(customer: str, value: Any, traced: Traced, limit: int) -> None:
    out = stdout()
    told = "" if value is None else f" = {value}"
    out.print(Text(f"{customer}: {traced.attribute}{told}", style="bold"))
    out.print(Text("made from " + ", ".join(origin.name for origin in traced.origins)))
    for name in traced.shared:
        out.print(Text(f"{name}: its rows do not say whose they are"))
    table = Table("data set", "file", "row", "known from", "state", "values", box=None, pad_edge=False)
    for row in traced.rows[:limit]:
        file = f"{row.load.source}: {traced.files[row.load.load_id]}"
        cells = (row.dataset, file, str(row.row), str(row.load.known_from), row.state, _values(row, traced))
        table.add_row(*map(Text, cells))
    out.print(table)
    if len(traced.rows) > limit:
        out.print(Text(f"{len(traced.rows) - limit} more rows: --limit"))
    for line in _sums(traced):
        out.print(Text(line))


def _values(row: SourceRow, traced: Traced) -> str:
    """The columns in question first, by name; the others that have a value behind them."""
    asked = {origin.column for origin in traced.origins if origin.dataset == row.dataset}
    names = sorted(row.values, key=lambda name: (name not in asked, list(row.values).index(name)))
    kept = [name for name in names if row.values[name] is not None and "__" not in name]
    return ", ".join(f"{name} {row.values[name]}" for name in kept)


def _sums(traced: Traced) -> list[str]:
    """Number of rows that count, and what their numbers come to."""
    lines = []
    for origin in traced.origins:
        rows = [row for row in traced.rows if row.dataset == origin.dataset and row.state == COUNTS]
        numbers = [row.values[origin.column] for row in rows] if origin.column else []
        known = [number for number in numbers if isinstance(number, Decimal)]
        total = f", sum {sum(known)}" if known else ""
        lines.append(f"{origin.name}: rows that count {len(rows)}{total}")
    return lines
