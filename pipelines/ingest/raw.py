"""Raw: one folder per load, written aside and renamed into place; its manifest says everything about it."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipelines.ingest.raw_load import (
    DELETED,
    MANIFEST,
    PART,
    REJECTS,
    RawError,
    RawLoad,
    manifest_text,
    read_manifest,
)
from warehouse.catalog.model import Attribute

__all__ = ["DELETED", "MANIFEST", "PART", "REJECTS", "RawError", "RawLoad", "read_manifest"]


def list_loads(home: Path) -> tuple[RawLoad, ...]:
    """Loads as they became known (`RawLoad.order`); superseded ones left out."""
    loads = all_loads(home)
    superseded = {load.supersedes for load in loads}
    return tuple(load for load in loads if load.load_id not in superseded)


def all_loads(home: Path) -> tuple[RawLoad, ...]:
    """Every load in raw in the same order, superseded ones too."""
    loads = [read_manifest(path.parent) for path in (home / "raw").glob(f"*/*/*/{MANIFEST}")]
    return tuple(sorted(loads, key=lambda load: load.order))


def load_folder(home: Path, dataset: str, source: str, load_id: str) -> Path:
    """Where a load lives."""
    return home / "raw" / dataset / source / load_id


def publish(scratch: Path, load: RawLoad) -> None:
    """Write the manifest into the finished folder `scratch` and rename it to its place: all or nothing."""
    (scratch / MANIFEST).write_text(manifest_text(load), encoding="utf-8")
    for path in scratch.iterdir():
        sync(path)
    sync(scratch)
    load.path.parent.mkdir(parents=True, exist_ok=True)
    scratch.rename(load.path)
    sync(load.path.parent)


def sync(path: Path) -> None:
    """Make what was written to a file or folder survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def scratch_folder(home: Path) -> Path:
    """The folder where loads are written before they count."""
    return home / "raw" / ".tmp"


def clear_scratch(home: Path) -> None:
    """Remove what an interrupted ingestion left; only the holder of the ingestion lock may."""
    shutil.rmtree(scratch_folder(home), ignore_errors=True)
    scratch_folder(home).mkdir(parents=True)


def extension_attributes(loads: Iterable[RawLoad]) -> dict[str, dict[str, Attribute]]:
    """Entity -> name -> attribute of all extensions; the newest load of a data set describes it."""
    found: dict[str, dict[str, Attribute]] = {}
    for load in loads:
        if load.entity is not None:
            found.setdefault(load.entity, {}).update({each.name: each for each in load.attributes})
    return found
