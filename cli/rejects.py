"""`vitrina rejects`: which lines of which files did not enter, and why; a sample of them is in `vitrina status`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.state import emit_json, state_of, stdout
from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.lib.loads import replaced_by
from warehouse.errors import InputError
from warehouse.files.model import Reject
from warehouse.files.parquet import read_rejects
from warehouse.settings import load_settings

SAMPLE = 3
DEFAULT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """One load with the first of its rejected rows, in the order of the file; `load.rejected` counts them all.

    `replaced_by`: the file that has taken the place of this one, whose rows count no more.
    """

    load: RawLoad
    rows: tuple[Reject, ...]
    replaced_by: str | None = None


def rejects(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
    file: Annotated[str, typer.Option(metavar="TEXT", help="Only files with this text in their name.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = DEFAULT_LIMIT,
) -> None:
    """Rejected rows with file, line, column, value, reason and what could be read of the row; newest files
    first. Files that a newer one has replaced are marked: their rows count no more.
    """
    state = state_of(context)
    loads = list_loads(load_settings(state.home).home)
    unknown = [name for name in source or () if name not in {load.source for load in loads}]
    if unknown:
        raise InputError(f"no file of source {', '.join(unknown)} has been loaded")
    chosen = [
        load
        for load in reversed(loads)
        if load.rejects and file in load.file_name and (not source or load.source in source)
    ]
    shown = tuple(_up_to(chosen, limit, replaced_by(loads)))
    total = sum(load.rejected for load in chosen)
    if state.json:
        emit_json({"total": total, "rejects": [row for each in shown for row in rejects_json(each)]})
    else:
        _show(shown, total, stdout())


def sample(loads: Sequence[RawLoad]) -> tuple[RejectedRows, ...]:
    """The first few rejected rows of the newest load of each source and data set, by name."""
    newest, replaced = {(load.source, load.dataset): load for load in loads}, replaced_by(loads)
    return tuple(
        RejectedRows(load, read_rejects(load.rejects, SAMPLE, load.only), _name(load, replaced))
        for _, load in sorted(newest.items())
        if load.rejects
    )


def _name(load: RawLoad, replaced: Mapping[str, RawLoad]) -> str | None:
    newer = replaced.get(load.load_id)
    return newer.file_name if newer else None


def _up_to(loads: Sequence[RawLoad], limit: int, replaced: Mapping[str, RawLoad]) -> Iterator[RejectedRows]:
    for load in loads:
        if load.rejects is None or limit <= 0:
            continue
        rows = read_rejects(load.rejects, limit, load.only)
        limit -= len(rows)
        yield RejectedRows(load, rows, _name(load, replaced))


def rejects_json(each: RejectedRows) -> Iterator[dict[str, Any]]:
    """Rejected rows of one load as JSON."""
    for row in each.rows:
        yield {
            "source": each.load.source,
            "dataset": each.load.dataset,
            "file": each.load.file_name,
            "line": row.line,
            "column": row.column,
            "value": row.value,
            "reason": row.reason,
            "record": row.record,
            "replaced_by": each.replaced_by,
        }


def sample_table(sampled: Sequence[RejectedRows]) -> Table:
    """The sample of `vitrina status`: per load the first rows, and how many there are."""
    table = Table(
        title="Rejected rows of the newest files",
        title_justify="left",
        caption="`vitrina rejects` shows all of them",
        caption_justify="left",
    )
    for heading in ("file", "line", "column", "value", "reason"):
        table.add_column(heading, justify="right" if heading == "line" else "left", overflow="fold")
    for each in sampled:
        for row in each.rows:
            cells = (each.load.file_name, str(row.line), row.column or "", row.value or "", row.reason)
            table.add_row(*map(Text, cells))
        if each.load.rejected > len(each.rows):
            more = f"and {each.load.rejected - len(each.rows):,} more"
            table.add_row(Text(each.load.file_name), "", "", "", Text(more, style="dim"))
    return table


def _show(shown: Sequence[RejectedRows], total: int, console: Console) -> None:
    for each in shown:
        load = each.load
        counts = f"{load.rejected:,} of {load.rows_in:,} rows rejected ({load.source}, {load.dataset})"
        console.print(Text(f"{load.file_name}: {counts}", style="bold"))
        if each.replaced_by:
            newer = (
                "was sent again"
                if each.replaced_by == load.file_name
                else f"is replaced by {each.replaced_by}"
            )
            console.print(Text(f"this file {newer}: its rows count no more", style="yellow"))
        table = Table("line", "column", "value", "reason", "row", box=None, pad_edge=False)
        for row in each.rows:
            cells = (str(row.line), row.column or "", row.value or "", row.reason, row.record or "")
            table.add_row(*(Text(cell, overflow="fold") for cell in cells))
        console.print(table)
    rest = total - sum(len(each.rows) for each in shown)
    if rest:
        console.print(f"{rest:,} more; --limit shows more, --source and --file choose", markup=False)
    if not total:
        console.print("no rejected rows")
