"""Following the change feed: what changed in a table from any kept release to another, taken together."""

import shutil
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.connection import connect
from warehouse.files.expressions import literal, names
from warehouse.releases.feed import (
    CHANGE,
    DELETED,
    EDGE,
    FEED,
    INSERTED,
    UPDATED,
    Edge,
    FeedError,
    edge_folder,
    edges,
    read_edge,
)
from warehouse.releases.reader import read_manifest
from warehouse.releases.retention import stored_releases


@dataclass(frozen=True, slots=True)
class Changes:
    """Net changes of one table: `rows` holds the key's columns and `_change` (inserted, updated, deleted), by key.

    A row that came and went in between is not in it. `new_columns`: the table has other columns than before, which
    need not change a row (another name, a wider number).
    """

    table: str
    before: str
    after: str
    key: tuple[str, ...]
    rows: pa.Table
    new_columns: bool


def changes(home: Path, table: str, before: str, after: str) -> Changes | None:
    """From release `before` to release `after`; None = the table is the same in both.

    Raises FeedError where the feed no longer leads from the one to the other (a full export is needed then), for a
    release that is not kept and for a table that it does not have.
    """
    path = _path(home, before, after)
    if any(table in edge.incomparable for edge in path):
        raise FeedError(f"{table}: not in every release since {before} with one key; a full export is needed")
    edges_with_it = [edge for edge in path if table in edge.tables]
    steps = [edge.tables[table] for edge in edges_with_it]
    if not steps:
        _require(home, table, after)
        return None
    if len({step.key for step in steps}) > 1:
        raise FeedError(f"{table}: its key is another one since {before}; a full export is needed")
    key = steps[-1].key
    files = [edge_folder(home, edge.before, edge.after) / f"{table}.parquet" for edge in edges_with_it]
    rows = _net(files, key)
    new_columns = any(step.new_columns for step in steps)
    return Changes(table, before, after, key, rows, new_columns) if rows.num_rows or new_columns else None


def _require(home: Path, table: str, release: str) -> None:
    """Nothing changed: so it has to be there. Raises FeedError."""
    if release not in stored_releases(home):
        raise FeedError(f"there is no release {release}; a full export is needed")
    if table not in read_manifest(home, release).tables:
        raise FeedError(f"release {release} has no table {table}")


def forget_edges(home: Path, as_of: date, kept_days: int) -> None:
    """Delete what was published for a business date more than `kept_days` before `as_of`, and what an earlier
    deletion left. Damaged edges stay: whoever needs them is told of them.

    After a leap of more than `kept_days` the days are counted from the date before it: a file dated far ahead, which
    may be taken back, must not delete what followers need. A later date confirms the leap.
    """
    kept = edges(home).whole
    earlier = max((edge.as_of for edge in kept if edge.as_of < as_of), default=as_of)
    days = timedelta(days=kept_days)
    oldest = (earlier if as_of - earlier > days else as_of) - days
    for folder in tuple((home / FEED).glob("*/*")):
        if not folder.is_dir() or _is_kept(folder / EDGE, oldest):
            continue
        # Without its description the edge is no more, whenever the rest goes.
        (folder / EDGE).unlink(missing_ok=True)
        shutil.rmtree(folder)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()


def _is_kept(file: Path, oldest: date) -> bool:
    if not file.is_file():
        return False
    try:
        return read_edge(file).as_of >= oldest
    except FeedError:
        return True


def _net(files: list[Path], key: tuple[str, ...]) -> pa.Table:
    """First and last change of each key, files in order, decide what became of it."""
    steps = " union all ".join(
        f"select {place} as step, * from read_parquet({literal(str(file))})"  # noqa: S608
        for place, file in enumerate(files)
    )
    sql = f"""
        with by_key as (
            select {names(key)}, arg_min({CHANGE}, step) as first, arg_max({CHANGE}, step) as last
            from ({steps}) group by {names(key)}
        )
        select {names(key)}, case
            when last = '{DELETED}' then '{DELETED}' when first = '{INSERTED}' then '{INSERTED}' else '{UPDATED}'
        end as {CHANGE}
        from by_key where not (first = '{INSERTED}' and last = '{DELETED}')
        order by {names(key)}
    """  # noqa: S608
    with closing(connect()) as connection:
        try:
            rows: pa.Table = connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            folders = ", ".join(str(file.parent) for file in files)
            raise FeedError(f"the change feed can't be read ({error}); delete {folders}") from error
    return rows


def _path(home: Path, before: str, after: str) -> tuple[Edge, ...]:
    """The fewest edges from one release to the other: an edge is right for whoever stands at its beginning."""
    leaving: dict[str, list[Edge]] = {}
    found = edges(home)
    for edge in found.whole:
        leaving.setdefault(edge.before, []).append(edge)
    reached: dict[str, tuple[Edge, ...]] = {before: ()}
    waiting = deque([before])
    while waiting and after not in reached:
        place = waiting.popleft()
        for edge in leaving.get(place, ()):
            if edge.after not in reached:
                reached[edge.after] = (*reached[place], edge)
                waiting.append(edge.after)
    if after not in reached:
        damage = "".join(f" ({message})" for message in found.damaged)
        raise FeedError(
            f"no change feed leads from release {before} to {after}; a full export is needed{damage}"
        )
    return reached[after]
