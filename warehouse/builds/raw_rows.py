"""Rows of raw found by a condition on them, each with whether it counts, without holding the others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.builds.model import Dataset, Load
from warehouse.builds.packed import make_packed
from warehouse.builds.prepare import raw_view
from warehouse.builds.sql import in_force, literal, quoted
from warehouse.identifiers import define_macro, is_one_of

COUNTS, NEWER_ROW, NEWER_FILE = "counts", "replaced by a newer row", "replaced by a newer file"
ONE_FORM = "raw.identifier_value"
MARKS = ("_known_from", "_load_order", "_row")
Mark = tuple[date, int, int]
"""What orders the versions of a key: since when it was known, its load and its place there."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of raw. `row`: its place among its load's rows, from 0; `state`: whether the mart is made from it."""

    dataset: str
    load: Load
    row: int
    state: str
    values: Mapping[str, Any]


class RawRows:
    """Raw as it lies there, on a connection of its own. Conditions are SQL that the reader of files can take over."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, datasets: Sequence[Dataset], loads: Sequence[Load]
    ) -> None:
        make_packed(connection)
        define_macro(connection, ONE_FORM)
        self._connection = connection
        self.datasets = {dataset.name: dataset for dataset in datasets}
        self._loads: dict[str, list[Load]] = defaultdict(list)
        for load in loads:
            self._loads[load.dataset].append(load)
        self._views: dict[str, str] = {}

    def stated(self, name: str, conditions: Sequence[str]) -> tuple[SourceRow, ...]:
        """Rows of a data set for which any of the conditions holds, in the order in which they became known.

        One scan a condition: the reader takes over a comparison of a column, but not several joined by `or`.
        """
        loads = self._loads[name]
        if not any(load.files for load in loads):
            return ()
        columns = self.datasets[name].columns
        found = {
            (known_from, order, place): dict(zip(columns, values, strict=True))
            for condition in conditions
            for known_from, order, place, values in self._versions(name, columns, condition)
        }
        used = {load.load_id for load in in_force(loads)}
        orders = {order for order, load in enumerate(loads) if load.load_id in used}
        newest = self._newest(name, orders, list(found.values()))

        def state(mark: Mark) -> str:
            if mark[1] not in orders:
                return NEWER_FILE
            key = tuple(found[mark][column] for column in self.datasets[name].key)
            appended = loads[mark[1]].mode == "append"
            return COUNTS if appended or newest.get(key, mark) == mark else NEWER_ROW

        return tuple(
            SourceRow(name, loads[mark[1]], mark[2], state(mark), found[mark]) for mark in sorted(found)
        )

    def current(self, name: str, conditions: Sequence[str]) -> tuple[SourceRow, ...]:
        """Those of `stated` that count."""
        return tuple(row for row in self.stated(name, conditions) if row.state == COUNTS)

    def _versions(
        self, name: str, columns: Iterable[str], condition: str
    ) -> Iterator[tuple[date, int, int, tuple[Any, ...]]]:
        """What marks each row for which the condition holds, and its values."""
        shown = ", ".join(map(quoted, (*MARKS, *columns)))
        sql = f"select {shown} from {self._view(name)} where {condition}"  # noqa: S608
        for known_from, order, place, *values in self._connection.sql(sql).fetchall():
            yield known_from, order, place, tuple(values)

    def _view(self, name: str) -> str:
        """Made once: the packed loads of a data set are listed once."""
        if name not in self._views:
            self._views[name] = quoted(f"rows_of_{name}")
            rows = raw_view(self._connection, self.datasets[name], self._loads[name])
            self._connection.execute(f"create view {self._views[name]} as {rows}")
        return self._views[name]

    def _newest(
        self, name: str, orders: Iterable[int], found: Sequence[Mapping[str, Any]]
    ) -> Mapping[tuple[Any, ...], Mark]:
        """Key of each row that was found -> its newest version among the rows that can be sent again."""
        key = self.datasets[name].key
        if not found or not key or all(load.mode == "append" for load in self._loads[name]):
            return {}
        among = [
            f"_load_order in ({', '.join(map(str, sorted(orders))) or 'null'})",
            "_load_mode <> 'append'",
        ]
        for column in key:
            values = {row[column] for row in found}
            if None not in values:
                among.append(is_among(column, map(str, values)))
        newest: dict[tuple[Any, ...], Mark] = {}
        for known_from, order, place, same in self._versions(name, key, " and ".join(among)):
            mark = (known_from, order, place)
            newest[same] = max(newest.get(same, mark), mark)
        return newest


def is_among(column: str, values: Iterable[str]) -> str:
    """SQL: the column holds one of the values, which are cast to its type; false without values."""
    listed = ", ".join(map(literal, sorted(values)))
    return f"{quoted(column)} in ({listed})" if listed else "false"


def has_form(column: str, kind: str, forms: Iterable[str]) -> str:
    """SQL: the one form of the column's identifier is one of `forms`; false without forms."""
    return is_one_of(ONE_FORM, kind, quoted(column), sorted(forms))
