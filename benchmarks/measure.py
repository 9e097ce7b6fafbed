"""Alternating runs, each in a process of its own: no cache of ours survives, and memory is that of one run."""

import os
import resource
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import psutil

from benchmarks.model import PAIRS, Result

Work: TypeAlias = Callable[[Path], Any]
"""What is timed: works in a folder of its own and answers with something that compares by ==. Importable."""


@dataclass(frozen=True, slots=True)
class Task:
    """One side of a comparison. `prepare` and `answer` are not timed: what stands in the folder before, and
    what the answer is; without `answer` it is what `work` returns.
    """

    prepare: Callable[[Path], None]
    work: Work
    answer: Callable[[Path, Any], Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds, processor seconds, most memory held (MB), and the answer."""

    seconds: float
    cpu: float
    peak_mb: float
    answer: Any


def run_once(task: Task, folder: Path) -> Run:
    """Prepare, time and ask in a new process; the folder is empty before and gone after."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_run, task, folder).result()


def _run(task: Task, folder: Path) -> Run:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        task.prepare(folder)
        before = _cpu()
        started = time.perf_counter()
        result = task.work(folder)
        seconds, cpu, peak = time.perf_counter() - started, _cpu() - before, _peak_mb()
        return Run(seconds, cpu, peak, task.answer(folder, result))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    # Not `ru_maxrss`: it starts at what the parent held when the process was made.
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(name: str, ours: Task, reference: Task, folder: Path, pairs: int) -> Result:
    """Runs alternate, so that whatever else the machine does falls on both sides."""
    mine, theirs = [], []
    for _ in range(pairs):
        mine.append(run_once(ours, folder / "ours"))
        theirs.append(run_once(reference, folder / "reference"))
    answers = [run.answer for run in (*mine, *theirs)]
    same = all(answer == answers[0] for answer in answers)
    note = "" if same else f"ours says {mine[0].answer}, the reference {theirs[0].answer}"
    return _result(name, mine, theirs, same, note)


def time_alone(name: str, ours: Task, expected: Any, folder: Path, runs: int) -> Result:
    """For absolute limits: no reference; the answer has to be `expected`."""
    mine = [run_once(ours, folder / "ours") for _ in range(runs)]
    wrong = [run.answer for run in mine if run.answer != expected]
    return _result(name, mine, [], not wrong, f"expected {expected}, found {wrong[0]}" if wrong else "")


def _result(name: str, ours: Sequence[Run], reference: Sequence[Run], same: bool, note: str) -> Result:
    few = f"fewer than {PAIRS} runs are no measurement" if len(ours) < PAIRS else ""
    theirs = f"the reference took {_median(run.cpu for run in reference):.2f} cpu s" if reference else ""
    return Result(
        name=name,
        ours_s=_median(run.seconds for run in ours),
        reference_s=_median(run.seconds for run in reference) if reference else None,
        runs=len(ours),
        same_answer=same,
        cpu_s=_median(run.cpu for run in ours),
        peak_mb=max(run.peak_mb for run in ours),
        note="; ".join(part for part in (note, theirs, few) if part),
    )


def _median(values: Any) -> float:
    return float(statistics.median(values))


def machine() -> dict[str, Any]:
    """What the numbers were measured on. `load` is what else it was doing."""
    return {
        "processors": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load": round(os.getloadavg()[0], 1),
    }
