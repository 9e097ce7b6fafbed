"""DuckDB = ClickHouse = reference evaluator, on random documents over adversarial worlds.

`make test` runs 2,000 pairs, in two halves that can run side by side; `VITRINA_PROOF_PAIRS` or the long mode
run more (the long mode in ten parts). A disagreement is printed as small as it could be made and belongs into a
golden case.
"""

import os
import sys

import pytest

from tests.segments.proof.evaluators import ENGINES
from tests.segments.proof.run import PER_WORLD, run

PAIRS = int(os.environ.get("VITRINA_PROOF_PAIRS", "2000"))
LONG_PAIRS = 50_000
LONG_PARTS = 10
FIRST_SEED_OF_LONG = 100_000


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.timeout(0)
def test_evaluators_agree(half: int, capsys: pytest.CaptureFixture[str]) -> None:
    first_seed = half * -(-PAIRS // 2 // PER_WORLD)
    tally = run(PAIRS // 2, ENGINES, first_seed)
    with capsys.disabled():
        sys.stdout.write(f"\n{tally.report()}\n")
    tally.check()


@pytest.mark.long
@pytest.mark.parametrize("part", range(LONG_PARTS))
@pytest.mark.timeout(0)
def test_evaluators_agree_for_long(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = LONG_PAIRS // LONG_PARTS
    tally = run(pairs, ENGINES, FIRST_SEED_OF_LONG + part * pairs // PER_WORLD)
    with capsys.disabled():
        sys.stdout.write(f"\n{tally.report()}\n")
    tally.check()
