"""`vitrina bench`: ours against a hand-written reference in the same run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from benchmarks.model import PAIRS, Note, Report, Result, Setup
from benchmarks.registry import run
from benchmarks.targets import targets
from cli.state import State, emit_json, state_of, stderr, stdout


def bench(
    context: typer.Context,
    name: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; default: all.")] = None,
    customers: Annotated[int, typer.Option(min=1, help="Size of the made-up operator.")] = 100_000,
    data: Annotated[Path, typer.Option(help="Folder for the data, made once and reused.")] = Path(
        "bench-data"
    ),
    pairs: Annotated[
        int, typer.Option(min=1, help="Runs of each side; fewer than 7 are only a look.")
    ] = PAIRS,
) -> None:
    """Measure this machine: ours against hand-written code over the same data, answers compared."""
    state = state_of(context)
    with _telling(state) as note:
        reports = run(name or (), Setup(customers, data.resolve(), pairs, note))
    if state.json:
        documents = [report.to_json() for report in reports]
        emit_json(documents[0] if len(documents) == 1 else {"benchmarks": documents})
    else:
        _print(reports)
    if not all(report.same_answers for report in reports):
        raise typer.Exit(1)


@contextmanager
def _telling(state: State) -> Iterator[Note]:
    if state.json:
        yield lambda _: None
        return
    with stderr().status("Measuring") as status:
        yield status.update


def _print(reports: Sequence[Report]) -> None:
    for report in reports:
        table = Table(title=f"{report.bench}, {report.customers:,} customers", title_justify="left")
        table.add_column("result")
        for heading in ("ours, s", "reference, s", "ratio", "cpu, s", "peak, MB", "runs"):
            table.add_column(heading, justify="right")
        table.add_column("target")
        table.add_column("note", overflow="fold")
        for result in report.results:
            table.add_row(*_cells(report, result))
        stdout().print(table)


def _cells(report: Report, result: Result) -> tuple[str, ...]:
    numbers = (result.ours_s, result.reference_s, result.ratio, result.cpu_s)
    shown = ["" if number is None else f"{number:.2f}" for number in numbers]
    peak = "" if result.peak_mb is None else f"{result.peak_mb:,.0f}"
    return (result.name, *shown, peak, str(result.runs), _verdict(report, result), result.note)


def _verdict(report: Report, result: Result) -> str:
    if not result.same_answer:
        return "DIFFERENT ANSWERS"
    target = targets().get(report.bench, {}).get(result.name)
    if target is None:
        return ""
    broken = target.broken(result)
    told = f"over: {', '.join(broken)}" if broken else "within"
    return told if report.customers == target.customers else f"{told} (counts at {target.customers:,})"
