"""Between source, raw and mart nothing may get lost: totals counted on all sides."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb

from warehouse.builds.model import Allowance, BuildError, Dataset, Extension
from warehouse.builds.sql import current_rows, quoted
from warehouse.connection import Resources, connect
from warehouse.releases.model import ConflictCount, ControlTotal


def count_totals(
    database: Path,
    datasets: Sequence[Dataset],
    announced: Mapping[str, Decimal],
    extensions: Sequence[Extension] = (),
    allowances: Mapping[str, Allowance] | None = None,
    resources: Resources | None = None,
    once: Collection[str] = (),
) -> tuple[ControlTotal, ...]:
    """Rows and sums per data set as announced by the sources, in raw and in the mart.

    The current rows of raw are found here in another way than the models find them. `announced` is
    keyed by the total's name, `DATASET.rows` or `DATASET.COLUMN`. Of extensions the announced columns are
    summed; they have no mart of their own, nor have data sets whose `mart` is empty. `allowances`: by the same
    names, how far raw may be from what is announced. `once`: data sets of which all rows of raw are current.
    """
    totals: list[ControlTotal] = []
    with closing(connect(database, read_only=True, resources=resources)) as connection:
        counted = [(dataset, _current_rows(dataset, dataset.name in once)) for dataset in datasets]
        # The view over an extension holds no other rows than the current ones.
        counted += [(_announced_part(each, announced), f"raw.{quoted(each.table)}") for each in extensions]
        for dataset, rows in counted:
            raw = _sums(connection, rows, dataset)
            mart = _sums(connection, _mart_rows(dataset), dataset) if dataset.mart else {}
            totals += [
                _allowed(_total(name, announced.get(name), raw, mart), (allowances or {}).get(name))
                for name in raw
            ]
    return tuple(totals)


def _total(
    name: str, stated: Decimal | None, raw: Mapping[str, Decimal | None], mart: Mapping[str, Decimal | None]
) -> ControlTotal:
    """Without a value anywhere there is no sum; where one side has any, no value on the other is a sum of 0."""
    if stated is None and raw[name] is None and not mart.get(name):
        return ControlTotal(name, None, None, None)
    held = None if name not in mart else mart[name] or Decimal()
    return ControlTotal(name, stated, raw[name] or Decimal(), held)


def _announced_part(extension: Extension, announced: Mapping[str, Decimal]) -> Dataset:
    measures = tuple(name for name in extension.columns if f"{extension.table}.{name}" in announced)
    return replace(extension.dataset(), measures=measures)


def _current_rows(dataset: Dataset, once: bool) -> str:
    """Of each row the columns that are summed, which are fewer to carry about; where there are none, rows to count."""
    rows = f"raw.{quoted(dataset.name)}"
    if once:
        return rows
    if dataset.measures:
        narrow = replace(dataset, columns={name: dataset.columns[name] for name in dataset.measures})
        return f"({current_rows(narrow, rows)})"
    keys = ", ".join(map(quoted, dataset.key))
    return f"""(
        select true from {rows} where _load_mode = 'append'
        union all
        select true from {rows} where _load_mode <> 'append' group by {keys}
    )"""  # noqa: S608


def _mart_rows(dataset: Dataset) -> str:
    part = f" where {dataset.mart_part}" if dataset.mart_part else ""
    return f"(select * from {quoted(dataset.mart)}{part})"  # noqa: S608


def _allowed(total: ControlTotal, allowance: Allowance | None) -> ControlTotal:
    if allowance is None:
        return total
    return replace(total, left_out=allowance.left_out, tolerance_percent=allowance.tolerance_percent)


def check_totals(totals: Sequence[ControlTotal]) -> None:
    """Raise BuildError naming every total that source, raw and mart do not agree on."""
    named = [
        f"{total.name}: {total.raw} in raw, {total.mart} in the mart"
        for total in totals
        if not total.mart_agrees
    ]
    named += [
        f"{total.name}: {total.source} stated by the source, {total.left_out} of it left out, {total.raw} in raw "
        f"(tolerance {total.tolerance_percent}%)"
        for total in totals
        if not total.source_agrees
    ]
    if named:
        raise BuildError(f"control totals do not agree, nothing is published: {'; '.join(named)}")


def unknown_customers(
    database: Path, extensions: Sequence[Extension], resources: Resources | None = None
) -> dict[str, int]:
    """How many rows of each extension belong to no known customer; those with none are left out."""
    counts = {}
    with closing(connect(database, read_only=True, resources=resources)) as connection:
        for extension in extensions:
            sql = f"""select count(*) from raw.{quoted(extension.table)}
                      anti join raw.customer using (customer_id)"""  # noqa: S608
            counts[extension.name] = int(connection.sql(sql).fetchall()[0][0])
    return {name: count for name, count in counts.items() if count}


def count_conflicts(database: Path, resources: Resources | None = None) -> tuple[ConflictCount, ...]:
    """By attribute and pair of sources, in this order, how many customers two sources describe differently."""
    with closing(connect(database, read_only=True, resources=resources)) as connection:
        rows = connection.sql("""
            select attribute, chosen_source, other_source, count(*)
            from attribute_conflict group by all order by all
        """).fetchall()
    return tuple(ConflictCount(*row) for row in rows)


def _sums(connection: duckdb.DuckDBPyConnection, rows: str, dataset: Dataset) -> dict[str, Decimal | None]:
    """Rows, and the sum of each measure (None where no row has a value), by the totals' names."""
    sums = "".join(f", sum({quoted(column)})" for column in dataset.measures)
    values = connection.sql(f"select count(*){sums} from {rows}").fetchall()[0]  # noqa: S608
    names = (f"{dataset.name}.{name}" for name in ("rows", *dataset.measures))
    return {
        name: None if value is None else Decimal(value) for name, value in zip(names, values, strict=True)
    }
