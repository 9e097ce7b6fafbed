"""What `vitrina status` says about releases, reconciliation and runs."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.sources import total_json
from store import Run, open_store
from warehouse.disk import disk_use
from warehouse.releases.feed import Edge, TableChanges, edges
from warehouse.releases.model import Manifest
from warehouse.releases.reader import ReleaseError, current_release_id, read_manifest
from warehouse.releases.retention import damaged_releases, stored_releases
from warehouse.settings import Settings

SHOWN_RUNS = 5
GB = 10**9


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """The current release (None before the first), all stored ones, what changed into them, the last runs, the disk.

    `disk`: bytes by folder, `budget_gb` what they may come to. `damaged`: what can't be read, with its file.
    """

    current: Manifest | None
    stored: tuple[str, ...]
    runs: tuple[Run, ...]
    changes: tuple[Edge, ...] = ()
    disk: Mapping[str, int] = field(default_factory=dict)
    budget_gb: int = 0
    damaged: tuple[str, ...] = ()

    @property
    def over_budget(self) -> bool:
        """Whether the deployment takes more of the disk than it is given."""
        return sum(self.disk.values()) > self.budget_gb * GB


def release_status(settings: Settings) -> ReleaseStatus:
    """Gather it; no table of a release is opened."""
    home = settings.home
    with closing(open_store(settings.store_url or home)) as store, store.reading() as work:
        runs = work.runs.last(SHOWN_RUNS)
    current, damage = _current(home)
    feed = edges(home)
    return ReleaseStatus(
        current=current,
        stored=stored_releases(home),
        runs=runs,
        changes=tuple(sorted(feed.whole, key=lambda edge: (edge.as_of, edge.after, edge.before))),
        disk=disk_use(home),
        budget_gb=settings.disk_budget_gb,
        damaged=tuple(dict.fromkeys((*damage, *damaged_releases(home), *feed.damaged))),
    )


def _current(home: Path) -> tuple[Manifest | None, tuple[str, ...]]:
    """The current release, or what is wrong with it."""
    try:
        named = current_release_id(home)
        return (read_manifest(home, named) if named else None), ()
    except ReleaseError as error:
        return None, (str(error),)


def release_status_json(status: ReleaseStatus) -> dict[str, Any]:
    """The release part of `vitrina status --json`."""
    current = status.current
    return {
        "release": current.release_id if current else None,
        "as_of": current.as_of.isoformat() if current else None,
        "known_on": current.known_on.isoformat() if current else None,
        "tables": {name: table.rows for name, table in current.tables.items()} if current else {},
        "facts": {
            name: _days(each.complete_from, each.complete_before) for name, each in current.facts.items()
        }
        if current
        else {},
        "unowned": {name: each.unowned for name, each in current.facts.items()} if current else {},
        "control_totals": [total_json(total) for total in current.control_totals] if current else [],
        "releases": list(status.stored),
        "changes": [_edge_json(edge) for edge in status.changes],
        "damaged": list(status.damaged),
        "disk": {
            "bytes": dict(status.disk),
            "budget_gb": status.budget_gb,
            "over_budget": status.over_budget,
        },
        "runs": [_run_json(run) for run in status.runs],
    }


def print_release_status(status: ReleaseStatus, console: Console) -> None:
    """The release part of `vitrina status` for people."""
    current = status.current
    for message in status.damaged:
        console.print(message, style="bold red", markup=False)
    if current is None and not status.stored:
        console.print("No release yet: `vitrina run` makes the first one", markup=False)
    elif current is not None:
        console.print(f"Release {current.release_id}: as of {current.as_of}, known on {current.known_on}")
        console.print(_totals_table(current))
        for name, each in current.facts.items():
            if each.complete_from:
                console.print(f"{name}: complete from {each.complete_from} to before {each.complete_before}")
        _print_unowned(current, console)
        _print_changes(status, current.release_id, console)
    if status.runs:
        console.print(_runs_table(status))
    _print_disk(status, console)


def _print_unowned(current: Manifest, console: Console) -> None:
    """Rows that count for nobody: their account, payer or number is unknown, or is several customers'."""
    told = ", ".join(f"{name} {each.unowned:,}" for name, each in current.facts.items() if each.unowned)
    if told:
        console.print(f"Rows of no known customer, in no profile: {told}", markup=False)


def _print_changes(status: ReleaseStatus, current: str, console: Console) -> None:
    """What the current release changed, as the change feed has it."""
    for edge in status.changes:
        if edge.after == current:
            told = ", ".join(_changes_text(each) for each in edge.tables.values()) or "no row"
            console.print(f"Changed since release {edge.before}: {told}", markup=False)


def _changes_text(changes: TableChanges) -> str:
    kinds = {"new": changes.inserted, "changed": changes.updated, "deleted": changes.deleted}
    numbers = " / ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)
    return f"{changes.table} {numbers}"


def _print_disk(status: ReleaseStatus, console: Console) -> None:
    if not status.disk:
        return
    shares = ", ".join(f"{area} {_size(size)}" for area, size in status.disk.items() if size >= GB // 1000)
    line = f"Disk: {_size(sum(status.disk.values()))} of {status.budget_gb} GB"
    console.print(line + (f" ({shares})" if shares else ""), markup=False)
    if status.over_budget:
        console.print(
            "More than its budget (`disk_budget_gb` in vitrina.yml)", style="bold red", markup=False
        )


def _size(count: int) -> str:
    return f"{count / GB:.1f} GB" if count >= GB else f"{count / GB * 1000:.0f} MB"


def _totals_table(manifest: Manifest) -> Table:
    table = Table(title="Reconciliation", title_justify="left")
    table.add_column("total")
    for heading in ("stated by the source", "left out", "raw", "mart"):
        table.add_column(heading, justify="right")
    for total in manifest.control_totals:
        numbers = (total.source, total.left_out or None, total.raw, total.mart)
        cells = ["" if number is None else f"{number:,}" for number in numbers]
        table.add_row(total.name, *(cells if total.compared else ("", "", "not compared", "")))
    return table


def _runs_table(status: ReleaseStatus) -> Table:
    table = Table(title="Last runs", title_justify="left")
    for heading in ("started (UTC)", "state", "release", "message"):
        table.add_column(heading, overflow="fold")
    for run in status.runs:
        table.add_row(f"{run.started_at:%Y-%m-%d %H:%M:%S}", run.state, run.release_id or "", run.message)
    return table


def _days(first: Any, before: Any) -> dict[str, str | None]:
    return {
        "complete_from": first.isoformat() if first else None,
        "complete_before": before.isoformat() if before else None,
    }


def _edge_json(edge: Edge) -> dict[str, Any]:
    counts = ("inserted", "updated", "deleted")
    tables = {
        name: {kind: getattr(changes, kind) for kind in counts} for name, changes in edge.tables.items()
    }
    return {"before": edge.before, "after": edge.after, "as_of": edge.as_of.isoformat(), "tables": tables}


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "release": run.release_id,
        "message": run.message,
    }
