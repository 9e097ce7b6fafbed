"""The report of `vitrina status --report`: who the customers are, one segment with its SQL and time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.context import OpenDeployment, open_deployment
from cli.state import State
from segments.conditions.describe import describe
from segments.conditions.read import loads, parse
from warehouse.catalog.model import Attribute
from warehouse.errors import InputError

KIND, STATUS = "kind", "status"


def report_json(state: State, name: str | None = None) -> dict[str, Any]:
    """`{"customers": {kind: {status: n}}, "segment": {...} | null}`. `name`: a document in segments/."""
    with open_deployment(state) as deployment:
        return {"customers": _customers(deployment), "segment": _segment(state, deployment, name)}


def print_report(state: State, console: Console, name: str | None = None) -> None:
    """The same for people."""
    with open_deployment(state) as deployment:
        attributes = deployment.release.catalog.entities["customer"].attributes
        console.print(_table(_customers(deployment), attributes))
        segment = _segment(state, deployment, name)
    if segment is not None:
        share = 100 * segment["count"] / max(segment["universe"], 1)
        found = f"{segment['count']:,} of {segment['universe']:,} ({share:.2f}%)"
        console.print(f"\nSegment “{segment['name']}”: {found} in {segment['elapsed_ms']} ms", markup=False)
        for part in ("sentence", "sql"):
            console.print(segment[part], markup=False, soft_wrap=True)


def _customers(deployment: OpenDeployment) -> dict[str, dict[str, int]]:
    attributes = deployment.release.catalog.entities["customer"].attributes
    return {
        kind.value: {
            status.value: _count(deployment, {KIND: kind.value, STATUS: status.value})
            for status in attributes[STATUS].values
        }
        for kind in attributes[KIND].values
    }


def _count(deployment: OpenDeployment, wanted: Mapping[str, str]) -> int:
    conditions = [{"attr": name, "op": "eq", "value": value} for name, value in wanted.items()]
    document = {"version": 1, "entity": "customer", "where": {"all": conditions}}
    return deployment.segments.count(document, deployment.actor).count


def _segment(state: State, deployment: OpenDeployment, name: str | None) -> dict[str, Any] | None:
    """The named document, or the first by file name that tells some customers from others."""
    for path in _documents(state, name):
        document = loads(path.read_bytes())
        answer = deployment.segments.count(document, deployment.actor)
        if name is None and answer.count in {0, answer.universe}:
            continue
        return {
            "file": path.name,
            "name": str(document.get("name", path.stem)),
            "sentence": describe(parse(document), deployment.release.catalog, "en"),
            "count": answer.count,
            "universe": answer.universe,
            "elapsed_ms": answer.elapsed_ms,
            "sql": deployment.segments.sql(document, deployment.actor).sql,
        }
    return None


def _documents(state: State, name: str | None) -> list[Path]:
    folder = state.home / "segments"
    if name is None:
        return sorted(folder.glob("*.json"))
    path = folder / f"{name}.json"
    if not path.is_file():
        raise InputError(f"{path}: no such segment document")
    return [path]


def _table(counts: Mapping[str, Mapping[str, int]], attributes: Mapping[str, Attribute]) -> Table:
    table = Table(title="Customers", title_justify="left")
    table.add_column("")
    for status in attributes[STATUS].values:
        table.add_column(status.labels["en"], justify="right")
    for kind in attributes[KIND].values:
        table.add_row(kind.labels["en"], *(f"{number:,}" for number in counts[kind.value].values()))
    return table
