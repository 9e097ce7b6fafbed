"""Tables -> an immutable release, made current by one rename."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from warehouse.catalog.loader import catalog_to_json
from warehouse.catalog.match import check_tables
from warehouse.catalog.model import Catalog
from warehouse.connection import Resources, connect
from warehouse.releases.changes import forget_edges
from warehouse.releases.feed import write_edge
from warehouse.releases.files import ARRIVING, CATALOG, MANIFEST, POINTER, RELEASES, move_folder, write_text
from warehouse.releases.layout import table_layouts
from warehouse.releases.manifest import manifest_to_json, release_id
from warehouse.releases.model import ControlTotal, Coverage, Manifest, SourceState, TableVersion
from warehouse.releases.reader import ReleaseError, current_release_id, read_manifest
from warehouse.releases.retention import forget_old, forget_unused
from warehouse.releases.tables import HASH_FUNCTION, ensure_cache, write_table


@dataclass(frozen=True, slots=True)
class Retention:
    """How many releases are kept, and for how many days of business dates the change feed."""

    releases: int = 5
    feed_days: int = 35


@dataclass(frozen=True, slots=True)
class ManifestParts:
    """What the builder knows about a release beside its tables (see `Manifest`)."""

    as_of: date
    known_on: date
    time_zone: str
    facts: Mapping[str, Coverage] = field(default_factory=dict)
    sources: tuple[SourceState, ...] = ()
    control_totals: tuple[ControlTotal, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """The release that is current now. `is_new` is false when its content was current already."""

    release_id: str
    is_new: bool
    manifest: Manifest


def _silent(_: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Work:
    """How a publication goes about it: its private folder, what it may use, who hears of each finished step.

    `tables`: folder of those tables that lie there as the release wants them, NAME.parquet or NAME/MONTH.parquet: it
    takes them over and removes the folder.
    """

    workspace: Path
    step: Callable[[str], None] = _silent
    resources: Resources = field(default_factory=Resources)
    kept: Retention = Retention()
    tables: Path | None = None


def publish_database(
    home: Path, database: Path, catalog: Catalog, parts: ManifestParts, work: Work
) -> Published:
    """Publish the catalogue's tables of a finished build database.

    Raises CatalogError when catalogue and tables differ. The pointer moves last.
    """
    with closing(connect(database, read_only=True, resources=work.resources)) as connection:
        return _publish(connection, home, catalog, parts, work)


def publish_tables(
    home: Path, tables: Mapping[str, pa.Table], catalog: Catalog, parts: ManifestParts
) -> Published:
    """Publish Arrow tables under their release names, without a build database."""
    home.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(dir=home, prefix=".publish-") as workspace,
        closing(connect(spill=Path(workspace) / "spill")) as connection,
    ):
        for name, table in tables.items():
            connection.register("arriving", table)
            connection.execute(f'create table "{name}" as select * from arriving')  # noqa: S608
            connection.unregister("arriving")
        return _publish(connection, home, catalog, parts, Work(Path(workspace)))


def set_current(home: Path, release: str) -> None:
    """Make a stored release the current one; its age for retention starts anew."""
    os.utime(home / RELEASES / release / MANIFEST)
    _has_arrived(home)
    write_text(home / POINTER, release + "\n")
    _has_arrived(home)


def _has_arrived(home: Path) -> None:
    """Say of the current release that it was published: a run may be killed just after it moved the pointer."""
    current = current_release_id(home)
    if current is not None:
        (home / RELEASES / current / ARRIVING).unlink(missing_ok=True)


def _publish(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    catalog: Catalog,
    parts: ManifestParts,
    work: Work,
) -> Published:
    check_tables(catalog, connection)
    tables = {}
    for name, layout in table_layouts(catalog).items():
        tables[name] = write_table(connection, name, layout, home, work.workspace, _written(work, name))
        work.step(f"table {name}")
    # Caches are larger than all tables: what nobody needs any more makes room for them.
    forget_unused(home, tables.values())
    if work.tables:
        shutil.rmtree(work.tables)
    for table in tables.values():
        ensure_cache(home, table, work.resources)
    work.step("caches")
    manifest = _manifest(catalog, parts, tables)
    _store(home, manifest, catalog, work.workspace)
    work.step("manifest")
    before = _before(home)
    is_new = before is None or before.release_id != manifest.release_id
    if is_new:
        if before is not None:
            write_edge(connection, home, before, manifest, work.workspace)
            work.step("feed")
        set_current(home, manifest.release_id)
    work.step("pointer")
    forget_old(home, work.kept.releases)
    forget_edges(home, parts.as_of, work.kept.feed_days)
    return Published(manifest.release_id, is_new, manifest)


def _written(work: Work, name: str) -> Path | None:
    if work.tables is None:
        return None
    file, folder = work.tables / f"{name}.parquet", work.tables / name
    return file if file.is_file() else folder if folder.is_dir() else None


def _before(home: Path) -> Manifest | None:
    """The current release, where it is whole: what changed since a damaged one can't be told."""
    current = current_release_id(home)
    if current is None:
        return None
    try:
        manifest = read_manifest(home, current)
    except ReleaseError:
        return None
    files = [home / file for table in manifest.tables.values() for file in table.files]
    return manifest if all(file.is_file() for file in files) else None


def _manifest(catalog: Catalog, parts: ManifestParts, tables: Mapping[str, TableVersion]) -> Manifest:
    unnamed = Manifest(
        release_id="",
        as_of=parts.as_of,
        known_on=parts.known_on,
        time_zone=parts.time_zone,
        catalog_version=catalog.version,
        hash_function=HASH_FUNCTION,
        tables=tables,
        facts=parts.facts,
        sources=parts.sources,
        control_totals=parts.control_totals,
        versions=parts.versions,
    )
    return replace(unnamed, release_id=release_id(unnamed))


def _store(home: Path, manifest: Manifest, catalog: Catalog, workspace: Path) -> None:
    private = workspace / f"release-{manifest.release_id}"
    private.mkdir(parents=True, exist_ok=True)
    for name, content in {MANIFEST: manifest_to_json(manifest), CATALOG: catalog_to_json(catalog)}.items():
        (private / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    (private / ARRIVING).touch()
    move_folder(private, home / RELEASES / manifest.release_id)
