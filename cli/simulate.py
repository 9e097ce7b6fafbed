"""`vitrina simulate`: extracts of a made-up operator in the formats of its source systems."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from cli.state import State, emit_json, state_of, stderr, stdout
from pipelines.simulator.plan import Plan
from pipelines.simulator.run import Progress, SimulationReport
from pipelines.simulator.run import simulate as run_simulation

WORTH_SHOWING_S = 2.0
PARALLEL_FROM = 60_000
"""Below this many customers a second process costs more than it gives."""


def simulate(
    context: typer.Context,
    customers: Annotated[
        int, typer.Option(help="Customers on the anchor day, prospects and gone ones included.")
    ] = 20_000,
    months: Annotated[int, typer.Option(help="Full months of history before the anchor day.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same operator.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for inbox/ and truth/; default: --home.")] = None,
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Business date of the extracts.")
    ] = datetime(2026, 7, 1),  # noqa: DTZ001 - a calendar date, parsed by the option
    anchor: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="First as-of date of this operator; default: that of the folder, otherwise --as-of.",
        ),
    ] = None,
    dirty_rate: Annotated[float, typer.Option(help="Share of broken lines added to each file.")] = 0.0005,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 = what the size is worth.")] = 0,
) -> None:
    """Write the extracts of a seeded, made-up telecom operator, and the truth about what was planted.

    Run again with a later --as-of to get only the files of the new business days.
    """
    state = state_of(context)
    since = anchor.date() if anchor else None
    plan = Plan(customers, months, seed, out or state.home, as_of.date(), dirty_rate, anchor=since)
    started = time.monotonic()
    with _bar(state) as progress:
        report = run_simulation(
            plan, workers=workers or (2 if customers >= PARALLEL_FROM else 1), progress=progress
        )
    _print(report, plan, time.monotonic() - started, state)


@contextmanager
def _bar(state: State) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    started = time.monotonic()
    console = stderr()
    hidden = state.json or not console.is_terminal
    with Bar(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("Simulating customers", total=None, visible=False)

        def tell(done: int, total: int) -> None:
            shown = time.monotonic() - started > WORTH_SHOWING_S
            bar.update(task, completed=done, total=total, visible=shown)

        yield tell


def _print(report: SimulationReport, plan: Plan, seconds: float, state: State) -> None:
    if state.json:
        emit_json(
            {
                "out": str(plan.out),
                "customers": plan.customers,
                "as_of": plan.as_of.isoformat(),
                "since": report.since.isoformat() if report.since else None,
                "files": report.files,
                "lines": report.lines,
                "broken": report.broken,
                "bytes": report.size,
                "elapsed_s": round(seconds, 3),
            }
        )
        return
    continued = f", continued from {report.since}" if report.since else ""
    stdout().print(
        f"{plan.customers:,} customers{continued}: {report.files} files, {report.lines:,} lines "
        f"({report.broken:,} of them broken on purpose), {report.size / 1e6:,.1f} MB in {plan.out}, "
        f"{seconds:.1f} s",
        soft_wrap=True,
    )
