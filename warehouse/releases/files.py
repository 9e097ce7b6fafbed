"""Files that are either whole or absent: written aside, flushed to disk, renamed."""

import os
import shutil
import uuid
from pathlib import Path

RELEASES = "releases"
TABLES = "tables"
CACHE = "cache"
POINTER = "CURRENT"
MANIFEST = "manifest.json"
CATALOG = "catalog.json"
ARRIVING = "arriving"
"""Stands in the folder of a release until it has been current."""


def flush_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_file(path: Path) -> None:
    """Make a written file's content survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step: a reader sees the old content or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        aside.write_text(text, encoding="utf-8")
        flush_file(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    flush_folder(path.parent)


def move_folder(source: Path, target: Path) -> None:
    """Give a finished private folder its final name. A target that is there already has the same content."""
    for file in sorted(source.iterdir()):
        flush_file(file)
    flush_folder(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(source)
        return
    source.rename(target)
    flush_folder(target.parent)
