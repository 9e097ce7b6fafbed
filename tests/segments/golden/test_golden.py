"""Every golden case on every evaluator: the reference, and each engine behind the service."""

from pathlib import Path

import pytest

from segments.conditions import check as checker
from segments.conditions.matches import Reference
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.references import References
from tests.segments.golden.case_files import Case, Check, load_cases
from tests.segments.proof.evaluators import ENGINES
from tests.segments.proof.run import Open
from tests.segments.world.exchange import EVERYONE, as_read, references
from tests.segments.world.format import missing

CASES = load_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_reference_gives_the_expected_ids(case: Case) -> None:
    reference = Reference(case.data)
    for check in case.checks:
        if check.expect is not None:
            entity = case.data.catalog.entities[check.document["entity"]]
            seen = reference.seen_by(check.reader.scope)
            universe = seen.universe(entity.name)
            found = [universe[key][entity.id] for key in seen.members(check.document)]
            assert sorted(found) == sorted(check.expect), check.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
@pytest.mark.parametrize("start", ENGINES)
def test_engines_give_the_expected_ids(case: Case, start: Open, tmp_path: Path) -> None:
    service = start(case.data, tmp_path)
    try:
        for check in case.checks:
            if check.expect is not None:
                found = service.ids(as_read(check.document), check.reader)
                assert sorted(found) == sorted(check.expect), check.name
    finally:
        service.close()


def test_every_regression_seed_has_a_case() -> None:
    assert {case.seed for case in CASES} >= set(range(1, 26))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_what_is_refused_is_refused_with_the_path_of_the_node(case: Case) -> None:
    known = references(case.data)
    for check in case.checks:
        assert problem_paths(case, check, known) == ({check.error} if check.error is not None else set()), (
            check.name
        )


def problem_paths(case: Case, check: Check, known: References) -> set[str]:
    """Paths at which reading or checking refuses the question."""
    try:
        problems = checker.check(parse(as_read(check.document)), case.data.catalog, EVERYONE, known)
    except DocumentError as refused:
        problems = refused.problems
    return {problem.path for problem in problems}


def test_the_whole_format_has_a_case() -> None:
    assert not missing(check.document for case in CASES for check in case.checks if check.error is None)


def test_a_list_of_100_000_values(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.file == "seed_22_in_lists.yml")
    where = {"attr": "head_count", "op": "in", "value": [*range(2, 100_001), 1_000_000]}
    document = as_read({"version": 1, "entity": "customer", "where": where})
    for start in ENGINES:
        service = start(case.data, tmp_path / start.__name__)
        assert service.ids(document) == {"two"}
        service.close()
