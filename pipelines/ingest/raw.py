"""Raw: one folder per load, written aside and renamed into place; its manifest says everything about it."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipelines.ingest.raw_load import (
    DELETED,
    MANIFEST,
    PACK,
    PART,
    REJECTS,
    RawError,
    RawLoad,
    manifest_text,
    read_manifest,
    read_pack,
)
from warehouse.catalog.model import Attribute

__all__ = ["DELETED", "MANIFEST", "PACK", "PART", "REJECTS", "RawError", "RawLoad", "read_manifest"]


def list_loads(home: Path) -> tuple[RawLoad, ...]:
    """Loads as they became known (`RawLoad.order`); superseded ones left out."""
    loads = all_loads(home)
    superseded = {load.supersedes for load in loads}
    return tuple(load for load in loads if load.load_id not in superseded)


def all_loads(home: Path) -> tuple[RawLoad, ...]:
    """Every load in raw in the same order, superseded ones too."""
    while (found := _found(home)) is None:
        # Loads moved while they were listed: where they are now, the next look finds them.
        pass
    return tuple(sorted(found.values(), key=lambda load: load.order))


def _found(home: Path) -> dict[str, RawLoad] | None:
    """Load id -> load. A load that lies in its own folder and in a pack, or in two packs, is taken from where it
    stays: the pack, the larger one. None where a pack has moved meanwhile.
    """
    # Folders before packs: a load is in its pack before it leaves its folder.
    found = {load.load_id: load for folder in load_folders(home) for load in _single(folder)}
    packs = []
    for folder in pack_folders(home):
        try:
            packs.append(read_pack(folder))
        except RawError:
            if folder.exists():
                raise
            return None
    for loads in sorted(packs, key=len):
        found.update({load.load_id: load for load in loads})
    return found


def _single(folder: Path) -> tuple[RawLoad, ...]:
    try:
        return (read_manifest(folder),)
    except RawError:
        if folder.exists():
            raise
        return ()


def load_folders(home: Path) -> list[Path]:
    """Folders of loads that lie by themselves."""
    return _holding(home, MANIFEST)


def pack_folders(home: Path) -> list[Path]:
    """Folders of packs, see compact.py."""
    return _holding(home, PACK)


def _holding(home: Path, name: str) -> list[Path]:
    sources = [source for dataset in _folders(home / "raw") for source in _folders(dataset)]
    return [folder for source in sources for folder in _folders(source) if (folder / name).is_file()]


def _folders(parent: Path) -> list[Path]:
    """What is in a folder, save what is written aside there; folders may come and go meanwhile."""
    if not parent.is_dir():
        return []
    return [path for path in parent.iterdir() if not path.name.startswith(".")]


def load_folder(home: Path, dataset: str, source: str, load_id: str) -> Path:
    """Where a load lives."""
    return home / "raw" / dataset / source / load_id


def publish(scratch: Path, load: RawLoad) -> None:
    """Write the manifest into the finished folder `scratch` and rename it to its place: all or nothing."""
    (scratch / MANIFEST).write_text(manifest_text(load), encoding="utf-8")
    settle(scratch, load.path)


def settle(scratch: Path, target: Path) -> None:
    """Rename a finished folder to its place, so that it survives a loss of power whole."""
    for path in scratch.iterdir():
        sync(path)
    sync(scratch)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch.rename(target)
    sync(target.parent)


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
