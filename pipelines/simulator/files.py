"""The files of a simulation: written aside, then put in place together with their control totals."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipelines.simulator.dirty import Counts
from pipelines.simulator.packing import control_name
from pipelines.simulator.parts import Part
from pipelines.simulator.plan import PlanError
from pipelines.simulator.writers.workbook import SHEET, write_workbook

UNFINISHED = ".part"
STATED = "truth/dirty.json"


@dataclass(slots=True)
class WrittenFile:
    """What one file holds. `sums` of the good rows, as in `Part`."""

    footer: bytes = b""
    begun: bool = False
    counts: Counts = field(default_factory=Counts)
    sums: dict[str, Decimal | int] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        """Count a part in."""
        self.footer = part.footer
        self.begun |= bool(part.body)
        self.counts.add(part.counts)
        for name, value in part.sums.items():
            self.sums[name] = self.sums.get(name, 0) + value

    def totals(self) -> dict[str, str]:
        """The sums as a source states them."""
        return {name: str(value) for name, value in self.sums.items()}

    def to_json(self) -> dict[str, Any]:
        """As in `truth/dirty.json`."""
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
    """All files of a run, by path below `out`. Nothing has its name before `finish`: a watched inbox sees
    whole files only, and a simulation that was killed leaves none.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._written: dict[str, WrittenFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._written:
            self._unfinished(name).unlink(missing_ok=True)

    def append(self, part: Part) -> None:
        """Write a block's share of a file."""
        path = self._unfinished(part.path)
        first = part.path not in self._written
        file = self._written.get(part.path) or WrittenFile()
        body = part.separator + part.body if file.begun and part.body else part.body
        # Opened for each part: a history by business day has more files than a process may hold open.
        try:
            if first:
                path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb" if first else "ab") as handle:
                handle.write(part.header + body if first else body)
        except OSError as error:
            raise PlanError(f"{path}: can't be written: {error.strerror}") from error
        file.add(part)
        self._written[part.path] = file

    def _unfinished(self, name: str) -> Path:
        return self._out / (name + UNFINISHED)

    def finish(self, *, keep_earlier: bool = False) -> dict[str, WrittenFile]:
        """Put all files in place of those of an earlier simulation (or beside them); what they hold, by path.

        A system that has nothing to tell sends no file: a file without rows would be refused as cut.
        """
        for name in [name for name, file in self._written.items() if not file.counts.lines]:
            self._unfinished(name).unlink()
            del self._written[name]
        for name, file in self._written.items():
            if file.footer:
                with self._unfinished(name).open("ab") as handle:
                    handle.write(file.footer)
            if name.endswith(SHEET):
                write_workbook(self._unfinished(name))
        if not keep_earlier:
            _remove_earlier(self._out)
        for name, file in self._written.items():
            path = self._out / name
            control = {"rows": file.counts.lines, "sums": file.totals()}
            (self._out / control_name(name)).write_text(json.dumps(control) + "\n", encoding="utf-8")
            self._unfinished(name).replace(path)
        return self._written


def _remove_earlier(out: Path) -> None:
    """Extracts of two simulations side by side would speak of different customers under the same numbers."""
    for name in earlier_files(out):
        (out / name).unlink(missing_ok=True)
        (out / control_name(name)).unlink(missing_ok=True)


def earlier_files(out: Path) -> dict[str, Any]:
    """What `truth/dirty.json` states about the files of an earlier simulation, by path."""
    stated = out / STATED
    if not stated.is_file():
        return {}
    known: dict[str, Any] = json.loads(stated.read_text(encoding="utf-8"))
    return known
