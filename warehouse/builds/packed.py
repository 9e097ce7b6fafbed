"""Loads that lie in packs, as a build reads them: which loads count, and when their rows became known."""

from collections.abc import Sequence

import duckdb

from warehouse.builds.model import Load
from warehouse.files.packs import LOAD

PACKED = "raw.packed_load"


def make_packed(connection: duckdb.DuckDBPyConnection) -> None:
    """The empty table, in the schema of what a build reads."""
    connection.execute("create schema if not exists raw")
    connection.execute(
        f'create table {PACKED} ("{LOAD}" varchar, _source varchar, _load_mode varchar, _known_from date, '
        "_load_order integer)"
    )


def list_packed(connection: duckdb.DuckDBPyConnection, loads: Sequence[tuple[int, Load]]) -> None:
    """Enter those of `loads`, which are of one data set with their places in order, that lie in packs."""
    packed = [(order, load) for order, load in loads if load.packed]
    columns = (
        [load.load_id for _, load in packed],
        [load.source for _, load in packed],
        [load.mode for _, load in packed],
        [load.known_from for _, load in packed],
        [order for order, _ in packed],
    )
    connection.execute(
        f"insert into {PACKED} select unnest(?), unnest(?), unnest(?), unnest(?)::date, unnest(?)",
        list(columns),
    )


def read_together(loads: Sequence[tuple[int, Load]]) -> tuple[tuple[int, Load], ...]:
    """What is read one by one, with its place: of a pack, whose loads are read together, one load."""
    chosen: dict[object, tuple[int, Load]] = {}
    for order, load in loads:
        chosen.setdefault(load.files if load.packed else load.load_id, (order, load))
    return tuple(chosen.values())
