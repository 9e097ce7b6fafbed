"""Which rows of raw speak of one customer, and which of them count: the way back from the mart to the sources."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.builds.model import Dataset, Load
from warehouse.builds.packed import make_packed
from warehouse.builds.prepare import raw_view
from warehouse.builds.sql import in_force, literal, quoted
from warehouse.connection import connect

OWNERS: Mapping[str, str] = {
    "customer_id": "customer",
    "related_customer_id": "customer",
    "contract_id": "contract",
    "account_id": "account",
    "subscription_id": "subscription",
    "msisdn": "number",
    "tax_id": "taxpayer",
    "buyer_tax_id": "taxpayer",
}
"""Columns by which a row of raw says whose it is -> of what kind the id is."""
REACHED = (
    ("customer", "tax_id"),
    ("contract", "contract_id"),
    ("account", "account_id"),
    ("subscription", "subscription_id"),
    ("subscription", "msisdn"),
)
"""(data set, column) by which, in this order, the ids of a customer are found."""
COUNTS, NEWER_ROW, NEWER_FILE = "counts", "replaced by a newer row", "replaced by a newer file"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of raw. `row`: its place among its load's rows, from 0; `state`: whether the mart is made from it."""

    dataset: str
    load: Load
    row: int
    state: str
    values: Mapping[str, Any]


class Origins:
    """Raw as it lies there, for questions about single customers; scans the columns of ids, so seconds for millions."""

    def __init__(self, datasets: Sequence[Dataset], loads: Sequence[Load]) -> None:
        self._datasets = {dataset.name: dataset for dataset in datasets}
        self._loads = {name: [load for load in loads if load.dataset == name] for name in self._datasets}

    def rows(self, customer_id: str, wanted: Sequence[str]) -> tuple[SourceRow, ...]:
        """Rows of the data sets `wanted` that speak of the customer, in the order in which they became known."""
        with closing(connect()) as connection:
            make_packed(connection)
            ids = self._ids(connection, customer_id)
            return tuple(row for name in wanted for row in self._rows(connection, name, ids))

    def can_say(self, dataset: str) -> bool:
        """Whether rows of the data set say whose they are."""
        return not OWNERS.keys().isdisjoint(self._datasets[dataset].columns)

    def _ids(self, connection: duckdb.DuckDBPyConnection, customer_id: str) -> dict[str, set[str]]:
        """Kind of id -> the customer's ids of that kind."""
        ids: dict[str, set[str]] = {kind: set() for kind in OWNERS.values()}
        ids["customer"] = {customer_id}
        for name, column in REACHED:
            found = {row.values[column] for row in self._rows(connection, name, ids) if row.state == COUNTS}
            ids[OWNERS[column]] |= found - {None}
        return ids

    def _rows(
        self, connection: duckdb.DuckDBPyConnection, name: str, ids: Mapping[str, set[str]]
    ) -> tuple[SourceRow, ...]:
        dataset, loads = self._datasets[name], self._loads[name]
        owned = [
            f"{quoted(column)} in ({', '.join(map(literal, sorted(ids[kind])))})"
            for column, kind in OWNERS.items()
            if column in dataset.columns and ids[kind] and not _leads_elsewhere(name, column)
        ]
        if not owned or not any(load.files for load in loads):
            return ()
        current = {load.load_id for load in in_force(loads)}
        orders = [order for order, load in enumerate(loads) if load.load_id in current]
        found = connection.sql(
            _STATED.format(
                rows=raw_view(connection, dataset, loads),
                owned=" or ".join(owned),
                key=", ".join(map(quoted, dataset.key)) or "_load_order, _row",
                in_force=f"_load_order in ({', '.join(map(str, orders)) or 'null'})",
            )
        ).fetchall()
        return tuple(
            SourceRow(name, loads[order], place, state, dict(zip(dataset.columns, values, strict=True)))
            for order, place, state, *values in found
        )


def _leads_elsewhere(dataset: str, column: str) -> bool:
    """A subscription's number and a customer's tax id are what is looked for there, not whose the row is."""
    return (dataset, column) in {("subscription", "msisdn"), ("customer", "tax_id")}


# Rows with the key of a row that speaks of the customer decide with it which of them is the newest.
_STATED = f"""
    with row as ({{rows}}),
    touched as (select distinct {{key}} from row where {{owned}}),
    judged as (
        select row.*, ({{owned}}) is true as owned, {{in_force}} as in_force,
            row_number() over (
                partition by {{key}}, {{in_force}} order by (_known_from, _load_order, _row) desc
            ) as place
        from row semi join touched using ({{key}})
    )
    select _load_order, _row, case
            when not in_force then '{NEWER_FILE}'
            when _load_mode <> 'append' and place > 1 then '{NEWER_ROW}'
            else '{COUNTS}'
        end as state, * exclude (_load_order, _row, _load_mode, _known_from, owned, in_force, place)
    from judged where owned
    order by _known_from, _load_order, _row
"""  # noqa: S608
