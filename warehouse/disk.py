"""How much of the disk a deployment takes, by what is kept there."""

import os
from collections.abc import Mapping
from pathlib import Path

AREAS = ("inbox", "landing", "raw", "tables", "cache", "feed", "releases", "runs", "store")
REST = "other"


def disk_use(home: Path) -> Mapping[str, int]:
    """Bytes that files occupy below each folder of the deployment; a file with several names counts once."""
    seen: set[tuple[int, int]] = set()
    used = dict.fromkeys((*AREAS, REST), 0)
    for entry in os.scandir(home):
        area = entry.name if entry.name in AREAS else REST
        used[area] += _occupied(Path(entry.path), seen)
    return used


def _occupied(path: Path, seen: set[tuple[int, int]]) -> int:
    folders = os.walk(path) if path.is_dir() and not path.is_symlink() else ()
    names = [Path(folder) / name for folder, _, files in folders for name in files] or [path]
    total = 0
    for name in names:
        try:
            status = name.lstat()
        except FileNotFoundError:  # gone since it was listed
            continue
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_blocks * 512
    return total
