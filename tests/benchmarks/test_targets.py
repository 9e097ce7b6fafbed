"""The limits, and what is over them."""

import json

import pytest

from benchmarks.model import Result
from benchmarks.registry import BENCHMARKS
from benchmarks.targets import TARGETS_FILE, Target, targets

LIMITS = {"ratio", "plus_s", "limit_s", "limit_mb", "limit_p50_ms", "limit_p99_ms"}
RESULT = Result("x", ours_s=1.4, runs=7, same_answer=True, reference_s=1.0, peak_mb=100.0)


def test_every_target_says_at_which_size_and_what_is_the_limit() -> None:
    content = json.loads(TARGETS_FILE.read_text(encoding="utf-8"))
    assert isinstance(content.pop("comment"), str)
    for bench, results in content.items():
        assert results, bench
        for name, limits in results.items():
            assert set(limits) <= {"customers", *LIMITS}, (bench, name)
            assert limits["customers"] > 0, (bench, name)
            assert set(limits) & (LIMITS - {"plus_s"}), (bench, name)
            assert all(limit > 0 for limit in limits.values()), (bench, name)


def test_every_benchmark_has_targets() -> None:
    assert set(BENCHMARKS) <= set(targets())


@pytest.mark.parametrize(
    ("target", "broken"),
    [
        (Target(1, ratio=1.5), ()),
        (Target(1, ratio=1.3), ("time against the reference",)),
        (Target(1, ratio=1.3, plus_s=0.2), ()),
        (Target(1, limit_s=1.3), ("seconds",)),
        (Target(1, ratio=1.5, limit_mb=99), ("megabytes",)),
        (Target(1, limit_p99_ms=5), ("p99 in ms",)),
    ],
)
def test_a_limit_that_is_passed_or_not_measured_is_named(target: Target, broken: tuple[str, ...]) -> None:
    assert target.broken(RESULT) == broken


def test_a_ratio_without_a_reference_is_over_its_limit() -> None:
    alone = Result("x", ours_s=0.1, runs=7, same_answer=True)
    assert Target(1, ratio=1.5).broken(alone) == ("time against the reference",)
