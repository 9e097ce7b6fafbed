"""The mutation tester in full (long mode), and that the tester itself works."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.segments.golden.case_files import CASES, load_case
from tests.segments.mutation.judge import differs, runs_at_import
from tests.segments.mutation.mutants import Mutant, code_of, modules, mutants_of, shown
from tests.segments.mutation.mutators import changes
from tests.segments.mutation.patching import ROOT
from tests.segments.mutation.probes import Prepared, Probe, Stage
from tests.segments.mutation.tester import explanations

EXAMPLE = '''
"""A module."""

Names = dict[str, int]
LIMIT = 3


def f(a: int, b: int = 2) -> int:
    """What it does."""
    assert a > 0, "positive"
    if a < b and not a == LIMIT:
        raise ValueError(f"{a} is too small")
    return round(a, b) + 1
'''


def test_mutants_of_a_small_module() -> None:
    made = [change.kind for change in changes(ast.parse(EXAMPLE))]
    assert sorted(made) == sorted(
        ["constant + 1", "constant - 1"] * 3
        + [
            "comparison",
            "comparison",
            "and/or",
            "drop not or minus",
            "negated condition",
            "deleted statement",
        ]
        + ["arithmetic", "swapped arguments", "return None"]
    )


def test_equal_arguments_are_not_swapped() -> None:
    assert "swapped arguments" not in {change.kind for change in changes(ast.parse("date(1, 1, 3)"))}
    assert "swapped arguments" in {change.kind for change in changes(ast.parse("date(1, 2, 3)"))}


def test_what_the_import_made_is_judged_by_another_import() -> None:
    places = {m.function: m for m in mutants_of("segments.compiler.engines")}
    assert runs_at_import(places["_call"])
    assert runs_at_import(places["_duck_add"])
    assert not runs_at_import(places["_duck_unscaled"])


def test_every_mutant_of_a_module_can_be_compiled_and_shown() -> None:
    for mutant in mutants_of("segments.compiler.passes.negation"):
        code_of(mutant)
        before, after = shown(mutant)
        assert before != after


def test_clickhouse_is_asked_once_for_each_statement() -> None:
    case = load_case(CASES / "seed_05_boolean.yml")
    stage = Stage(case.file, case.data)
    questions = [
        Probe("clickhouse", case.file, check.name, check.document, True) for check in case.checks[:2]
    ]
    assert all(differs(question, Prepared({case.file: stage}, questions, {})) for question in questions)
    for question in questions:
        question.check(stage)
    assert not any(differs(question, Prepared({case.file: stage}, questions, {})) for question in questions)


def test_modules_under_mutation() -> None:
    found = set(modules())
    assert {
        "segments.compiler.passes.mart",
        "segments.compiler.calendar",
        "segments.conditions.matches",
    } <= found
    assert {"segments.conditions.reference.facts", "segments.conditions.check"} <= found


def test_explained_survivors_still_exist() -> None:
    present = {(m.module, m.function, *shown(m)) for m in _explained_places()}
    assert set(explanations()) <= present, set(explanations()) - present


def _explained_places() -> list[Mutant]:
    places = {(module, function) for module, function, _, _ in explanations()}
    names = {module for module, _ in places}
    return [m for module in sorted(names) for m in mutants_of(module) if (m.module, m.function) in places]


@pytest.mark.long
@pytest.mark.timeout(0)
def test_nine_of_ten_mutants_are_killed_and_the_unexplained_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-m", "tests.segments.mutation.tester", "--probes", str(tmp_path / "probes")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}\n")
    assert done.returncode == 0, done.stderr[-2000:]
