"""Opening a release: what is named is there, or an error says what is missing."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb

from warehouse.catalog.loader import catalog_from_json
from warehouse.catalog.model import Catalog
from warehouse.errors import InputError
from warehouse.releases.files import CATALOG, MANIFEST, POINTER, RELEASES
from warehouse.releases.manifest import manifest_from_json
from warehouse.releases.model import Manifest, Release, TableVersion
from warehouse.releases.tables import ensure_cache

RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
REMEDY = "delete it, `vitrina build` makes it anew"


class ReleaseError(InputError):
    """There is no such release, or files of it are missing."""


def current_release_id(home: Path) -> str | None:
    """The release that new readers open; None before the first publication. Raises ReleaseError."""
    path = home / POINTER
    try:
        named = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{path}: cannot be read ({error}); {REMEDY}") from error
    if not RELEASE_ID.fullmatch(named):
        raise ReleaseError(f"{path}: holds no release id: {named[:40]!r}; {REMEDY}")
    return named


def read_manifest(home: Path, release_id: str) -> Manifest:
    """Description of a stored release, without opening its tables. Raises ReleaseError."""
    document = _read_json(home, release_id, MANIFEST)
    try:
        return manifest_from_json(document)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        folder = home / RELEASES / release_id
        raise ReleaseError(f"{folder / MANIFEST}: no manifest ({error!r}); {folder}: {REMEDY}") from error


def open_release(home: Path, release_id: str | None = None) -> Release:
    """The named release, or the current one. Missing scan caches are made anew. Raises ReleaseError."""
    wanted = release_id or current_release_id(home)
    if wanted is None:
        raise ReleaseError(f"{home}: no release yet; `vitrina run` makes the first one")
    manifest = read_manifest(home, wanted)
    catalog = _read_catalog(home, manifest)
    for table in manifest.tables.values():
        _open_table(home, manifest, table)
    return Release(home, manifest, catalog)


def _read_catalog(home: Path, manifest: Manifest) -> Catalog:
    document = _read_json(home, manifest.release_id, CATALOG)
    if not isinstance(document, dict) or document.get("version") != manifest.catalog_version:
        raise ReleaseError(
            f"{home / RELEASES / manifest.release_id}: catalogue and manifest do not belong together"
        )
    return catalog_from_json(document)


def _open_table(home: Path, manifest: Manifest, table: TableVersion) -> None:
    for file in table.files:
        if not (home / file).is_file():
            raise ReleaseError(f"{home / file}: missing, though release {manifest.release_id} names it")
    try:
        ensure_cache(home, table)
    except duckdb.Error as error:
        folders = ", ".join(sorted({str((home / file).parent) for file in table.files}))
        raise ReleaseError(f"{folders}: damaged ({error}); {REMEDY}") from error


def _read_json(home: Path, release_id: str, name: str) -> Any:
    path = home / RELEASES / release_id / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReleaseError(
            f"{path}: no such file; is there a release {release_id}? `vitrina build` makes the current one"
        ) from error
    except ValueError as error:
        raise ReleaseError(f"{path}: damaged: {error}; {path.parent}: {REMEDY}") from error
