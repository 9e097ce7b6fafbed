"""`customer_no`: given once at first sight, kept in an append-only table of raw, never reused."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse.builds.model import BuildError, Load
from warehouse.builds.packed import list_packed, make_packed, read_together
from warehouse.builds.sql import file_list, literal, load_rows
from warehouse.connection import Resources, connect
from warehouse.releases.files import flush_file, flush_folder

FOLDER = Path("raw") / "customer_no"
GREATEST = 2**32 - 1
NEWCOMERS = """
    with sightings as ({sightings}),
    firsts as (
        select customer_id, min((known_from, source)) as first_sight from sightings group by customer_id
    ),
    newcomers as (
        select * from firsts anti join ({known}) as known using (customer_id)
    )
    select
        ({last} + row_number() over (order by first_sight, customer_id))::uinteger as customer_no,
        customer_id,
        first_sight[1] as first_known_from,
        first_sight[2] as first_source
    from newcomers
    order by customer_no
"""


def number_files(home: Path) -> tuple[Path, ...]:
    """The table's files; together they hold each customer once."""
    return tuple(sorted((home / FOLDER).glob("*.parquet")))


def known_numbers(home: Path) -> str:
    """The table as SQL; empty before the first customer."""
    files = number_files(home)
    if not files:
        return "select null::uinteger as customer_no, null::varchar as customer_id where false"
    return f"select customer_no, customer_id from read_parquet({file_list(files)})"  # noqa: S608


def allocate_numbers(
    home: Path, customers: Sequence[Load], *, spill: Path | None = None, resources: Resources | None = None
) -> int:
    """Number the customers that these loads show for the first time; return how many.

    The order is that of first sight (date, source, customer id), so the same loads give the same numbers
    whatever was interrupted in between. `spill`: folder for what does not fit into memory.
    """
    files = [(order, load) for order, load in enumerate(customers) if load.files]
    if not files:
        return 0
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with closing(connect(resources=resources, spill=spill)) as connection:
        make_packed(connection)
        list_packed(connection, files)
        last = _greatest_given(connection, home)
        newcomers = NEWCOMERS.format(
            sightings=" union all ".join(_sightings(load) for _, load in read_together(files)),
            known=known_numbers(home),
            last=last,
        )
        connection.execute(f"create table newcomers as {newcomers}")
        count = int(connection.sql("select count(*) from newcomers").fetchall()[0][0])
        if last + count > GREATEST:
            raise BuildError(f"{folder}: there are no more than {GREATEST} customer numbers")
        if count:
            _append(connection, folder, last + 1, last + count)
    return count


def _greatest_given(connection: duckdb.DuckDBPyConnection, home: Path) -> int:
    sql = f"select coalesce(max(customer_no), 0) from ({known_numbers(home)})"  # noqa: S608
    return int(connection.sql(sql).fetchall()[0][0])


def _sightings(load: Load) -> str:
    return f"""
        select customer_id, _known_from as known_from, {literal(load.source)} as source
        from ({load_rows("customer_id", load, 0)}) where customer_id is not null"""  # noqa: S608


def _append(connection: duckdb.DuckDBPyConnection, folder: Path, first: int, last: int) -> None:
    aside = folder / ".newcomers.tmp"
    connection.execute(f"copy newcomers to {literal(str(aside))} (format parquet, compression zstd)")
    flush_file(aside)
    aside.rename(folder / f"{first:010d}-{last:010d}.parquet")
    flush_folder(folder)
