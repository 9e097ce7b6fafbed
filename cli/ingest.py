"""`vitrina ingest`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from cli.holes import holes_json, print_holes
from cli.state import State, emit_json, state_of, stderr, stdout
from pipelines.ingest.raw import RawLoad
from pipelines.ingest.run import IngestReport, Progress
from pipelines.ingest.run import ingest as run_ingest
from pipelines.lib.clock import local_day
from pipelines.lib.freshness import Freshness, with_holes
from store import open_store
from warehouse.settings import load_settings

LOCAL_ADMINISTRATOR = "admin"


def ingest(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
    rehash: Annotated[
        bool, typer.Option("--rehash", help="Read every file, also those that lie there unchanged.")
    ] = False,
) -> None:
    """Load new files of the declared sources into raw; files whose content is there already are left
    alone.
    """
    state = state_of(context)
    settings = load_settings(state.home)
    with closing(open_store(settings.store_url or settings.home)) as store, _bar(state) as progress:
        actor = state.user or LOCAL_ADMINISTRATOR
        today = local_day(settings)
        report = run_ingest(settings, store, source, progress, actor=actor, today=today, rehash=rehash)
    late = with_holes(settings, source)
    if state.json:
        emit_json(report_json(report) | {"missing": [_late_json(each) for each in late]})
    else:
        print_report(report, stdout())
        print_holes(late, stdout())
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
        "loads": [load_json(load) for load in report.new],
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


def _late_json(each: Freshness) -> dict[str, Any]:
    return {"source": each.source, "dataset": each.dataset, "days": holes_json(each.holes)}


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


def load_json(load: RawLoad) -> dict[str, Any]:
    """One load as JSON."""
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
