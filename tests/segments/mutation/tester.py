"""The mutation tester of the compiler and of what judges it.

    python -m tests.segments.mutation.tester [--sample N] [--seed S] [--processes P] [--only MODULE]

prints mutants, killed, survivors and rate per module, and every survivor that `survivors.yml` does not explain.
Without --sample all mutants are made. Leaves with 1 when the rate is too low.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TextIO

import yaml

import tests.segments.mutation.preloaded  # noqa: F401 - before children are forked
from tests.segments.mutation.forking import Ended, in_child, in_children
from tests.segments.mutation.mutants import Mutant, modules, mutants_of, shown

WANTED_RATE = 0.9
TIMEOUT_S = 90.0
PREPARING_S = 1800.0
EXPLAINED = Path(__file__).with_name("survivors.yml")


@dataclass
class Tally:
    """What became of the mutants of a run."""

    made: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    timed_out: Counter[str] = field(default_factory=Counter)
    survivors: list[Mutant] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)

    def note(self, mutant: Mutant, ended: Ended) -> None:
        """Count one mutant; one that never ends is killed, and so is one that takes the process down."""
        self.made[mutant.module] += 1
        if ended.timed_out:
            self.timed_out[mutant.module] += 1
        elif ended.value is None and not ended.died:
            self.survivors.append(mutant)
            return
        self.killed[mutant.module] += 1
        self.by["died" if ended.died else str(ended.value or "time").split(":")[0]] += 1

    @property
    def rate(self) -> float:
        """Share of mutants that were killed, equivalent ones counted as alive."""
        return self.killed.total() / max(self.made.total(), 1)

    def report(self) -> str:
        """The table and the survivors."""
        lines = [f"{'made':>6}{'killed':>8}{'timeout':>9}{'alive':>7}{'rate':>8}  module"]
        lines += [self._line(module) for module in [*sorted(self.made), ""]]
        lines.append(f"killed by {dict(self.by.most_common())}")
        lines += [
            "",
            f"{len(self.survivors)} survivors, {len(self.unexplained)} of them unexplained",
            *self.unexplained,
        ]
        return "\n".join(lines)

    def _line(self, module: str) -> str:
        counts = [c[module] if module else c.total() for c in (self.made, self.killed, self.timed_out)]
        made, killed, late = counts
        return f"{made:6d}{killed:8d}{late:9d}{made - killed:7d}{killed / made:8.1%}  {module or 'all'}"


def chosen(sample: int | None, seed: int, only: str | None) -> list[Mutant]:
    """All mutants, or so many of them; in an order drawn with the seed, so that a run that is cut short is a sample."""
    found = [mutant for module in modules() if only in (None, module) for mutant in mutants_of(module)]
    return Random(seed).sample(found, min(sample or len(found), len(found)))


def run(mutants: Iterable[Mutant], processes: int, probes: bytes, progress: TextIO | None = None) -> Tally:
    """Judge every mutant in a child of its own."""
    from tests.segments.mutation.judge import judge, ready
    from tests.segments.mutation.probes import loaded

    prepared = loaded(probes)
    ready()
    tally = Tally()
    works = ((mutant, partial(judge, mutant, probes, prepared)) for mutant in mutants)
    for mutant, ended in in_children(works, processes, TIMEOUT_S):
        tally.note(mutant, ended)
        if progress is not None:
            progress.write(json.dumps([asdict(mutant), asdict(ended)], ensure_ascii=False) + "\n")
            progress.flush()
    reasons = explanations()
    for mutant in sorted(tally.survivors, key=lambda each: (each.module, each.line)):
        before, after = shown(mutant)
        if (mutant.module, mutant.function, before, after) not in reasons:
            place = f"{mutant.module}:{mutant.line} {mutant.function or 'module'} ({mutant.kind})"
            tally.unexplained.append(f"{place}\n    - {before}\n    + {after}")
    return tally


def explanations(file: Path = EXPLAINED) -> Mapping[tuple[str, str | None, str, str], str]:
    """Reasons by module, function, line before and line after."""
    content: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    return {
        (group["module"], group.get("function"), change["before"], change["after"]): group["reason"]
        for group in content
        for change in group["changes"]
    }


def prepare_in_child(file: Path) -> None:
    """Probes of the unchanged product into a file; made in a child, so that no engine's threads are forked."""

    def work() -> None:
        from tests.segments.mutation.prepare import prepared

        file.write_bytes(prepared().dumped())

    ended = in_child(work, PREPARING_S)
    if ended.died or ended.timed_out:
        raise ChildProcessError("the probes could not be prepared")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="mutation tester")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only")
    parser.add_argument(
        "--probes", type=Path, required=True, help="file of the probes; made where it is not there"
    )
    parser.add_argument("--json", type=Path, help="write the survivors there")
    options = parser.parse_args()
    started = time.monotonic()
    if not options.probes.exists():
        prepare_in_child(options.probes)
    mutants = chosen(options.sample, options.seed, options.only)
    tally = run(mutants, options.processes, options.probes.read_bytes(), sys.stderr)
    sys.stdout.write(f"{tally.report()}\n{time.monotonic() - started:.0f} s\n")
    if options.json:
        told = [{**vars(m), "shown": shown(m)} for m in tally.survivors]
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(tally.rate < WANTED_RATE)


if __name__ == "__main__":
    sys.exit(main())
