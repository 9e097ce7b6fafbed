"""The files of a simulation: written aside, then put in place together with their control totals."""

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from pipelines.simulator.blocks import Part
from pipelines.simulator.dirty import Counts
from pipelines.simulator.plan import PlanError

WHOLE_NUMBERS = frozenset({"SMS_CNT", "points"})
"""Columns whose sums are whole; all other sums are kept in hundredths."""
UNFINISHED = ".part"
STATED = "truth/dirty.json"


@dataclass(slots=True)
class WrittenFile:
    """What one file holds. `sums` of the good lines, as in `Part`."""

    counts: Counts = field(default_factory=Counts)
    sums: dict[str, int] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        """Count a part in."""
        self.counts.add(part.counts)
        for name, value in part.sums.items():
            self.sums[name] = self.sums.get(name, 0) + value

    def totals(self) -> dict[str, str]:
        """The sums as a source states them."""
        return {
            name: str(value) if name in WHOLE_NUMBERS else str(Decimal(value).scaleb(-2))
            for name, value in self.sums.items()
        }

    def to_json(self) -> dict[str, Any]:
        """What ingestion must find."""
        broken = dict(self.counts.broken)
        duplicates = broken.pop("duplicate_key")
        return {
            "lines": self.counts.lines,
            "accepted": self.counts.good,
            "rejected": broken,
            "duplicates": duplicates,
            "sums_of_accepted": self.totals(),
        }


class ExtractFiles:
    """Open files of a simulation below a folder. Nothing has its name before `finish`: a watched inbox sees
    whole files only, and a simulation that was killed leaves none.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._stack = ExitStack()
        self._handles: dict[str, BinaryIO] = {}
        self._written: dict[str, WrittenFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def append(self, part: Part) -> None:
        """Write a block's share of a file."""
        if part.path not in self._handles:
            self._handles[part.path] = self._stack.enter_context(
                _created(self._out / (part.path + UNFINISHED))
            )
            self._handles[part.path].write(part.header)
            self._written[part.path] = WrittenFile()
        self._handles[part.path].write(part.body)
        self._written[part.path].add(part)

    def finish(self) -> dict[str, WrittenFile]:
        """Put all files in place of those of an earlier simulation; what they hold, by path."""
        self._stack.close()
        _remove_earlier(self._out)
        for name, file in self._written.items():
            path = self._out / name
            control = {"rows": file.counts.lines, "sums": file.totals()}
            path.with_suffix(".ctl").write_text(json.dumps(control) + "\n", encoding="utf-8")
            path.with_name(path.name + UNFINISHED).replace(path)
        return self._written


def _created(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")
    except OSError as error:
        raise PlanError(f"{path}: can't be written: {error.strerror}") from error


def _remove_earlier(out: Path) -> None:
    """Extracts of two simulations side by side would speak of different customers under the same numbers."""
    stated = out / STATED
    if not stated.is_file():
        return
    for name in json.loads(stated.read_text(encoding="utf-8")):
        (out / name).unlink(missing_ok=True)
        (out / name).with_suffix(".ctl").unlink(missing_ok=True)
