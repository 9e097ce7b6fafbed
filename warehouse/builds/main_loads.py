"""Data sets whose rows come from one load all but a few: of its keys only those that others repeat have versions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.builds.model import Dataset, Load
from warehouse.builds.sql import in_force

MAIN_LOAD = "raw.main_load"
"""Where the build database tells dbt of them: data set, `MainLoad.order`, `MainLoad.alone`."""
FEW = 4
"""The main load has so many times the rows of all others together, or more."""


@dataclass(frozen=True, slots=True)
class MainLoad:
    """`order`: its place among the loads of its data set. `alone`: no other load counts, but appended ones."""

    order: int
    alone: bool


def main_load(dataset: Dataset, loads: Sequence[tuple[int, Load]]) -> MainLoad | None:
    """The main load among those that count, given with their places in order; None where there is none.

    Appended loads are beside the point: all their rows are kept.
    """
    sent = [(order, load) for order, load in loads if load.mode != "append" and load.files]
    if not sent:
        return None
    order, main = max(sent, key=lambda each: each[1].rows)
    others = sum(load.rows for _, load in sent) - main.rows
    if not main.key or not set(main.key) <= set(dataset.key) or others * FEW > main.rows:
        return None
    return MainLoad(order, len(sent) == 1)


def told_once(datasets: Sequence[Dataset], loads: Sequence[Load]) -> Collection[str]:
    """Names of data sets of which all rows of the loads in force count: nothing was sent again."""
    used = in_force(loads)
    found = {
        dataset.name: main_load(dataset, [(0, load) for load in used if load.dataset == dataset.name])
        for dataset in datasets
    }
    return {name for name, main in found.items() if main is not None and main.alone}


def list_main_loads(connection: duckdb.DuckDBPyConnection, found: Sequence[tuple[Dataset, MainLoad]]) -> None:
    """Tell dbt of them."""
    connection.execute(f"create table {MAIN_LOAD} (dataset varchar, load_order integer, alone boolean)")
    for dataset, main in found:
        row = [dataset.name, main.order, main.alone]
        connection.execute(f"insert into {MAIN_LOAD} values (?, ?, ?)", row)  # noqa: S608
