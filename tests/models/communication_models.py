"""The models of communications, app and registries over tables made by hand: their own SQL, run as a build would."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import jinja2

from pipelines.lib.canonical import MODELS, canonical_datasets
from warehouse.identifiers import define_macro

IN_ORDER = (
    "intermediate/int_customer_survivor",
    "intermediate/int_customer_number",
    "marts/dim_customer",
    "intermediate/int_customer_key",
    "intermediate/int_tax_id_owner",
    "intermediate/int_identifier_holder",
    "marts/fct_service_request",
    "marts/fct_contact",
    "marts/fct_response",
    "marts/fct_app_event",
    "marts/fct_legal_status",
    "marts/fct_e_invoice",
    "intermediate/int_customer_contacts",
    "intermediate/int_customer_responses",
    "intermediate/int_customer_requests",
    "intermediate/int_customer_app",
    "intermediate/int_customer_legal",
    "intermediate/int_customer_e_invoices",
)
STAGED = frozenset(
    {
        *("customer", "identifier", "contact", "response", "service_request", "app_event"),
        *("legal_status", "organisation", "e_invoice"),
    }
)
SHAPES: Mapping[str, Mapping[str, str]] = {
    "customer_no": {"customer_no": "UINTEGER", "customer_id": "VARCHAR"},
    "dim_account": {"account_id": "VARCHAR", "customer_no": "UINTEGER"},
    "dim_subscription": {
        "subscription_id": "VARCHAR",
        "customer_no": "UINTEGER",
        "msisdn": "VARCHAR",
        "activated_on": "DATE",
        "deactivated_on": "DATE",
    },
    **{f"stg_{each.name}": each.columns for each in canonical_datasets() if each.name in STAGED},
}
Rows = Sequence[Mapping[str, Any]]


@contextmanager
def built(customers: Rows, **tables: Rows) -> Iterator[duckdb.DuckDBPyConnection]:
    """The models over these rows, columns that a row leaves out NULL. Customers are numbered from 1 in their order."""
    numbers = [
        {"customer_no": place, "customer_id": row["customer_id"]}
        for place, row in enumerate(customers, start=1)
    ]
    rows = {**tables, "customer_no": numbers, "stg_customer": customers}
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; create schema raw")
        define_macro(connection, "raw.identifier_value")
        for name, columns in SHAPES.items():
            _fill(connection, name, columns, rows.pop(name, ()))
        assert not rows, f"unknown tables {sorted(rows)}"
        for model in IN_ORDER:
            connection.execute(f"create table {model.partition('/')[2]} as {rendered(model)}")
        yield connection


def rendered(model: str) -> str:
    """SQL of a model with the names of tables in place of references."""
    template = jinja2.Template((MODELS / f"{model}.sql").read_text(encoding="utf-8"))
    return template.render(ref=lambda name: name, source=lambda _, name: name, config=lambda **_: "")


def found(connection: duckdb.DuckDBPyConnection, table: str, customer_no: int) -> dict[str, Any]:
    """The one row of a customer."""
    cursor = connection.execute(f"select * from {table} where customer_no = ?", [customer_no])
    names = [column[0] for column in cursor.description or ()]
    (row,) = cursor.fetchall()
    return dict(zip(names, row, strict=True))


def owners(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> dict[str, int | None]:
    """Key of each row -> the number of its customer."""
    return dict(connection.sql(f"select {key}, customer_no from {table}").fetchall())


def _fill(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Rows) -> None:
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"create table {name} ({declared})")
    for row in rows:
        unknown = set(row) - set(columns)
        assert not unknown, f"{name} has no {sorted(unknown)}"
    if rows:
        marks = ", ".join("?" for _ in columns)
        values = [[row.get(column) for column in columns] for row in rows]
        connection.executemany(f"insert into {name} values ({marks})", values)
