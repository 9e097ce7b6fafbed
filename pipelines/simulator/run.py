"""The whole simulation: blocks in order into files, control totals beside them, and the truth."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.simulator.blocks import Part, draw_block
from pipelines.simulator.dirty import Counts
from pipelines.simulator.layouts import Layout
from pipelines.simulator.plan import Plan, PlanError

Progress = Callable[[int, int], None]
"""Called with customers done and customers in all."""


@dataclass(slots=True)
class Written:
    """One file as it stands."""

    layout: Layout
    counts: Counts = field(default_factory=Counts)
    sums: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written: lines (good and broken) and bytes of all files."""

    files: int
    lines: int
    broken: int
    size: int


def simulate(plan: Plan, *, workers: int = 1, progress: Progress | None = None) -> SimulationReport:
    """Write all extracts, control totals and `truth/` of a plan below `plan.out`.

    The same plan gives the same bytes, whatever the number of workers. Files of an earlier simulation with
    the same names are replaced.
    """
    files: dict[str, Written] = {}
    with ExitStack() as stack:
        handles: dict[str, BinaryIO] = {}
        truth: list[Any] = []
        for block, (parts, known) in enumerate(_blocks(plan, workers)):
            for part in parts:
                _append(plan.out, part, files, handles, stack)
            truth.append(known)
            if progress:
                progress(plan.block_range(block)[1], plan.customers)
    _write_controls(plan.out, files)
    _write_truth(plan, files, truth)
    return _report(plan.out, files)


def _blocks(plan: Plan, workers: int) -> Iterator[tuple[list[Part], Any]]:
    if workers <= 1:
        yield from (draw_block(plan, block) for block in range(plan.blocks))
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), pa.set_cpu_count, (1,)) as pool:
        # A window of blocks in flight: results are written in order and never pile up.
        waiting = [pool.submit(draw_block, plan, block) for block in range(min(2 * workers, plan.blocks))]
        for block in range(plan.blocks):
            done = waiting.pop(0).result()
            if block + 2 * workers < plan.blocks:
                waiting.append(pool.submit(draw_block, plan, block + 2 * workers))
            yield done


def _append(
    out: Path, part: Part, files: dict[str, Written], handles: dict[str, BinaryIO], stack: ExitStack
) -> None:
    if part.path not in handles:
        handles[part.path] = stack.enter_context(_created(out / part.path))
        handles[part.path].write(part.header)
        files[part.path] = Written(part.layout)
    handles[part.path].write(part.body)
    written = files[part.path]
    written.counts.add(part.counts)
    for name, value in part.sums.items():
        written.sums[name] = written.sums.get(name, 0) + value


def _created(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")
    except OSError as error:
        raise PlanError(f"{path}: can't be written: {error.strerror}") from error


WHOLE_NUMBERS = frozenset({"SMS_CNT", "points"})


def _sums(written: Written) -> dict[str, str]:
    return {
        name: str(value) if name in WHOLE_NUMBERS else str(Decimal(value).scaleb(-2))
        for name, value in written.sums.items()
    }


def _write_controls(out: Path, files: dict[str, Written]) -> None:
    for path, written in files.items():
        control = {"rows": written.counts.lines, "sums": _sums(written)}
        (out / path).with_suffix(".ctl").write_text(json.dumps(control) + "\n", encoding="utf-8")


def _write_truth(plan: Plan, files: dict[str, Written], truth: list[Any]) -> None:
    folder = plan.out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(truth), folder / "customers.parquet")
    dirty = {path: _dirty(written) for path, written in sorted(files.items())}
    _write_json(folder / "dirty.json", dirty)
    arguments = {
        "customers": plan.customers,
        "months": plan.months,
        "seed": plan.seed,
        "as_of": plan.as_of.isoformat(),
        "dirty_rate": plan.dirty_rate,
    }
    _write_json(folder / "plan.json", arguments)


def _dirty(written: Written) -> dict[str, Any]:
    broken = dict(written.counts.broken)
    duplicates = broken.pop("duplicate_key")
    return {
        "lines": written.counts.lines,
        "accepted": written.counts.good,
        "rejected": broken,
        "duplicates": duplicates,
        "sums_of_accepted": _sums(written),
    }


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _report(out: Path, files: dict[str, Written]) -> SimulationReport:
    counts = Counts()
    for written in files.values():
        counts.add(written.counts)
    size = sum((out / path).stat().st_size for path in files)
    return SimulationReport(len(files), counts.lines, sum(counts.broken.values()), size)
