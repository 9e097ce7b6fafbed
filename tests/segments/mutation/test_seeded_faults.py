"""Every mistake that a regression seed was written against is caught when it is made again."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.segments.mutation.faults import FAULTS
from tests.segments.mutation.patching import ROOT, Edit, StaleEditError, edited

SEEDS = set(range(1, 26))
Verdict = dict[str, Any]


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    """From a process of its own: this one has imported the product, and other tests have threads in it."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.segments.mutation.seeded"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: list[Verdict] = json.loads(run.stdout)
    return found


def test_each_seeded_fault_is_caught_by_the_golden_cases_of_its_seed(verdicts: list[Verdict]) -> None:
    assert {fault.seed for fault in FAULTS} == SEEDS
    wrong = [told for told in verdicts if told["mistake"] is None and told["caught"] is not None]
    assert not wrong, "the unchanged product fails golden cases"
    assert {told["seed"] for told in verdicts if told["mistake"] is None} == SEEDS
    made = [told for told in verdicts if told["mistake"] is not None]
    assert [told["mistake"] for told in made] == [fault.mistake for fault in FAULTS]
    assert not [told for told in made if told["stale"]], "the text that a fault changes has gone"
    assert not [told for told in made if told["caught"] is None], "nothing catches these faults"


def test_an_edit_that_does_not_apply_once_is_an_error() -> None:
    module = "segments.compiler.calendar"
    for old in ("no such text", "day"):
        with pytest.raises(StaleEditError):
            edited([Edit(module, old, "")])
