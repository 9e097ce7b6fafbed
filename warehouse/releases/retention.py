"""Which releases are kept. The rule: the current one and the last few before it.

A reader that holds a release while as many others are published must open a newer one: its files may be gone.
(A scan cache that a process has attached stays readable for it until it lets go.)
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from warehouse.releases.files import ARRIVING, CACHE, MANIFEST, RELEASES, TABLES
from warehouse.releases.model import TableVersion
from warehouse.releases.reader import ReleaseError, current_release_id, read_manifest


def forget_old(home: Path, kept: int) -> tuple[str, ...]:
    """Delete releases beyond the last `kept`, those that killed runs left, and whatever only they used; return their
    ids.
    """
    stored, current = stored_releases(home), current_release_id(home)
    left = tuple(name for name in _by_age(home) if name not in stored)
    old = (*(name for name in stored[kept:] if name != current), *left)
    for name in old:
        shutil.rmtree(home / RELEASES / name)
    forget_unused(home)
    return old


def forget_unused(home: Path, arriving: Iterable[TableVersion] = ()) -> None:
    """Delete tables and caches that no stored release uses, nor the one that is made of `arriving` tables.

    Runs that were killed leave some behind. While a stored release is damaged nothing is deleted: what it uses can't
    be told.
    """
    try:
        stored = [read_manifest(home, name).tables.values() for name in stored_releases(home)]
    except ReleaseError:
        return
    used = [*arriving, *(table for tables in stored for table in tables)]
    _delete_unused_tables(home, used)
    _delete_unused_caches(home, used)


def stored_releases(home: Path) -> tuple[str, ...]:
    """Ids of complete releases, the one that became current last first. One that a run stored which was killed before
    it moved the pointer is none of them.
    """
    current = _named(home)
    return tuple(
        name for name in _by_age(home) if name == current or not (home / RELEASES / name / ARRIVING).exists()
    )


def _named(home: Path) -> str | None:
    try:
        return current_release_id(home)
    except ReleaseError:
        return None


def _by_age(home: Path) -> tuple[str, ...]:
    manifests = (home / RELEASES).glob(f"*/{MANIFEST}")
    newest_first = sorted(manifests, key=lambda path: (path.stat().st_mtime_ns, path), reverse=True)
    return tuple(path.parent.name for path in newest_first)


def damaged_releases(home: Path) -> tuple[str, ...]:
    """What is wrong with each stored release whose manifest can't be read, and its file."""
    damaged = []
    for name in stored_releases(home):
        try:
            read_manifest(home, name)
        except ReleaseError as error:
            damaged.append(str(error))
    return tuple(damaged)


def _delete_unused_tables(home: Path, used: Iterable[TableVersion]) -> None:
    wanted = {(home / file).parent for table in used for file in table.files}
    for folder in (home / TABLES).glob("*/*"):
        if folder not in wanted:
            shutil.rmtree(folder)


def _delete_unused_caches(home: Path, used: Iterable[TableVersion]) -> None:
    wanted = {table.cache for table in used}
    for file in (home / CACHE).glob("*.duckdb"):
        if str(file.relative_to(home)) not in wanted:
            file.unlink()
    for file in (home / CACHE).glob(".*.tmp"):
        if _is_running(int(file.name.split(".")[2])):
            continue
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
