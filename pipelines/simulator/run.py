"""The whole simulation: blocks in order into files, control totals beside them, and the truth."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

import pyarrow as pa

from pipelines.simulator.blocks import Block, draw_block
from pipelines.simulator.dirty import Counts
from pipelines.simulator.files import ExtractFiles, WrittenFile
from pipelines.simulator.known import Continued, continued
from pipelines.simulator.plan import EPOCH, Plan
from pipelines.simulator.reachable import Tally
from pipelines.simulator.truth_files import TruthFiles

Progress = Callable[[int, int], None]
"""Called with customers done and customers in all."""


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written: lines (good and broken) and bytes of the new files; `since` = as-of date continued."""

    files: int
    lines: int
    broken: int
    size: int
    since: date | None = None


def simulate(plan: Plan, *, workers: int = 1, progress: Progress | None = None) -> SimulationReport:
    """Write the extracts, control totals and `truth/` of a plan below `plan.out`.

    The same plan gives the same bytes, whatever the number of workers. A folder that holds the same world as
    of an earlier date is continued: only files of the new business days are written. Otherwise files appear
    under their names when all are complete; those of an earlier simulation in the same folder are replaced or
    removed. Raises PlanError when the folder can't be written.
    """
    known = continued(plan)
    plan, counts = known.plan, Tally()
    with ExtractFiles(plan.out) as files, TruthFiles(plan.out) as truth:
        for number, block in enumerate(_blocks(known, workers)):
            for part in block.parts:
                files.append(part)
            truth.append(block.truth)
            counts.add(block.tally)
            if progress:
                progress(plan.block_range(number)[1], plan.customers)
        written = files.finish(keep_earlier=known.since is not None)
        truth.finish(known, {path: file.to_json() for path, file in sorted(written.items())}, counts)
    return _report(known, written)


def _blocks(known: Continued, workers: int) -> Iterator[Block]:
    plan = known.plan
    since = None if known.since is None else (known.since - EPOCH).days
    if workers <= 1:
        yield from (draw_block(plan, block, since) for block in range(plan.blocks))
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), pa.set_cpu_count, (1,)) as pool:
        # A window of blocks in flight: results are written in order and never pile up.
        waiting = [
            pool.submit(draw_block, plan, block, since) for block in range(min(2 * workers, plan.blocks))
        ]
        for block in range(plan.blocks):
            done = waiting.pop(0).result()
            if block + 2 * workers < plan.blocks:
                waiting.append(pool.submit(draw_block, plan, block + 2 * workers, since))
            yield done


def _report(known: Continued, files: dict[str, WrittenFile]) -> SimulationReport:
    counts = Counts()
    for file in files.values():
        counts.add(file.counts)
    size = sum((known.plan.out / path).stat().st_size for path in files)
    return SimulationReport(len(files), counts.lines, sum(counts.broken.values()), size, known.since)
