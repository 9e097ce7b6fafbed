"""`vitrina simulate`: extracts of a made-up operator in the formats of its source systems."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from pipelines.simulator.plan import Plan
from pipelines.simulator.run import SimulationReport
from pipelines.simulator.run import simulate as run_simulation

WORTH_SHOWING_S = 2.0
PARALLEL_FROM = 60_000
"""Below this many customers a second process costs more than it gives."""


def simulate(  # noqa: PLR0913, PLR0917 - each is an option of the command
    out: Annotated[Path, typer.Option(help="Folder to write inbox/ and truth/ into.")],
    customers: Annotated[int, typer.Option(help="Customers, prospects and gone ones included.")] = 20_000,
    months: Annotated[int, typer.Option(help="Full months of history before the as-of date.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Business date of the extracts.")
    ] = datetime(  # noqa: DTZ001
        2026, 7, 1
    ),
    dirty_rate: Annotated[float, typer.Option(help="Share of broken lines added to each file.")] = 0.0005,
    workers: Annotated[int, typer.Option(help="Processes; 0 = as many as the size is worth.")] = 0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write the extracts of a seeded, made-up telecom operator, and the truth about what was planted."""
    plan = Plan(customers, months, seed, out, as_of.date(), dirty_rate)
    started = time.monotonic()
    report = _with_progress(plan, workers or (2 if customers >= PARALLEL_FROM else 1))
    _print(report, out, time.monotonic() - started, json_output)


def _with_progress(plan: Plan, workers: int) -> SimulationReport:
    console = Console(stderr=True)
    started = time.monotonic()
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Simulating customers", total=plan.customers, visible=False)

        def advance(done: int, total: int) -> None:
            bar.update(
                task, completed=done, total=total, visible=time.monotonic() - started > WORTH_SHOWING_S
            )

        return run_simulation(plan, workers=workers, progress=advance)


def _print(report: SimulationReport, out: Path, seconds: float, as_json: bool) -> None:
    if as_json:
        content = {"out": str(out), "files": report.files, "lines": report.lines, "broken": report.broken}
        print(json.dumps(content | {"bytes": report.size, "elapsed_s": round(seconds, 3)}))
        return
    print(
        f"{report.files} files, {report.lines:,} lines ({report.broken:,} broken), "
        f"{report.size / 1e6:,.1f} MB in {out}, {seconds:.1f} s"
    )
