"""The limits of `targets.json`: what each result has to stay within, at the size where that counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.model import Result

TARGETS_FILE = Path(__file__).with_name("targets.json")


@dataclass(frozen=True, slots=True)
class Target:
    """Limits of one result: `ratio * reference + plus_s`, or absolute ones; None = no limit of that kind."""

    customers: int
    ratio: float | None = None
    plus_s: float = 0.0
    limit_s: float | None = None
    limit_mb: float | None = None
    limit_p50_ms: float | None = None
    limit_p99_ms: float | None = None

    def broken(self, result: Result) -> tuple[str, ...]:
        """The limits that `result` is over, in words. What was not measured is over its limit."""
        against = None
        if self.ratio is not None and result.reference_s is not None:
            against = self.ratio * result.reference_s + self.plus_s
        limits = (
            ("time against the reference", result.ours_s, against, self.ratio is not None),
            ("seconds", result.ours_s, self.limit_s, self.limit_s is not None),
            ("megabytes", result.peak_mb, self.limit_mb, self.limit_mb is not None),
            ("median in ms", result.ours_s * 1000, self.limit_p50_ms, self.limit_p50_ms is not None),
            ("p99 in ms", result.p99_ms, self.limit_p99_ms, self.limit_p99_ms is not None),
        )
        return tuple(
            name
            for name, value, limit, wanted in limits
            if wanted and (value is None or limit is None or value > limit)
        )


@cache
def targets() -> Mapping[str, Mapping[str, Target]]:
    """Targets by benchmark and result."""
    content = json.loads(TARGETS_FILE.read_text(encoding="utf-8"))
    return {
        bench: {name: Target(**limits) for name, limits in results.items()}
        for bench, results in content.items()
        if bench != "comment"
    }
