"""`vitrina ingest`, and what `vitrina status` says about sources and loads."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from cli.rejects import RejectedRows, rejects_json, sample, sample_table
from cli.state import State, emit_json, state_of, stderr, stdout
from pipelines.ingest.declaration import load_sources
from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.ingest.run import IngestReport, Progress
from pipelines.ingest.run import ingest as run_ingest
from pipelines.lib.clock import local_day
from store import LoadProblem, open_store
from warehouse.settings import Settings, load_settings

LOCAL_ADMINISTRATOR = "admin"


def ingest(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
) -> None:
    """Load new files of the declared sources into raw; files whose content is there already are left
    alone.
    """
    state = state_of(context)
    settings = load_settings(state.home)
    with closing(open_store(settings.store_url or settings.home)) as store, _bar(state) as progress:
        actor = state.user or LOCAL_ADMINISTRATOR
        report = run_ingest(settings, store, source, progress, actor=actor, today=local_day(settings))
    if state.json:
        emit_json(report_json(report))
    else:
        print_report(report, stdout())
    if report.problems:
        # The report has been printed: what is left to say is that not everything is in order.
        raise typer.Exit(2 if report.refused else 1)


@contextmanager
def _bar(state: State) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=stderr(), transient=True, disable=state.json) as bar:
        task = bar.add_task("Reading sources", total=None)

        def tell(progress: Progress) -> None:
            bar.update(task, total=progress.total, completed=progress.done, description=progress.file.name)

        yield tell


def report_json(report: IngestReport) -> dict[str, Any]:
    """An ingestion's outcome as JSON."""
    return {
        "loads": [_load_json(load) for load in report.new],
        "unchanged": [
            {"file": outcome.file.name, "same_content_as": outcome.same_as}
            for outcome in report.outcomes
            if outcome.same_as is not None
        ],
        "problems": [
            {
                "source": each.source,
                "dataset": each.dataset,
                "file": each.file,
                "message": each.message,
                "unavailable": each.unavailable,
            }
            for each in report.problems
        ],
    }


def print_report(report: IngestReport, console: Console) -> None:
    """An ingestion's outcome for people."""
    for load in report.new:
        console.print(
            f"{load.file_name}: {load.accepted:,} rows accepted, {load.rejected:,} rejected, "
            f"{load.duplicates:,} duplicates ({load.source}, {load.dataset})",
            markup=False,
        )
        for warning in load.warnings:
            console.print(f"  note: {warning}", markup=False)
    renamed = [each for each in report.outcomes if each.same_as not in {None, each.file.name}]
    for outcome in renamed:
        console.print(outcome.message, markup=False)
    unchanged = len(report.outcomes) - len(report.new) - len(renamed)
    if unchanged:
        console.print(f"files in raw already, nothing to do for them: {unchanged:,}")
    for problem in report.refused:
        console.print(f"not loaded: {problem.message}", style="red", markup=False)
    for problem in report.unavailable:
        console.print(f"unavailable: {problem.message}", style="yellow", markup=False)


@dataclass(frozen=True, slots=True)
class IngestStatus:
    """What is in raw: loads, files that could not be loaded, a sample of the rejected rows."""

    declared: tuple[tuple[str, str], ...]
    loads: tuple[RawLoad, ...]
    problems: tuple[LoadProblem, ...]
    rejects: tuple[RejectedRows, ...]


def ingest_status(settings: Settings) -> IngestStatus:
    """Gather the ingestion part of `vitrina status`."""
    declared = [(each.source, each.dataset) for source in load_sources(settings) for each in source.datasets]
    loads = list_loads(settings.home)
    with closing(open_store(settings.store_url or settings.home)) as store, store.reading() as work:
        problems = work.loads.problems()
    return IngestStatus(tuple(declared), loads, problems, sample(loads))


def _of(status: IngestStatus, source: str, dataset: str) -> list[RawLoad]:
    return [load for load in status.loads if (load.source, load.dataset) == (source, dataset)]


def status_json(status: IngestStatus) -> dict[str, Any]:
    """The ingestion part of `vitrina status --json`."""
    return {
        "sources": [
            _source_json(source, dataset, _of(status, source, dataset)) for source, dataset in status.declared
        ],
        "problems": [
            {
                "source": problem.source,
                "dataset": problem.dataset,
                "file": problem.file,
                "message": problem.message,
                "reported_at": problem.reported_at.isoformat() if problem.reported_at else None,
            }
            for problem in status.problems
        ],
        "rejects": [row for each in status.rejects for row in rejects_json(each)],
    }


def _source_json(source: str, dataset: str, loads: list[RawLoad]) -> dict[str, Any]:
    return {
        "source": source,
        "dataset": dataset,
        "loads": len(loads),
        "known_from": loads[-1].known_from.isoformat() if loads else None,
        "rows_in": sum(load.rows_in for load in loads),
        "accepted": sum(load.accepted for load in loads),
        "rejected": sum(load.rejected for load in loads),
        "duplicates": sum(load.duplicates for load in loads),
        "deleted": loads[-1].deleted if loads else 0,
        "told_until": _told_until(loads),
        "last": _load_json(loads[-1]) if loads else None,
    }


def _told_until(loads: list[RawLoad]) -> str | None:
    """The newest business date among the rows, where the data set has one."""
    days = [load.business_dates[1] for load in loads if load.business_dates]
    return max(days).isoformat() if days else None


def _load_json(load: RawLoad) -> dict[str, Any]:
    return {
        "load_id": load.load_id,
        "source": load.source,
        "dataset": load.dataset,
        "file": load.file_name,
        "known_from": load.known_from.isoformat(),
        "rows_in": load.rows_in,
        "accepted": load.accepted,
        "rejected": load.rejected,
        "duplicates": load.duplicates,
        "deleted": load.deleted,
        "deleted_keys": str(load.deletions) if load.deletions else None,
        "control_totals": [dict(check) for check in load.controls],
        "warnings": list(load.warnings),
    }


def print_status(status: IngestStatus, console: Console) -> None:
    """The ingestion part of `vitrina status` for people."""
    console.print(_sources_table(status))
    if status.problems:
        console.print("Files that could not be loaded", style="bold red")
        for problem in status.problems:
            console.print(problem.message, style="red", markup=False)
    if status.rejects:
        console.print(sample_table(status.rejects))


def _sources_table(status: IngestStatus) -> Table:
    table = Table(title="Sources", title_justify="left")
    for heading in ("source", "data set", "known from", "rows until"):
        table.add_column(heading)
    for heading in ("loads", "rows in", "accepted", "rejected", "duplicates", "deleted"):
        table.add_column(heading, justify="right")
    table.add_column("control totals")
    for source, dataset in status.declared:
        loads = _of(status, source, dataset)
        numbers = (
            len(loads),
            sum(load.rows_in for load in loads),
            sum(load.accepted for load in loads),
            sum(load.rejected for load in loads),
            sum(load.duplicates for load in loads),
            loads[-1].deleted if loads else 0,
        )
        known_from = loads[-1].known_from.isoformat() if loads else "never loaded"
        days = (known_from, _told_until(loads) or "")
        table.add_row(source, dataset, *days, *(f"{number:,}" for number in numbers), _controls(loads))
    return table


def _controls(loads: list[RawLoad]) -> str:
    compared = [load for load in loads if load.controls]
    if not compared:
        return "none"
    exact = sum(all(check["expected"] == check["actual"] for check in load.controls) for load in compared)
    return f"{exact} of {len(compared)} exact" + ("" if exact == len(compared) else ", rest within tolerance")
