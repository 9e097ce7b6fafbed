"""What `vitrina status` says about sources: how fresh they are, their loads, whether the numbers agree."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.holes import holes_json, print_holes
from cli.ingest import load_json
from cli.rejects import RejectedRows, rejects_json, sample, sample_table
from pipelines.ingest.declaration import readable_sources
from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.lib.freshness import Freshness, freshness
from pipelines.lib.loads import table_of
from store import LoadProblem, open_store
from warehouse.releases.model import ControlTotal, Manifest
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Each declared data set; files that could not be loaded; a sample of the rejected rows; what is wrong with
    declarations that can't be read.

    `as_of` is the business date of the current release, whose control totals are `totals`.
    """

    declared: tuple[Freshness, ...]
    problems: tuple[LoadProblem, ...]
    rejects: tuple[RejectedRows, ...]
    as_of: date | None
    totals: tuple[ControlTotal, ...]
    faults: tuple[str, ...] = ()

    def totals_of(self, dataset: str) -> tuple[ControlTotal, ...]:
        """Of a data set, from all its sources."""
        return tuple(each for each in self.totals if each.name.startswith(f"{table_of(dataset)}."))


def source_status(settings: Settings, current: Manifest | None) -> SourceStatus:
    """Gather it. `current` describes the current release."""
    # Whoever looks for what is wrong is told of it, and of all the rest.
    sources, faults = readable_sources(settings)
    declared = [dataset for source in sources for dataset in source.datasets]
    loads = list_loads(settings.home)
    with closing(open_store(settings.store_url or settings.home)) as store, store.reading() as work:
        problems, last_loaded = work.loads.problems(), work.loads.last_loaded()
    return SourceStatus(
        freshness(declared, loads, last_loaded),
        problems,
        sample(loads),
        current.as_of if current else settings.as_of,
        current.control_totals if current else (),
        tuple(faults.found),
    )


def source_status_json(status: SourceStatus) -> dict[str, Any]:
    """The part of `vitrina status --json` about sources."""
    return {
        "sources": [_source_json(status, each) for each in status.declared],
        "declaration_faults": list(status.faults),
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


def _source_json(status: SourceStatus, each: Freshness) -> dict[str, Any]:
    totals = status.totals_of(each.dataset)
    return {
        "source": each.source,
        "dataset": each.dataset,
        "loads": len(each.loads),
        "loaded_at": each.loaded_at.isoformat() if each.loaded_at else None,
        "known_from": _day(each.known_from),
        "told_until": _day(each.rows_until),
        "age_days": each.age_days(status.as_of),
        "complete_from": _day(each.complete_from),
        "complete_before": _day(each.told_before),
        "missing": holes_json(each.holes),
        **_rows(each.loads),
        "deleted": each.loads[-1].deleted if each.loads else 0,
        "last": load_json(each.loads[-1]) if each.loads else None,
        "control_totals": [total_json(total) for total in totals],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _rows(loads: tuple[RawLoad, ...]) -> dict[str, int]:
    names = ("rows_in", "accepted", "rejected", "duplicates")
    return {name: sum(getattr(load, name) for load in loads) for name in names}


def total_json(total: ControlTotal) -> dict[str, str | bool | None]:
    """One control total of a release; `agrees` is None where there was nothing to compare."""
    numbers = {
        "source": total.source,
        "left_out": total.left_out,
        "raw": total.raw,
        "mart": total.mart,
        "tolerance_percent": total.tolerance_percent,
    }
    texts = {key: None if value is None else str(value) for key, value in numbers.items()}
    agrees = total.source_agrees and total.mart_agrees if total.compared else None
    return {"name": total.name, **texts, "agrees": agrees}


def print_source_status(status: SourceStatus, console: Console) -> None:
    """The same for people."""
    if status.faults:
        console.print(
            "Declarations that can't be read; nothing is ingested until they are mended", style="bold red"
        )
        for fault in status.faults:
            console.print(fault, style="red", markup=False, soft_wrap=True)
    console.print(_freshness_table(status))
    print_holes(status.declared, console)
    console.print(_rows_table(status))
    if status.problems:
        console.print("Files that could not be loaded", style="bold red")
        for problem in status.problems:
            console.print(problem.message, style="red", markup=False)
    if status.rejects:
        console.print(sample_table(status.rejects))


def _freshness_table(status: SourceStatus) -> Table:
    table = Table(title="Sources", title_justify="left")
    for heading in ("source", "data set", "last load (UTC)", "known from", "rows until"):
        table.add_column(heading)
    table.add_column("days old", justify="right")
    table.add_column("complete")
    for each in status.declared:
        loaded = f"{each.loaded_at:%Y-%m-%d %H:%M}" if each.loaded_at else ""
        known, age = _day(each.known_from) or "never loaded", each.age_days(status.as_of)
        days = (loaded, known, _day(each.rows_until) or "", "" if age is None else f"{age:,}")
        table.add_row(each.source, each.dataset, *days, _complete(each))
    return table


def _complete(each: Freshness) -> str:
    if each.told_before is None:
        return ""
    missing = f"from {each.complete_from} ({each.missing} missing), " if each.holes else ""
    return f"{missing}before {each.told_before}"


def _rows_table(status: SourceStatus) -> Table:
    table = Table(title="Rows", title_justify="left")
    for heading in ("source", "data set"):
        table.add_column(heading)
    for heading in ("loads", "rows in", "accepted", "rejected", "duplicates", "deleted"):
        table.add_column(heading, justify="right")
    for heading in ("control totals", "agreed"):
        table.add_column(heading)
    for each in status.declared:
        deleted = each.loads[-1].deleted if each.loads else 0
        numbers = (len(each.loads), *_rows(each.loads).values(), deleted)
        agreement = _agreement(status.totals_of(each.dataset))
        table.add_row(
            each.source, each.dataset, *(f"{each:,}" for each in numbers), _controls(each.loads), agreement
        )
    return table


def _agreement(found: tuple[ControlTotal, ...]) -> str:
    totals = [total for total in found if total.compared]
    odd = [total.name for total in totals if not (total.source_agrees and total.mart_agrees)]
    if odd:
        return f"not: {', '.join(odd)}"
    if not totals:
        return ""
    stated = any(total.source is not None for total in totals)
    shown = any(total.mart is not None for total in totals)
    return " = ".join(name for name, there in (("source", stated), ("raw", True), ("mart", shown)) if there)


def _controls(loads: tuple[RawLoad, ...]) -> str:
    compared = [load for load in loads if load.controls]
    if not compared:
        return "none"
    exact = sum(all(check["expected"] == check["actual"] for check in load.controls) for load in compared)
    return f"{exact} of {len(compared)} exact" + ("" if exact == len(compared) else ", rest within tolerance")
