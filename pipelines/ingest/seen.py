"""What files held when they were last read, so that what did not change is not read again.

A file is known by where it lies, and by device, inode, size and both times of its last change: the one that programs
may set back, and the one that only the system writes. A file that changed just before an ingestion began could change
once more within one tick of these times: it is read again the next time. Where a file system keeps no such times,
`vitrina ingest --rehash` reads everything. The memory can be lost at any time: then everything is read once more.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.ingest import raw

FILE = ".seen.json"
STILL_NS = 2_000_000_000
"""A file has to lie still so long before an ingestion to be known afterwards: the coarsest clocks of file systems."""


@dataclass(slots=True)
class SeenFiles:
    """Path -> (stamp, hash of the content) of the files of a deployment. `began`: the file system's time, in
    nanoseconds, before any file was looked at.
    """

    home: Path
    began: int
    files: dict[str, tuple[tuple[int, ...], str]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, home: Path, *, rehash: bool = False) -> "SeenFiles":
        """What is remembered; nothing with `rehash`. The scratch folder of raw has just been made."""
        files = {} if rehash else _read(home / "raw" / FILE)
        return cls(home, raw.scratch_folder(home).stat().st_mtime_ns, files)

    def stamp(self, path: Path) -> tuple[int, ...] | None:
        """How the file lies there now; None where that can't be told."""
        try:
            status = path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def content(self, path: Path, stamp: tuple[int, ...] | None) -> str | None:
        """Hash of the content of an unchanged file; None where it has to be read."""
        known = self.files.get(self._name(path))
        return known[1] if known is not None and known[0] == stamp else None

    def note(self, path: Path, stamp: tuple[int, ...] | None, content: str) -> None:
        """Remember a file that was read, or found unchanged, as it lay there before that."""
        name = self._name(path)
        self.met.add(name)
        if stamp is not None and max(stamp[-2:]) <= self.began - STILL_NS:
            self.files[name] = stamp, content
        else:
            self.files.pop(name, None)

    def save(self, *, whole: bool) -> None:
        """Keep it for the next ingestion; after one of all sources (`whole`) only the files that were met."""
        kept = {name: each for name, each in self.files.items() if not whole or name in self.met}
        target = self.home / "raw" / FILE
        unfinished = raw.scratch_folder(self.home) / FILE
        unfinished.write_text(json.dumps(kept, ensure_ascii=True, indent=0), encoding="utf-8")
        unfinished.replace(target)

    def _name(self, path: Path) -> str:
        """Relative to the deployment, where it lies in it: a folder that is moved as a whole stays known."""
        return str(path.relative_to(self.home) if path.is_relative_to(self.home) else path)


def _read(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    try:
        return {name: _entry(*each) for name, each in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        # Not there, or damaged: as if nothing had been seen.
        return {}


def _entry(stamp: list[Any], content: Any) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in stamp), str(content)
