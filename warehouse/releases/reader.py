"""Opening a release: what is named is there, or an error says what is missing."""

import json
from pathlib import Path
from typing import Any

from warehouse.catalog.loader import catalog_from_json
from warehouse.errors import InputError
from warehouse.releases.files import CATALOG, MANIFEST, POINTER, RELEASES
from warehouse.releases.manifest import manifest_from_json
from warehouse.releases.model import Manifest, Release
from warehouse.releases.tables import ensure_cache


class ReleaseError(InputError):
    """There is no such release, or files of it are missing."""


def current_release_id(home: Path) -> str | None:
    """The release that new readers open; None before the first publication."""
    try:
        return (home / POINTER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def read_manifest(home: Path, release_id: str) -> Manifest:
    """Description of a stored release, without opening its tables."""
    return manifest_from_json(_read_json(home, release_id, MANIFEST))


def open_release(home: Path, release_id: str | None = None) -> Release:
    """The named release, or the current one. Missing scan caches are made anew. Raises ReleaseError."""
    wanted = release_id or current_release_id(home)
    if wanted is None:
        raise ReleaseError(f"{home}: no release yet; `vitrina run` makes the first one")
    manifest = read_manifest(home, wanted)
    catalog = catalog_from_json(_read_json(home, wanted, CATALOG))
    if catalog.version != manifest.catalog_version:
        raise ReleaseError(f"{home / RELEASES / wanted}: catalogue and manifest do not belong together")
    for table in manifest.tables.values():
        for file in table.files:
            if not (home / file).is_file():
                raise ReleaseError(f"{home / file}: missing, though release {wanted} names it")
        ensure_cache(home, table)
    return Release(home, manifest, catalog)


def _read_json(home: Path, release_id: str, name: str) -> Any:
    path = home / RELEASES / release_id / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReleaseError(f"{path}: no such file; is there a release {release_id}?") from error
    except ValueError as error:
        raise ReleaseError(f"{path}: damaged: {error}") from error
