"""What a benchmark is told and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

PAIRS = 7
"""Pairs of runs (ours, reference) that make a measurement."""

Note: TypeAlias = Callable[[str], None]
"""Told what is being done, for people who wait."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One call of `vitrina bench`. Data is made once below `data` and reused; `pairs` of runs alternate."""

    customers: int
    data: Path
    pairs: int = PAIRS
    note: Note = lambda _: None


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a benchmark; seconds are medians. Without a reference the limit is absolute.

    `cpu_s` and `peak_mb` are ours: processor seconds of one run (median), and the most memory a run held.
    """

    name: str
    ours_s: float
    runs: int
    same_answer: bool
    reference_s: float | None = None
    cpu_s: float | None = None
    peak_mb: float | None = None
    p99_ms: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours by the reference."""
        return self.ours_s / self.reference_s if self.reference_s else None

    def to_json(self) -> dict[str, Any]:
        """The result in the form that `vitrina bench --json` promises."""
        return asdict(self) | {"ratio": self.ratio}


Benchmark: TypeAlias = Callable[[Setup], Sequence[Result]]


@dataclass(frozen=True, slots=True)
class Report:
    """A benchmark's results with the machine they were measured on."""

    bench: str
    customers: int
    machine: Mapping[str, Any]
    results: tuple[Result, ...]

    @property
    def same_answers(self) -> bool:
        """False where ours and a reference did not say the same: then the numbers mean nothing."""
        return all(result.same_answer for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """The report in the form that `vitrina bench --json` promises."""
        return {
            "bench": self.bench,
            "customers": self.customers,
            "machine": dict(self.machine),
            "results": [result.to_json() for result in self.results],
        }
