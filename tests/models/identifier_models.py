"""The identity models over tables made by hand: the models' own SQL, run where a build would run it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import jinja2

from pipelines.lib.canonical import MODELS
from warehouse.identifiers import define_macro

IN_ORDER = (
    "intermediate/int_customer_survivor",
    "intermediate/int_customer_number",
    "intermediate/int_identifier_claim",
    "intermediate/int_identifier_period",
    "intermediate/int_identifier_shared",
    "marts/customer_identifier",
    "marts/identifier_conflict",
)
SHAPES = {
    "stg_customer": {
        "customer_no": "UINTEGER",
        "customer_id": "VARCHAR",
        "merged_into": "VARCHAR",
        "tax_id": "VARCHAR",
        "phone": "VARCHAR",
        "email": "VARCHAR",
    },
    "dim_subscription": {
        "subscription_id": "VARCHAR",
        "customer_no": "UINTEGER",
        "msisdn": "VARCHAR",
        "activated_on": "DATE",
        "deactivated_on": "DATE",
    },
    "dim_account": {
        "account_id": "VARCHAR",
        "customer_no": "UINTEGER",
        "opened_on": "DATE",
        "closed_on": "DATE",
    },
    "stg_identifier": {
        "kind": "VARCHAR",
        "value": "VARCHAR",
        "customer_id": "VARCHAR",
        "account_id": "VARCHAR",
        "subscription_id": "VARCHAR",
        "valid_from": "DATE",
        "valid_to": "DATE",
    },
}
Rows = Sequence[Mapping[str, Any]]


@contextmanager
def built(**tables: Rows) -> Iterator[duckdb.DuckDBPyConnection]:
    """The identity models over these rows; columns that a row leaves out are NULL."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; create schema raw")
        define_macro(connection, "raw.identifier_value")
        for name, columns in SHAPES.items():
            declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create table {name} ({declared})")
            rows = [[row.get(one) for one in columns] for row in tables.get(name, ())]
            if rows:
                marks = ", ".join("?" for _ in columns)
                connection.executemany(f"insert into {name} values ({marks})", rows)
        connection.execute("create view raw.customer_no as select customer_no, customer_id from stg_customer")
        for model in IN_ORDER:
            connection.execute(f"create table {model.partition('/')[2]} as {rendered(model)}")
        yield connection


def rendered(model: str) -> str:
    """SQL of a model with the names of tables in place of references."""
    template = jinja2.Template((MODELS / f"{model}.sql").read_text(encoding="utf-8"))
    return template.render(
        ref=lambda name: name, source=lambda schema, name: f"{schema}.{name}", config=lambda **_: ""
    )


def identifiers(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """(customer_no, kind, value, valid_from, valid_to, candidates), ordered."""
    return connection.sql(
        "select customer_no, kind, value, valid_from, valid_to, candidates from customer_identifier "
        "order by kind, value, valid_from nulls first, customer_no"
    ).fetchall()


def subscription(name: str, owner: int | None, number: str | None, *days: date | None) -> dict[str, Any]:
    """A row of dim_subscription."""
    begin, end = days
    return {
        "subscription_id": name,
        "customer_no": owner,
        "msisdn": number,
        "activated_on": begin,
        "deactivated_on": end,
    }
