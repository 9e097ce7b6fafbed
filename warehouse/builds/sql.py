"""SQL over raw that the parts of a build share. Every name in it is one of our own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from warehouse.builds.model import SENT_WHOLE, BuildError, Dataset, Load
from warehouse.builds.packed import PACKED, read_together
from warehouse.files.packs import LOAD, ROW

WIDER = {
    "VARCHAR": ("BIGINT", "DECIMAL", "DATE", "TIMESTAMP", "BOOLEAN"),
    "DECIMAL": ("BIGINT", "DECIMAL"),
    "TIMESTAMP": ("DATE",),
}
"""Storage types -> those whose values they hold without loss (of decimals, up to the scale)."""


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant; views can't carry bound parameters."""
    return "'" + text.replace("'", "''") + "'"


def file_list(files: Iterable[Path]) -> str:
    """Parquet files as the argument of the reader."""
    return "[" + ", ".join(literal(str(file)) for file in files) + "]"


def raw_rows(
    dataset: Dataset, loads: Sequence[tuple[int, Load]], stored: Mapping[str, Mapping[str, str]]
) -> str:
    """The rows of these loads with where they come from; typed and empty where nothing was loaded.

    `loads`: each with its place in the order of the data set's loads, `_load_order`. `stored`: load id -> the columns
    that its files hold, with their types. What a load was not asked for when it was made is NULL in its rows. Packed
    loads are those of the table PACKED. `_source`: who said the row. Raises BuildError where a type no longer holds
    the stored values.
    """
    columns = ", ".join(quoted(name) for name in dataset.columns)
    marks = "_source, _load_mode, _known_from, _load_order, _row"
    parts = [
        load_rows(_load_columns(dataset, load, stored[load.load_id]), load, order)
        for order, load in read_together(loads)
        if load.files
    ]
    if not parts:
        typed = ", ".join(f"null::{kind} as {quoted(name)}" for name, kind in dataset.columns.items())
        origin = (
            "''::varchar as _source, ''::varchar as _load_mode, null::date as _known_from, 0 as _load_order, "
            "0::bigint as _row"
        )
        return f"select {typed}, {origin} where false"
    return f"select {columns}, {marks} from (\n" + "\nunion all\n".join(parts) + "\n)"  # noqa: S608


def load_rows(columns: str, load: Load, order: int) -> str:
    """The rows of a load, or of all loads that are packed with it and listed in PACKED."""
    if load.packed:
        return f"""
        select {columns}, _source, _load_mode, _known_from, _load_order, {quoted(ROW)} as _row
        from read_parquet({file_list(load.files)}) join {PACKED} using ({quoted(LOAD)})"""  # noqa: S608
    known_from = literal(load.known_from.isoformat())
    return f"""
        select {columns}, {literal(load.source)} as _source, {literal(load.mode)} as _load_mode,
            date {known_from} as _known_from, {order} as _load_order, file_row_number as _row
        from read_parquet({file_list(load.files)}, file_row_number = true)"""  # noqa: S608


def current_rows(dataset: Dataset, rows: str) -> str:
    """The latest version of each key; of appended events all. `rows` is a relation made by `raw_rows`."""
    columns = ", ".join(quoted(name) for name in dataset.columns)
    keys = ", ".join(quoted(name) for name in dataset.key)
    version = "(_known_from, _load_order, _row)"
    return f"""
        select {columns} from {rows} where _load_mode = 'append'
        union all
        select unnest(newest) from (
            select arg_max(struct_pack({columns}), {version}) as newest
            from {rows} where _load_mode <> 'append' group by {keys}
        )"""  # noqa: S608


def in_force(loads: Sequence[Load]) -> tuple[Load, ...]:
    """Loads whose rows count: the newest of each slot; of a data set sent whole, the newest load of each source."""
    newest = {slot_of(load): load.load_id for load in loads}
    return tuple(load for load in loads if slot_of(load)[2] is None or newest[slot_of(load)] == load.load_id)


def replaced(loads: Sequence[Load]) -> Mapping[str, date]:
    """Load id of each load that told everything and was replaced -> the day on which the next one became known."""
    next_days: dict[tuple[str, str, str | None], date] = {}
    until: dict[str, date] = {}
    for load in reversed(loads):
        if load.mode in SENT_WHOLE:
            if slot_of(load) in next_days:
                until[load.load_id] = next_days[slot_of(load)]
            next_days[slot_of(load)] = load.known_from
    return until


def slot_of(load: Load) -> tuple[str, str, str | None]:
    """What the load holds the place of: source, data set and slot; no slot (None) can be taken by another."""
    return load.source, load.dataset, "" if load.mode in SENT_WHOLE else load.slot


def _load_columns(dataset: Dataset, load: Load, stored: Mapping[str, str]) -> str:
    return ", ".join(
        _load_column(load, name, kind, stored.get(name)) for name, kind in dataset.columns.items()
    )


def _load_column(load: Load, name: str, kind: str, stored: str | None) -> str:
    if stored is None:
        return f"null::{kind} as {quoted(name)}"
    if stored == kind:
        return quoted(name)
    if not _holds(kind, stored):
        raise BuildError(
            f"{load.dataset}.{name}: declared as {kind} now, but load {load.load_id} of source {load.source} "
            f"(known from {load.known_from}) holds {stored}; declare a type that holds both, or bring its file again"
        )
    return f"{quoted(name)}::{kind} as {quoted(name)}"


def _holds(kind: str, stored: str) -> bool:
    name, _, size = kind.partition("(")
    was, _, size_was = stored.partition("(")
    return was in WIDER.get(name, ()) and (name != was or _scale(size) >= _scale(size_was))


def _scale(size: str) -> int:
    return int(size.rstrip(")").partition(",")[2] or 0)
