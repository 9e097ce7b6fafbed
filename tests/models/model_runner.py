"""The models' own SQL over tiny raw tables, run in the order of their references without dbt."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2

from pipelines.lib.canonical import MODELS, canonical_datasets
from warehouse.builds.prepare import HISTORIC
from warehouse.identifiers import define_macro

Rows = Sequence[Mapping[str, Any]]
FOLDERS = ("staging", "intermediate", "marts")
REFERENCE = re.compile(r"ref\('(\w+)'\)")
# These ask the build database while dbt compiles; here their answers are given.
GIVEN = re.compile(r"{% macro (mart_months|extension_columns)\(.*?{% endmacro %}", re.DOTALL)
MARKS = {"_load_mode": "VARCHAR", "_known_from": "DATE", "_load_order": "INTEGER", "_row": "BIGINT"}
JULY = date(2026, 7, 1)


@cache
def model_files() -> dict[str, Path]:
    """Every model by its name."""
    return {path.stem: path for folder in FOLDERS for path in (MODELS / folder).glob("*.sql")}


@contextmanager
def built(target: str, months: Sequence[date] = (), **rows: Rows) -> Iterator[duckdb.DuckDBPyConnection]:
    """`target` and all it refers to, over raw rows by data set; columns that a row leaves out are NULL.

    Rows are sent again (`upsert`) and known from July 1st, unless they say `_load_mode` or `_known_from`. Customers
    are numbered in the order of their rows, from 1.
    """
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; create schema raw")
        define_macro(connection, "raw.identifier_value")
        for dataset in canonical_datasets():
            _create(connection, dataset.name, {**dataset.columns, **MARKS}, rows.get(dataset.name, ()))
        for name in HISTORIC:
            columns = {**_columns_of(name), **MARKS, "_until": "DATE"}
            _create(connection, f"{name}_replaced", columns, rows.get(f"{name}_replaced", ()))
        numbers = {str(row["customer_id"]): no for no, row in enumerate(rows.get("customer", ()), 1)}
        connection.execute("create table raw.customer_no (customer_no uinteger, customer_id varchar)")
        _insert(connection, "raw.customer_no", [[number, name] for name, number in numbers.items()])
        for name in _in_order(target):
            connection.execute(f'create table "{name}" as {rendered(name, months)}')
        yield connection


def _columns_of(dataset: str) -> Mapping[str, str]:
    return next(each.columns for each in canonical_datasets() if each.name == dataset)


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Rows) -> None:
    declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f'create table raw."{name}" ({declared})')
    values = []
    for place, row in enumerate(rows):
        unknown = set(row) - set(columns)
        assert not unknown, unknown
        marked = {"_load_mode": "upsert", "_known_from": JULY, "_load_order": 0, "_row": place, **row}
        values.append([marked.get(column) for column in columns])
    _insert(connection, f'raw."{name}"', values)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        values = ", ".join(f"({marks})" for _ in rows)
        connection.execute(f"insert into {table} values {values}", [value for row in rows for value in row])


def _in_order(*targets: str) -> Iterator[str]:
    graph: dict[str, set[str]] = {}
    wanted = list(targets)
    while wanted:
        name = wanted.pop()
        if name not in graph:
            graph[name] = set(REFERENCE.findall(_text(name)))
            wanted += graph[name]
    return iter(TopologicalSorter(graph).static_order())


def build_models(connection: duckdb.DuckDBPyConnection, *targets: str) -> None:
    """The targets and all they refer to, in a build database that has been prepared."""
    months = connection.execute("select month from raw.mart_month order by 1").fetchall()
    extensions = connection.execute(
        "select table_name, column_name from raw.extension_column order by position"
    ).fetchall()
    for name in _in_order(*targets):
        sql = rendered(name, [month for (month,) in months], extensions)
        connection.execute(f'create table "{name}" as {sql}')


def rendered(name: str, months: Sequence[date] = (), extensions: Sequence[tuple[str, str]] = ()) -> str:
    """SQL of a model with plain names of tables in place of references."""
    return _environment(tuple(months), tuple(extensions)).from_string(_text(name)).render()


@cache
def _text(name: str) -> str:
    return model_files()[name].read_text(encoding="utf-8")


@cache
def _environment(months: tuple[date, ...], extensions: tuple[tuple[str, str], ...]) -> jinja2.Environment:
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals |= {
        "ref": lambda model: model,
        "source": lambda schema, table: f"{schema}.{table}",
        "config": lambda **_: "",
        "mart_months": lambda: [month.isoformat() for month in months],
        "adapter": SimpleNamespace(quote=lambda name: f'"{name}"'),
        "extension_columns": lambda: [{"table": table, "column": column} for table, column in extensions],
    }
    files = [path.read_text(encoding="utf-8") for path in sorted((MODELS / "macros").glob("*.sql"))]
    # How dbt stores a model is no matter of its rows.
    macros = "".join(text for text in files if "{% materialization" not in text)
    module = environment.from_string(GIVEN.sub("", macros)).module
    environment.globals |= {
        macro: found for macro, found in vars(module).items() if isinstance(found, jinja2.runtime.Macro)
    }
    return environment


def one(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    """The only row of a query's answer."""
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    (row,) = found.fetchall()
    return dict(zip(names, row, strict=True))


def person(number: int, accounts: int = 1, subscriptions: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Customer P1 with contract K1, accounts A1-1 ... on it and subscriptions S1-1 ... on its first account."""
    account = [
        {"account_id": f"A{number}-{each}", "contract_id": f"K{number}"} for each in range(1, accounts + 1)
    ]
    subscription = [
        {
            "subscription_id": f"S{number}-{each}",
            "account_id": f"A{number}-1",
            "activated_on": date(2024, each, 1),
        }
        for each in range(1, subscriptions + 1)
    ]
    return {
        "customer": [{"customer_id": f"P{number}", "kind": "person"}],
        "contract": [{"contract_id": f"K{number}", "customer_id": f"P{number}"}],
        "account": account,
        "subscription": subscription,
    }


def together(*parts: Mapping[str, Rows]) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of all parts by data set."""
    joined: dict[str, list[Mapping[str, Any]]] = {}
    for part in parts:
        for name, rows in part.items():
            joined.setdefault(name, []).extend(rows)
    return joined
