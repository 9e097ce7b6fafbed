"""`vitrina list`: uploaded lists of customers."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.context import OpenDeployment, open_deployment
from cli.state import emit_json, state_of, stdout
from segments.answers import plain
from segments.saved import Upload, UploadedLists
from store import ListRow, UploadedList
from warehouse.errors import InputError
from warehouse.files.keys import KeyFile

app = typer.Typer(help="Uploaded lists: upload, ls, show, delete.", no_args_is_help=True)

SHOWN_ROWS = 50
ListId = Annotated[str, typer.Argument(metavar="ID", help="Id of a list.")]


@app.command()
def upload(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, TXT or Excel file with one key per row.")
    ],
    name: Annotated[str, typer.Option(help="Name of the list.")],
    key: Annotated[
        str,
        typer.Option(
            help="What the file names customers by: customer_id, msisdn, phone, email, tax_id, account ..."
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option(help="Column with the keys; default: the one named as the key, or the only one."),
    ] = None,
    encoding: Annotated[str, typer.Option(help="utf-8 or cp1251.")] = "utf-8",
    delimiter: Annotated[str, typer.Option(help="Character between columns.")] = ",",
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="From this business date on the list can't be used.")
    ] = None,
) -> None:
    """Make a list of the customers whom the rows of a file name."""
    state = state_of(context)
    form = KeyFile(file.name, key, column, encoding, delimiter)
    order = Upload(_content(file), form, name, _day(expires))
    with open_deployment(state) as deployment:
        made = _lists(deployment).upload(order, deployment.actor)
        rows = _lists(deployment).rows(made.id, deployment.actor)
    if state.json:
        emit_json(list_json(made) | {"problem_rows": [row_json(row) for row in rows]})
    else:
        _show(made, rows)


@app.command("ls")
def list_lists(context: typer.Context) -> None:
    """The lists there are, by name."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        found = _lists(deployment).all()
    if state.json:
        emit_json({"lists": [list_json(one) for one in found]})
        return
    table = Table("id", "name", "customers", "key", "owner", "expires", box=None, pad_edge=False)
    for one in found:
        ends = str(one.expires_on or "")
        table.add_row(*map(Text, (one.id, one.name, f"{one.counts.accepted:,}", one.key, one.owner, ends)))
    stdout().print(table)


@app.command()
def show(context: typer.Context, list_id: ListId) -> None:
    """What became of the rows of an upload: counts, and the rows that gave no customer with their lines."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        found, users = _lists(deployment).get(list_id)
        rows = _lists(deployment).rows(list_id, deployment.actor)
    if state.json:
        used = [{"id": use.id, "version": use.version} for use in users]
        emit_json(list_json(found) | {"problem_rows": [row_json(row) for row in rows], "used_by": used})
    else:
        _show(found, rows)


@app.command()
def delete(context: typer.Context, list_id: ListId) -> None:
    """Remove a list; documents that name it are refused from then on."""
    state = state_of(context)
    with open_deployment(state) as deployment:
        _lists(deployment).delete(list_id, deployment.actor)
    if state.json:
        emit_json({"id": list_id, "state": "deleted"})
    else:
        stdout().print(Text(f"{list_id} deleted"))


def list_json(found: UploadedList) -> dict[str, Any]:
    """A list without its members; rows = accepted + rejected + duplicates + unknown."""
    return {
        "id": found.id,
        "name": found.name,
        "entity": found.entity,
        "key": found.key,
        "owner": found.owner,
        "file": found.file_name,
        "rows": found.counts.rows,
        "accepted": found.counts.accepted,
        "rejected": found.counts.rejected,
        "duplicates": found.counts.duplicates,
        "unknown": found.counts.unknown,
        "ambiguous": found.counts.ambiguous,
        "created_at": plain(found.created_at),
        "expires_on": plain(found.expires_on),
        "deleted_at": plain(found.deleted_at),
    }


def row_json(row: ListRow) -> dict[str, Any]:
    """A row that gave no member."""
    return {"line": row.line, "outcome": row.outcome, "value": row.value, "reason": row.reason}


def _lists(deployment: OpenDeployment) -> UploadedLists:
    return UploadedLists(deployment.store, deployment.segments)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--expires: {text!r} is not a date such as 2026-07-01") from error


def _show(found: UploadedList, rows: tuple[ListRow, ...]) -> None:
    console, counts = stdout(), found.counts
    console.print(Text(f"{found.id}: {found.name}", style="bold"))
    console.print(
        f"{counts.rows:,} rows = {counts.accepted:,} accepted + {counts.rejected:,} rejected"
        f" + {counts.duplicates:,} duplicates + {counts.unknown:,} unknown"
    )
    if counts.ambiguous:
        console.print(f"of the rejected, {counts.ambiguous:,} have a key of several customers")
    if found.deleted_at is not None:
        console.print("deleted")
    table = Table("line", "", "value", "reason", box=None, pad_edge=False)
    for row in rows[:SHOWN_ROWS]:
        table.add_row(str(row.line), row.outcome, Text(row.value), Text(row.reason))
    if rows:
        console.print(table)
    if len(rows) > SHOWN_ROWS:
        console.print(f"... and {len(rows) - SHOWN_ROWS:,} more rows; `--json` has them all")
