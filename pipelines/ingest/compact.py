"""Many small loads of one data set are put together into packs; what raw says stays the same.

A pack is a folder like that of a load: the rows and the rejected rows of its loads, each marked with its load and
its place there, and their manifests. It is written aside, compared row by row with what went into it and renamed to
its place; then the folders that it holds now go. Whatever is killed in between, each load is whole in one of both
places, and the next compaction removes what is there twice.
"""

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pipelines.ingest import raw
from pipelines.ingest.lock import raw_lock
from pipelines.ingest.raw_load import RawLoad, pack_text, read_manifest, read_pack
from warehouse.builds.model import SENT_WHOLE
from warehouse.files.packs import Piece, columns_of, write_pack

SMALL_ROWS = 100_000
"""Loads and packs with no more accepted rows are small."""
MANY = 50
"""A run compacts a data set of a source that lies in more small folders than that."""
PACK_ROWS = 1_000_000
"""A pack with so many rows takes no more loads."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of raw and the loads in it: one, or those of a pack."""

    path: Path
    loads: tuple[RawLoad, ...]

    @property
    def rows(self) -> int:
        """Accepted rows of all its loads."""
        return sum(load.accepted for load in self.loads)

    def piece(self, name: str) -> Piece:
        """One of its Parquet files."""
        first = self.loads[0]
        return Piece(self.path / name, None if first.packed else first.load_id)


@dataclass(frozen=True, slots=True)
class Pack:
    """A new pack: whose loads, how many of them, and how many folders it takes the place of."""

    source: str
    dataset: str
    loads: int
    folders: int


Kind: TypeAlias = tuple[object, ...]


def compact(home: Path, many: int = MANY) -> tuple[Pack, ...]:
    """Pack what lies in more than `many` small folders of one data set of one source.

    The caller owns the deployment, so that no build reads what moves. Raises RawBusyError while an ingestion works.
    """
    with raw_lock(home):
        raw.clear_scratch(home)
        folders = _remove_twice(home, _folders(home))
        return tuple(_pack(home, group) for group in _groups(folders, many))


def _folders(home: Path) -> list[Folder]:
    """As their first loads became known."""
    found = [Folder(path, (read_manifest(path),)) for path in raw.load_folders(home)]
    found += [Folder(path, read_pack(path)) for path in raw.pack_folders(home)]
    return sorted(found, key=lambda folder: (folder.loads[0].order, len(folder.loads)))


def _remove_twice(home: Path, folders: Sequence[Folder]) -> list[Folder]:
    """Remove folders all of whose loads are in a larger pack: an earlier compaction was interrupted there."""
    packs = sorted((folder for folder in folders if folder.loads[0].packed), key=lambda each: len(each.loads))
    # The largest pack of a load has the last word.
    home_of = {load.load_id: pack.path for pack in packs for load in pack.loads}
    stay = []
    for folder in folders:
        if all(home_of.get(load.load_id, folder.path) != folder.path for load in folder.loads):
            _remove(home, folder)
        else:
            stay.append(folder)
    return stay


def _groups(folders: Sequence[Folder], many: int) -> Iterator[tuple[Folder, ...]]:
    """What goes into one pack each, in order. Rows of a pack have the same columns."""
    kinds: dict[Kind, list[Folder]] = defaultdict(list)
    for folder in folders:
        first = folder.loads[0]
        # Of what is sent whole only the newest file is read: nothing would be gained.
        if folder.rows <= SMALL_ROWS and first.load not in SENT_WHOLE:
            kinds[first.dataset, first.source].append(folder)
    for small in [each for each in kinds.values() if len(each) > many]:
        alike: dict[Kind, list[Folder]] = defaultdict(list)
        for folder in small:
            alike[columns_of(folder.path / raw.PART)].append(folder)
        for same in alike.values():
            yield from (group for group in _portions(same) if len(group) > 1)


def _portions(folders: Sequence[Folder]) -> Iterator[tuple[Folder, ...]]:
    portion: list[Folder] = []
    rows = 0
    for folder in folders:
        portion.append(folder)
        rows += folder.rows
        if rows >= PACK_ROWS:
            yield tuple(portion)
            portion, rows = [], 0
    yield tuple(portion)


def _pack(home: Path, folders: Sequence[Folder]) -> Pack:
    loads = [load for folder in folders for load in folder.loads]
    name = _pack_name(loads)
    scratch = raw.scratch_folder(home) / name
    scratch.mkdir()
    write_pack([folder.piece(raw.PART) for folder in folders], scratch / raw.PART)
    rejecting = [folder for folder in folders if any(load.rejected for load in folder.loads)]
    if rejecting:
        write_pack([folder.piece(raw.REJECTS) for folder in rejecting], scratch / raw.REJECTS)
    (scratch / raw.PACK).write_text(pack_text(loads), encoding="utf-8")
    raw.settle(scratch, folders[0].path.parent / name)
    for folder in folders:
        _remove(home, folder)
    return Pack(loads[0].source, loads[0].dataset, len(loads), len(folders))


def _pack_name(loads: Sequence[RawLoad]) -> str:
    """From the loads alone: the same loads make the same pack."""
    ids = json.dumps([load.load_id for load in loads])
    return f"pack-{hashlib.sha256(ids.encode()).hexdigest()[:32]}"


def _remove(home: Path, folder: Folder) -> None:
    """In one step: a folder of raw is whole or gone."""
    aside = raw.scratch_folder(home) / f"{folder.path.name}.gone"
    folder.path.rename(aside)
    shutil.rmtree(aside)
