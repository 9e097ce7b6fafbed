"""`vitrina identify`: from a number, address or id of any channel to the customer."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.context import open_deployment
from cli.state import emit_json, state_of, stdout
from segments.identity import Identification
from segments.identity import identify as look_up
from warehouse.errors import InputError

WORDS = {
    "found": "{value}: {customer} on {on}",
    "ambiguous": "{value}: several customers have it on {on}; none is chosen",
    "former": "{value}: nobody has it on {on}",
    "unknown": "{value}: not known",
}


def identify(
    context: typer.Context,
    value: Annotated[str, typer.Argument(help="Number, e-mail, Telegram name, tax id, account ...")],
    kind: Annotated[
        str | None, typer.Option(help="What it is, e.g. msisdn; default: whatever it can be.")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="The day to look at; default: the business date."),
    ] = None,
) -> None:
    """Whose a number, address or id is on a day. Where several customers have it, none is chosen."""
    state = state_of(context)
    day = _day(on)
    with open_deployment(state) as deployment:
        found = look_up(deployment.segments, value, deployment.actor, kind=kind, on=day)
    if state.json:
        emit_json(found.to_json())
    else:
        _show(found)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--on: {text!r} is not a date such as 2026-07-01") from error


def _show(found: Identification) -> None:
    words = WORDS[found.outcome].format(value=found.value, customer=found.customer_id, on=found.on)
    stdout().print(Text(words, style="bold"))
    if not found.holders:
        return
    table = Table(
        "customer", "kind", "value", "from", "to", "that day", "shared by", box=None, pad_edge=False
    )
    for one in found.holders:
        begins, ends = str(one.valid_from or ""), str(one.valid_to or "")
        shared = str(one.candidates) if one.candidates > 1 else ""
        cells = (one.customer_id, one.kind, one.value, begins, ends, "yes" if one.current else "no", shared)
        table.add_row(*map(Text, cells))
    stdout().print(table)
