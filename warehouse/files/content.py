"""The bytes of a source file: its hash, and whether it was written to since."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from warehouse.files.model import FileError, FileFacts

CHUNK = 8 << 20


@contextmanager
def open_content(path: Path) -> Iterator[BinaryIO]:
    """The content of the file for reading."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror}") from error


def content_facts(path: Path, look: Callable[[bytes], None] = lambda _: None) -> FileFacts:
    """Hash the content; `look` is shown every chunk. Raises FileError for a missing or empty file."""
    digest, size = hashlib.sha256(), 0
    with open_content(path) as file:
        status = os.fstat(file.fileno())
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            look(chunk)
    if not size:
        raise FileError(f"{path}: the file is empty (0 bytes)")
    return FileFacts(path, stamp_of(status), status.st_size, digest.hexdigest())


def stamp_of(status: os.stat_result) -> tuple[int, ...]:
    """What changes when a file is replaced or written to."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
