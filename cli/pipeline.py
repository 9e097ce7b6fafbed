"""`vitrina run`, `vitrina build`, `vitrina compact`, `vitrina status`."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.report import print_report, report_json
from cli.sources import print_source_status, source_status, source_status_json
from cli.state import State, emit_json, state_of, stderr, stdout
from cli.status import print_release_status, release_status, release_status_json
from pipelines.ingest.compact import compact as compact_raw
from pipelines.lib.ownership import owned
from warehouse.settings import load_settings

if TYPE_CHECKING:
    from pipelines.run import RunReport

MILESTONES = {
    "ingested": "sources read",
    "prepared": "customers numbered, raw laid out",
    "dbt finished": "models built and tested",
    "caches": "tables written",
    "pointer": "release is current",
}


def run(context: typer.Context) -> None:
    """Ingest, build, check and publish, through Dagster. Killed at any moment, it can be started again."""
    _run(state_of(context), ingest=True)


def build(context: typer.Context) -> None:
    """Build and publish from what is in raw already, without reading the sources."""
    _run(state_of(context), ingest=False)


def compact(context: typer.Context) -> None:
    """Put small loads of raw together, so that builds read few large files. What raw says stays the same."""
    state = state_of(context)
    load_settings(state.home)
    with owned(state.home, str(uuid.uuid4())):
        packs = compact_raw(state.home, many=1)
    if state.json:
        emit_json({"packs": [asdict(pack) for pack in packs]})
        return
    for pack in packs:
        loads = f"{pack.loads:,} loads in {pack.folders:,} folders are in one now"
        stdout().print(f"{pack.source}, {pack.dataset}: {loads}", markup=False)
    if not packs:
        stdout().print("nothing to compact")


def status(
    context: typer.Context,
    report: Annotated[
        bool, typer.Option("--report", help="Add counts by kind and status, and a segment.")
    ] = False,
    segment: Annotated[
        str | None, typer.Option(help="Which document in segments/ the report counts, by its name.")
    ] = None,
) -> None:
    """Freshness, reconciliation, last runs, rejected rows, releases."""
    state = state_of(context)
    settings = load_settings(state.home)
    releases = release_status(settings)
    sources = source_status(settings, releases.current)
    if state.json:
        document = source_status_json(sources) | release_status_json(releases)
        emit_json(document | ({"report": report_json(state, segment)} if report else {}))
        return
    print_source_status(sources, stdout())
    print_release_status(releases, stdout())
    if report:
        print_report(state, stdout(), segment)


def _run(state: State, *, ingest: bool) -> None:
    from pipelines.run import run_pipeline  # noqa: PLC0415 (Dagster takes seconds to import)

    with _progress(state) as listener:
        done = run_pipeline(state.home, ingest=ingest, listener=listener)
    if state.json:
        emit_json(done.to_json())
    else:
        for line in _words(done):
            stdout().print(line, markup=False, soft_wrap=True)


def _words(done: "RunReport") -> Iterator[str]:
    news = "is current now" if done.is_new else "was current already: nothing new"
    yield f"release {done.release} {news} ({done.seconds:.0f} s)"
    yield f"{done.customers:,} customers as of {done.as_of}, known on {done.known_on}"
    for message in done.unavailable:
        yield f"unavailable, older content is in use: {message}"
    yield from done.missing
    for name, count in done.unknown_customers.items():
        yield f"{name}: {count:,} rows belong to no known customer and are in no profile"


@contextmanager
def _progress(state: State) -> Iterator[Callable[[str], None]]:
    """What the run is doing, on standard error: a moving line on a terminal, milestones elsewhere."""
    console = stderr()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def tell(step: str) -> None:
            bar.update(task, description=step)
            if step in MILESTONES and not console.is_terminal and not state.json:
                console.print(MILESTONES[step])

        yield tell
