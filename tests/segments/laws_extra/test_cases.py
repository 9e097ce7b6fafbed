"""More golden cases, found by asking what kills mutants."""

from pathlib import Path

import pytest

from tests.segments.golden.case_files import Case, load_cases
from tests.segments.mutation.golden_check import wrong_answers

CASES = load_cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_reference_and_engine_give_the_expected_ids(case: Case) -> None:
    assert not list(wrong_answers([case]))
