"""Landing files: what was fetched, as gz JSON lines below `landing/SOURCE/DATASET/`, never changed afterwards.

Their names (`names.py`) carry a number that grows and the range of the cursor, so the names that raw knows are the
state of the connector; nothing about it is kept apart.
"""

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest.connectors.cursors import CursorValue
from pipelines.ingest.connectors.model import UnavailableError
from pipelines.ingest.connectors.names import FOLDER, Extract, extract_of
from pipelines.ingest.raw import RawLoad, sync

LEVEL = 4


@dataclass(frozen=True, slots=True)
class Landing:
    """The landing files of one data set: those in the folder, and those that raw has taken in."""

    folder: Path
    extracts: tuple[Extract, ...]

    @property
    def newest(self) -> Extract | None:
        """The one that was fetched last."""
        return self.extracts[-1] if self.extracts else None

    @property
    def cursor(self) -> CursorValue | None:
        """Where the next one begins; None = at the start."""
        return self.newest.last if self.newest else None

    def held(self, column: Sequence[str], shown: Any, *, needed: bool) -> Counter[bytes]:
        """Digests of the records at the cursor's value that were fetched already, with how often.

        `shown` is that value as records show it, under the path `column`. Where a file is gone: raises
        UnavailableError when `needed`, otherwise its records count as never fetched.
        """
        found: Counter[bytes] = Counter()
        for extract in reversed(self.extracts):
            if extract.last != self.cursor:
                break
            path = self.folder / extract.name
            if path.exists():
                found.update(
                    digest(line) for line in read_lines(path) if at(json.loads(line), column) == shown
                )
            elif needed:
                raise UnavailableError(
                    f"{path}: this landing file is gone; it alone tells which rows of the last cursor value are there"
                )
        return found


def landing_of(home: Path, source: str, dataset: str, known: Iterable[RawLoad]) -> Landing:
    """The landing files of a data set, by number: the folder's and those of its loads in raw."""
    folder = home / FOLDER / source / dataset
    names = {path.name for path in folder.glob("*.jsonl.gz")}
    names |= {load.file_name for load in known if (load.source, load.dataset) == (source, dataset)}
    extracts = [extract for name in names if (extract := extract_of(name)) is not None]
    return Landing(folder, tuple(sorted(extracts, key=lambda extract: (extract.number, extract.name))))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Writer:
    """A landing file in the making; it has its name only once it is whole and on disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._aside = folder, folder / f".{os.getpid()}.tmp"
        self._raw = self._aside.open("wb")
        # Neither clock nor name inside: the same records are the same bytes.
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=LEVEL)
        self.rows = 0

    def add(self, line: bytes) -> None:
        """One record."""
        self._file.write(line)
        self.rows += 1

    def publish(self, name: str) -> Path:
        """The finished file under its name."""
        self._close()
        sync(self._aside)
        path = self._folder / name
        self._aside.rename(path)
        sync(self._folder)
        return path

    def same_as(self, path: Path) -> bool:
        """Whether the finished file, not yet published, says what the file at `path` says."""
        self._close()
        return path.exists() and _sha256(path) == _sha256(self._aside)

    def discard(self) -> None:
        """Forget it, if it was not published."""
        self._close()
        self._aside.unlink(missing_ok=True)

    def _close(self) -> None:
        self._file.close()
        self._raw.close()


def clear_unfinished(home: Path) -> None:
    """Remove what a killed fetch left; only the holder of the ingestion lock may."""
    for path in (home / FOLDER).glob("*/*/.*.tmp"):
        path.unlink()


def read_lines(path: Path) -> Iterator[bytes]:
    """The records of a landing file as they were written."""
    with gzip.open(path, "rb") as file:
        yield from file


def digest(line: bytes) -> bytes:
    """What tells one record from another."""
    return hashlib.blake2b(line, digest_size=16).digest()


def at(record: Any, path: Sequence[str]) -> Any:
    """The value at a path of keys; None where a step is missing."""
    for step in path:
        if not isinstance(record, dict):
            return None
        record = record.get(step)
    return record
