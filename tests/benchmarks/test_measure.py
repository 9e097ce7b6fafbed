"""Measuring: what is timed, what is compared, and what a run costs."""

import time
from pathlib import Path
from typing import Any

from benchmarks.measure import Task, compare, run_once, time_alone

PAUSE = 0.05


def prepare(folder: Path) -> None:
    assert list(folder.iterdir()) == []
    (folder / "here").write_text("before", encoding="utf-8")


def work(folder: Path) -> str:
    time.sleep(PAUSE)
    return (folder / "here").read_text(encoding="utf-8")


def hold_memory(_: Path) -> int:
    return len(b"x" * (300 << 20))


def answer(_: Path, result: Any) -> Any:
    return result


def other(_: Path, result: Any) -> Any:
    return f"not {result}"


def test_sides_that_answer_alike_are_timed_alone(tmp_path: Path) -> None:
    result = compare("x", Task(prepare, work, answer), Task(prepare, work, answer), tmp_path / "runs", 2)
    assert result.same_answer
    assert result.runs == 2
    assert result.reference_s is not None
    assert PAUSE <= result.ours_s < 20 * PAUSE
    assert result.ratio == result.ours_s / result.reference_s
    assert "no measurement" in result.note


def test_sides_that_differ_are_told(tmp_path: Path) -> None:
    result = compare("x", Task(prepare, work, answer), Task(prepare, work, other), tmp_path / "runs", 1)
    assert not result.same_answer
    assert "ours says before, the reference not before" in result.note


def test_an_unexpected_answer_is_told(tmp_path: Path) -> None:
    result = time_alone("x", Task(prepare, work, answer), "after", tmp_path / "runs", 1)
    assert not result.same_answer
    assert "expected after, found before" in result.note


def test_memory_is_that_of_the_run(tmp_path: Path) -> None:
    small = run_once(Task(prepare, work, answer), tmp_path / "run")
    large = run_once(Task(prepare, hold_memory, answer), tmp_path / "run")
    assert 250 < large.peak_mb - small.peak_mb < 400
    assert not (tmp_path / "run").exists()
