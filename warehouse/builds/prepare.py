"""The build database as dbt finds it: schema `raw`, views over raw files, what differs by deployment."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from warehouse.builds.model import Dataset, Extension, Load
from warehouse.builds.numbers import known_numbers
from warehouse.builds.packed import list_packed, make_packed
from warehouse.builds.sql import current_rows, file_list, in_force, literal, quoted, raw_rows, replaced
from warehouse.connection import Resources, connect
from warehouse.identifiers import define_macro
from warehouse.releases.layout import MONTHS_FROM_ROWS, Layout, month_of
from warehouse.releases.tables import CONTENT, PARTS

MONTHS_SHOWN = 24
BATCH_ROWS = 12_000_000
"""Of a fact that is written by month, so many rows are put together at once: some 1.5 GB."""
MONTH_COLUMNS: Mapping[str, str] = {
    "usage_monthly": "month",
    "charge": "charged_on",
    "payment": "paid_at__date",
}

HISTORIC = ("customer", "contract", "account", "subscription", "responsible", "customer_link")
"""Data sets of which history is kept: what has been replaced is read for it."""


def prepare_database(
    path: Path,
    home: Path,
    *,
    datasets: Sequence[Dataset],
    extensions: Sequence[Extension],
    loads: Sequence[Load],
    as_of: date,
    resources: Resources | None = None,
) -> None:
    """Make the database of one build. `loads` in order, extensions' under their table's name.

    `resources`: what dbt and this may use of the machine.
    """
    with closing(connect(path, resources=resources)) as connection:
        make_packed(connection)
        define_macro(connection, "raw.identifier_value")
        connection.execute(f"create view raw.customer_no as {known_numbers(home)}")
        used = {load.load_id for load in in_force(loads)}
        for dataset in datasets:
            rows = raw_view(connection, dataset, loads, used)
            connection.execute(f"create view raw.{quoted(dataset.name)} as {rows}")
            if dataset.name in HISTORIC:
                prepare_replaced(connection, dataset, loads)
        for extension in extensions:
            _prepare_extension(connection, extension, loads, used)
        _list_extension_columns(connection, extensions)
        _list_months(connection, as_of)
        _list_settings(connection, resources or Resources())
        _make_release_folder(connection, release_folder(path))


def release_folder(database: Path) -> Path:
    """Where the models of a build are written, the tables of the release among them: NAME.parquet."""
    return database.parent / "tables"


def order_tables(
    database: Path, layouts: Mapping[str, Layout], *, month_rows: int | None = MONTHS_FROM_ROWS
) -> None:
    """Say how the tables of the release are laid out: by which columns they are sorted, NULLs last, and which of them
    are written by month (NAME/MONTH.parquet) where they have `month_rows` or more (None = never).
    """
    with closing(connect(database)) as connection:
        for name, layout in layouts.items():
            sorted_by = ", ".join(f"{quoted(column)} nulls last" for column in layout.order)
            by_month = layout.day and (layout.day, month_of(layout.day), month_rows)
            connection.execute(
                "insert into raw.release_order values (?, ?, ?, ?, ?, ?, ?)",
                [name, sorted_by, *(by_month or (None, None, None)), BATCH_ROWS, CONTENT],
            )
            if layout.day:
                (release_folder(database) / name).mkdir(exist_ok=True)


def _make_release_folder(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    connection.execute("create table raw.release_folder as select ? as folder", [str(folder.resolve())])
    connection.execute("""
        create table raw.release_order (
            table_name varchar, sorted_by varchar, day varchar, month varchar, month_rows bigint, batch_rows bigint,
            content varchar
        )
    """)
    connection.execute(
        f"create table {PARTS} (table_name varchar, month date, n bigint, total hugeint, parity ubigint)"
    )


def _list_settings(connection: duckdb.DuckDBPyConnection, resources: Resources) -> None:
    """dbt opens the database by itself; it takes these before its first model."""
    connection.execute("create table raw.engine_setting (name varchar, value varchar)")
    for pair in resources.settings().items():
        connection.execute("insert into raw.engine_setting values (?, ?)", pair)


def raw_view(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    loads: Sequence[Load],
    wanted: Collection[str] | None = None,
) -> str:
    """The rows of the data set's loads as SQL; see `raw_rows`. The packed ones among them are listed in PACKED.

    `loads`: all of them, whose order is kept in the rows; `wanted`: load ids of those that are read (None: all).
    """
    all_own = enumerate(load for load in loads if load.dataset == dataset.name)
    own = [(order, load) for order, load in all_own if wanted is None or load.load_id in wanted]
    list_packed(connection, own)
    # Loads of a pack have their files, and so their columns, in common.
    columns = {files: _stored_columns(connection, files) for files in {load.files for _, load in own}}
    return raw_rows(dataset, own, {load.load_id: columns[load.files] for _, load in own})


def prepare_replaced(connection: duckdb.DuckDBPyConnection, dataset: Dataset, loads: Sequence[Load]) -> None:
    """Make `raw.DATASET_replaced`: rows that were sent whole and have been replaced, with the day of that, `_until`."""
    own = [load for load in loads if load.dataset == dataset.name]
    until = replaced(own)
    days = [(order, until[load.load_id]) for order, load in enumerate(own) if load.load_id in until]
    ends = ", ".join(f"({order}, date {literal(day.isoformat())})" for order, day in days)
    known = f"values {ends}" if ends else "select 0, null::date where false"
    connection.execute(f"""
        create view raw.{quoted(dataset.name + "_replaced")} as
        select * from ({raw_view(connection, dataset, loads, until)})
        join ({known}) as ends(_load_order, _until) using (_load_order)
    """)  # noqa: S608


def _stored_columns(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[str, str]:
    if not files:
        return {}
    described = connection.sql(f"describe select * from read_parquet({file_list(files)})").fetchall()  # noqa: S608
    return {str(row[0]): str(row[1]) for row in described}


def _prepare_extension(
    connection: duckdb.DuckDBPyConnection, extension: Extension, loads: Sequence[Load], used: Collection[str]
) -> None:
    """Its current rows: one per customer id, so that joining them to the profile repeats nobody."""
    dataset = extension.dataset()
    rows = f"raw.{quoted(extension.table + '_rows')}"
    connection.execute(f"create view {rows} as {raw_view(connection, dataset, loads, used)}")
    connection.execute(f"create view raw.{quoted(extension.table)} as {current_rows(dataset, rows)}")


def _list_extension_columns(connection: duckdb.DuckDBPyConnection, extensions: Sequence[Extension]) -> None:
    connection.execute(
        "create table raw.extension_column (position integer, table_name varchar, column_name varchar)"
    )
    pairs = [(extension.table, column) for extension in extensions for column in extension.columns]
    for position, (table, column) in enumerate(pairs):
        connection.execute("insert into raw.extension_column values (?, ?, ?)", [position, table, column])


def _list_months(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """The calendar months that the mart shows side by side: up to the last one with data, without gaps.

    A wrong date in the far future or past must not push the real months out: nothing after the as-of date
    counts, and of what lies before it the newest months are taken.
    """
    seen = " union all ".join(
        f"select date_trunc('month', {column})::date as month from raw.{dataset}"  # noqa: S608
        for dataset, column in MONTH_COLUMNS.items()
    )
    connection.execute(f"""
        create table raw.mart_month as
        with ends as (
            select min(month) as first, max(month) as last
            from ({seen}) where month < date {literal(as_of.isoformat())}
        )
        select unnest(generate_series(
            greatest(first, (last - interval {MONTHS_SHOWN - 1} month)::date), last, interval 1 month
        ))::date as month
        from ends where first is not null
    """)  # noqa: S608
