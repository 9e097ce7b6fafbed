"""The change feed: which rows of each table were inserted, updated or deleted between two releases.

One edge of the feed leads from a release to the one that was published after it. It holds keys, not rows: whoever
follows takes the rows from the release at the end. Rows that share a key count as one.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import InputError
from warehouse.files.expressions import literal, names
from warehouse.releases.files import move_folder
from warehouse.releases.model import Manifest, TablePart, TableVersion
from warehouse.releases.tables import CONTENT, HASHES, ROW_HASH, part_version

FEED = "feed"
EDGE = "feed.json"
CHANGE = "_change"
INSERTED, UPDATED, DELETED = "inserted", "updated", "deleted"
NOT_OF_THE_FILE = (duckdb.OutOfMemoryException, duckdb.InterruptException)
"""Errors of reading that do not tell that a file is damaged."""


class FeedError(InputError):
    """The feed does not lead from the one release to the other, or is damaged."""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """Keys of one table that changed. `new_columns`: the table's columns are others than before."""

    table: str
    key: tuple[str, ...]
    inserted: int
    updated: int
    deleted: int
    new_columns: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """From release `before` to release `after`; `as_of` is the later of their business dates.

    `tables` that did not change are not in it; those of `incomparable` are in only one of the releases, or have no key
    or one of other types.
    """

    before: str
    after: str
    as_of: date
    tables: Mapping[str, TableChanges]
    incomparable: tuple[str, ...] = ()


def edge_folder(home: Path, before: str, after: str) -> Path:
    """Where an edge is kept."""
    return home / FEED / after / before


def write_edge(
    connection: duckdb.DuckDBPyConnection, home: Path, before: Manifest, after: Manifest, workspace: Path
) -> Edge:
    """Compare two releases that are both on disk, prove that the difference leads from the one to the other, keep it.

    Raises FeedError where it does not.
    """
    private = workspace / f"feed-{after.release_id}"
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(parents=True)
    same_hash = before.hash_function == after.hash_function
    common = {name: (before.tables[name], after.tables[name]) for name in _comparable(before, after)}
    tables = {
        name: _compare(connection, home, old, new, private / f"{name}.parquet", same_hash)
        for name, (old, new) in common.items()
        if old.version != new.version
    }
    other = tuple(sorted({*before.tables, *after.tables} - set(common)))
    edge = Edge(before.release_id, after.release_id, max(before.as_of, after.as_of), tables, other)
    (private / EDGE).write_text(json.dumps(_to_json(edge), indent=1), encoding="utf-8")
    kept = edge_folder(home, before.release_id, after.release_id)
    if not (kept / EDGE).is_file():
        # What a run left that was killed while it forgot the step.
        shutil.rmtree(kept, ignore_errors=True)
    move_folder(private, kept)
    return edge


@dataclass(frozen=True, slots=True)
class Edges:
    """All edges that are kept: those that can be read, and for each of the others what is wrong, with its file."""

    whole: tuple[Edge, ...]
    damaged: tuple[str, ...]


def edges(home: Path) -> Edges:
    """The edges of a deployment, in the order of their files."""
    whole, damaged = [], []
    for path in sorted((home / FEED).glob(f"*/*/{EDGE}")):
        try:
            whole.append(read_edge(path))
        except FeedError as error:
            damaged.append(str(error))
    return Edges(tuple(whole), tuple(damaged))


def read_edge(path: Path) -> Edge:
    """The edge that a file describes. Raises FeedError."""
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FeedError(f"{path}: damaged ({error!r}); delete {path.parent}") from error


def _comparable(before: Manifest, after: Manifest) -> Iterator[str]:
    for name, table in after.tables.items():
        old = before.tables.get(name)
        if table.key and old is not None and _typed(old, table.key) == _typed(table, table.key):
            yield name


def _compare(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    old: TableVersion,
    new: TableVersion,
    target: Path,
    same_hash: bool,
) -> TableChanges:
    key = names(new.key)
    was, now = set(old.parts), set(new.parts)
    connection.execute(
        f"create or replace temp table row_hash ({_typed(new, new.key)}, h ubigint, is_old boolean)"
    )
    try:
        for part in (part for part in old.parts if part not in now):
            _take_hashes(connection, home, replace(old, key=new.key), part, is_old=True, known=same_hash)
        for part in (part for part in new.parts if part not in was):
            _take_hashes(connection, home, new, part, is_old=False, known=True)
        changed = f"""
            select {key}, case when not bool_or(is_old) then '{INSERTED}' when bool_and(is_old) then '{DELETED}'
                else '{UPDATED}' end as {CHANGE}
            from row_hash group by {key}
            having count(*) filter (is_old) <> count(*) filter (not is_old)
                or sum(h::hugeint) filter (is_old) <> sum(h::hugeint) filter (not is_old)
        """  # noqa: S608
        connection.execute(
            f"copy ({changed} order by {key}) to {literal(str(target))} (format parquet, compression zstd)"
        )
        _prove(connection, new, target)
    finally:
        connection.execute("drop table row_hash")
    counts = f"select {CHANGE}, count(*) from {literal(str(target))} group by 1"  # noqa: S608
    found: dict[str, int] = dict(connection.sql(counts).fetchall())
    return TableChanges(
        table=new.name,
        key=new.key,
        inserted=found.get(INSERTED, 0),
        updated=found.get(UPDATED, 0),
        deleted=found.get(DELETED, 0),
        new_columns=list(old.columns.items()) != list(new.columns.items()),
    )


def _typed(table: TableVersion, key: Iterable[str]) -> str:
    return ", ".join(f'"{column}" {table.columns.get(column)}' for column in key)


def _take_hashes(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    table: TableVersion,
    part: TablePart,
    *,
    is_old: bool,
    known: bool,
) -> None:
    """Key and hash of a part's rows into `row_hash`: those kept beside them, else worked out from the rows.

    `known`: the version of the part was made with our hash function, so that it proves what is read. Raises FeedError.
    """
    key, file = names(table.key), home / part.file
    sources = [f"select {key}, hash(t) as h from read_parquet({literal(str(file))}) as t"]  # noqa: S608
    kept = file.with_name(HASHES)
    if known and kept.exists():
        sources.insert(0, f"select {key}, {ROW_HASH} as h from read_parquet({literal(str(kept))})")  # noqa: S608
    wrong = "its rows are not those of its version"
    for source in sources:
        try:
            content = connection.sql(f"select {CONTENT} from ({source})").fetchall()[0]  # noqa: S608
        except NOT_OF_THE_FILE:
            raise
        except duckdb.Error as error:
            wrong = f"damaged ({error})"
            continue
        if not known or part_version(table.name, table.columns, part.name, content) == part.version:
            connection.execute(f"insert into row_hash select {key}, h, {is_old} from ({source})")  # noqa: S608
            return
    raise FeedError(f"{file}: {wrong}; delete {file.parent} and `vitrina build`")


def _prove(connection: duckdb.DuckDBPyConnection, table: TableVersion, target: Path) -> None:
    """Previous rows without the changed keys, and the new rows of these, must be the new rows."""
    same_key = " and ".join(f'c."{column}" is not distinct from r."{column}"' for column in table.key)
    feed = f"from {literal(str(target))} as c where {same_key}"
    applied, wanted = connection.sql(f"""
        select {CONTENT} from (
            select h from row_hash as r where is_old and not exists (select 1 {feed})
            union all
            select h from row_hash as r where not is_old and exists (select 1 {feed} and c.{CHANGE} <> '{DELETED}')
        )
        union all
        select {CONTENT} from row_hash where not is_old
    """).fetchall()  # noqa: S608
    if applied != wanted:
        raise FeedError(
            f"{table.name}: previous rows and changes give {applied[0]} rows that are not the {wanted[0]} new ones; "
            "nothing is published"
        )


def _to_json(edge: Edge) -> dict[str, Any]:
    return {
        "before": edge.before,
        "after": edge.after,
        "as_of": edge.as_of.isoformat(),
        "tables": {name: asdict(changes) for name, changes in edge.tables.items()},
        "incomparable": list(edge.incomparable),
    }


def _from_json(document: Mapping[str, Any]) -> Edge:
    return Edge(
        before=document["before"],
        after=document["after"],
        as_of=date.fromisoformat(document["as_of"]),
        tables={
            name: TableChanges(**{**changes, "key": tuple(changes["key"])})
            for name, changes in document["tables"].items()
        },
        incomparable=tuple(document["incomparable"]),
    )
