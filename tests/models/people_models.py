"""The models about people over tables made by hand: the models' own SQL, run where a build would run it."""

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
    "marts/dim_contract",
    "marts/dim_account",
    "marts/fct_payment",
    "marts/dim_org_unit",
    "marts/dim_employee",
    "marts/bridge_responsible",
    "marts/dim_contact_person",
    "marts/dim_identity_document",
    "marts/fct_flag",
    "marts/fct_consent",
    "marts/fct_survey",
    "intermediate/int_customer_responsible",
    "intermediate/int_customer_flags",
    "intermediate/int_customer_consents",
    "intermediate/int_customer_contact_persons",
    "intermediate/int_customer_documents",
    "intermediate/int_customer_surveys",
    "intermediate/int_customer_prospects",
)


@contextmanager
def built(customers: Sequence[Mapping[str, Any]], **tables: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    """The models over rows of canonical data sets; customers are numbered 1, 2 ... in their order.

    Columns that a row leaves out are NULL. Gives the connection.
    """
    rows = {**tables, "customer": customers}
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; create schema raw")
        define_macro(connection, "raw.identifier_value")
        connection.execute("create table raw.customer_no (customer_id varchar, customer_no uinteger)")
        for number, row in enumerate(customers, 1):
            connection.execute("insert into raw.customer_no values (?, ?)", [row["customer_id"], number])
        for dataset in canonical_datasets():
            _fill(connection, f"stg_{dataset.name}", dataset.columns, rows.pop(dataset.name, ()))
        assert not rows
        for model in IN_ORDER:
            connection.execute(f"create table {model.partition('/')[2]} as {_rendered(model)}")
        yield connection


def _fill(connection: Any, table: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f"create table {table} ({declared})")
    marks = ", ".join("?" for _ in columns)
    for row in rows:
        assert row.keys() <= columns.keys()
        connection.execute(f"insert into {table} values ({marks})", [row.get(column) for column in columns])


def _rendered(model: str) -> str:
    template = jinja2.Template((MODELS / f"{model}.sql").read_text(encoding="utf-8"))
    return template.render(
        ref=lambda name: name, source=lambda schema, name: f"{schema}.{name}", config=lambda **_: ""
    )
