"""The whole simulation: blocks in order into files, control totals beside them, and the truth."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.simulator.blocks import Part, draw_block
from pipelines.simulator.dirty import Counts
from pipelines.simulator.files import ExtractFiles, WrittenFile
from pipelines.simulator.plan import Plan

Progress = Callable[[int, int], None]
"""Called with customers done and customers in all."""


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written: lines (good and broken) and bytes of all files."""

    files: int
    lines: int
    broken: int
    size: int


def simulate(plan: Plan, *, workers: int = 1, progress: Progress | None = None) -> SimulationReport:
    """Write all extracts, control totals and `truth/` of a plan below `plan.out`.

    The same plan gives the same bytes, whatever the number of workers. Files appear under their names when
    all are complete; those of an earlier simulation in the same folder are replaced or removed. Raises
    PlanError when the folder can't be written.
    """
    truth: list[Any] = []
    with ExtractFiles(plan.out) as files:
        for block, (parts, known) in enumerate(_blocks(plan, workers)):
            for part in parts:
                files.append(part)
            truth.append(known)
            if progress:
                progress(plan.block_range(block)[1], plan.customers)
        written = files.finish()
    _write_truth(plan, written, truth)
    return _report(plan, written)


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


def _write_truth(plan: Plan, files: dict[str, WrittenFile], truth: list[Any]) -> None:
    folder = plan.out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(truth), folder / "customers.parquet")
    content = {
        "dirty.json": {path: file.to_json() for path, file in sorted(files.items())},
        "plan.json": {
            "customers": plan.customers,
            "months": plan.months,
            "seed": plan.seed,
            "as_of": plan.as_of.isoformat(),
            "dirty_rate": plan.dirty_rate,
        },
    }
    for name, document in content.items():
        (folder / name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _report(plan: Plan, files: dict[str, WrittenFile]) -> SimulationReport:
    counts = Counts()
    for file in files.values():
        counts.add(file.counts)
    size = sum((plan.out / path).stat().st_size for path in files)
    return SimulationReport(len(files), counts.lines, sum(counts.broken.values()), size)
