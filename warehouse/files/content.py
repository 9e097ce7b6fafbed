"""The bytes of a source file, compressed or not: its hash, and whether it was written to since."""

import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from warehouse.files.model import FileError, FileFacts

CHUNK = 1 << 20
"""Bytes that are read together: larger ones fall out of the processor's cache before they have been looked at."""
COMPRESSED = (".gz", ".zip")
# Content of this size, or so many times the size of the file, is nothing that a source writes: what a few
# bytes were made to unfold into would fill the disk.
FREE_SIZE = 1 << 30
MAX_RATIO = 200
# What an archiver adds by itself.
_NO_CONTENT = ("__MACOSX/", ".DS_Store")
_DAMAGED = (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile)


def is_compressed(path: Path) -> bool:
    """True for files whose content has to be unpacked (`.gz`, `.zip`)."""
    return path.suffix.lower() in COMPRESSED


@contextmanager
def open_content(path: Path) -> Iterator[BinaryIO]:
    """The content of the file for reading, unpacked where the name ends in `.gz` or `.zip`.

    Raises FileError where it can't be read, an archive is damaged or holds other than one file, or the
    content is too large for the file.
    """
    try:
        with ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            yield _unpacked(path, file, stack) if is_compressed(path) else file
    except _DAMAGED as error:
        raise FileError(
            f"{path}: the archive is damaged or cut: {str(error) or 'it ends too early'}"
        ) from error
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error


def _unpacked(path: Path, file: IO[bytes], stack: ExitStack) -> BinaryIO:
    zipped = path.suffix.lower() == ".zip"
    inside = _only_file(path, file, stack) if zipped else cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    limit = max(FREE_SIZE, MAX_RATIO * os.fstat(file.fileno()).st_size)
    bounded = _Bounded(path, stack.enter_context(inside), limit)
    return stack.enter_context(io.BufferedReader(bounded, 1 << 17))


def _only_file(path: Path, file: IO[bytes], stack: ExitStack) -> IO[bytes]:
    archive = stack.enter_context(zipfile.ZipFile(file))
    names = [entry for entry in archive.infolist() if not _is_no_content(entry)]
    if len(names) != 1:
        told = ", ".join(entry.filename for entry in names[:5]) or "nothing"
        raise FileError(f"{path}: a zip holds one file to be read, this one holds {told}")
    if names[0].flag_bits & 1:
        raise FileError(f"{path}: the zip is locked with a password")
    try:
        return archive.open(names[0])
    except NotImplementedError as error:
        raise FileError(f"{path}: packed in a way that is not known ({error}); pack it as usual") from error


def _is_no_content(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or entry.filename.startswith(_NO_CONTENT) or entry.filename.endswith(_NO_CONTENT[1])


class _Bounded(io.RawIOBase):
    """A stream that ends in FileError when more comes out than can be meant."""

    def __init__(self, path: Path, inside: IO[bytes], limit: int) -> None:
        self._path, self._inside, self._limit, self._left = path, inside, limit, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        chunk = self._inside.read(len(view))
        self._left -= len(chunk)
        if self._left < 0:
            raise FileError(
                f"{self._path}: unpacks to more than {self._limit >> 20} MB, "
                f"{MAX_RATIO} times its size; it is not unpacked further"
            )
        view[: len(chunk)] = chunk
        return len(chunk)


def content_facts(path: Path, look: Callable[[bytes], None] = lambda _: None) -> FileFacts:
    """Hash the content; `look` is shown every chunk. Raises FileError for a missing or empty file."""
    digest, size = hashlib.sha256(), 0
    status = status_of(path)
    with open_content(path) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            look(chunk)
    if not size:
        raise FileError(f"{path}: the file is empty (0 bytes)")
    return FileFacts(path, stamp_of(status), status.st_size, digest.hexdigest())


def archive_facts(path: Path) -> FileFacts:
    """Facts of a file as it lies there: `sha256` is that of its bytes, packed or not.

    Far less work than unpacking it. Raises FileError where it can't be read.
    """
    status = status_of(path)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error
    return FileFacts(path, stamp_of(status), status.st_size, sha256)


def status_of(path: Path) -> os.stat_result:
    """What the file system says of the file, before it is read."""
    try:
        return path.stat()
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror}") from error


def stamp_of(status: os.stat_result) -> tuple[int, ...]:
    """What changes when a file is replaced or written to."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
