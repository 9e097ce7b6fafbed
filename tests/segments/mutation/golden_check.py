"""Asks the golden cases of a changed product: the first answer that is not the expected one."""

from collections.abc import Iterable, Iterator

from segments.conditions import check as checker
from segments.conditions.matches import Reference
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.references import References
from tests.segments.golden.case_files import CASES, Case, Check, load_case
from tests.segments.mutation.memory import InMemory
from tests.segments.world.exchange import EVERYONE, as_read, references


def first_wrong(seed: int) -> str | None:
    """What a golden case of the regression seed sees wrong, or None."""
    cases = [load_case(path) for path in sorted(CASES.glob(f"seed_{seed:02d}_*.yml"))]
    assert cases
    assert {case.seed for case in cases} == {seed}, f"the files of seed {seed}"
    return next(wrong_answers(cases), None)


def wrong_answers(cases: Iterable[Case]) -> Iterator[str]:
    for case in cases:
        known, answers = references(case.data), InMemory(case.data)
        for check in case.checks:
            refused = refused_at(case, check, known)
            if refused != ({check.error} if check.error is not None else set()):
                yield f"{case.file}, {check.name}: refused at {sorted(refused)}"
            elif check.expect is not None:
                expected = sorted(check.expect)
                asked = as_read(check.document)
                by_engine = answers.ids(asked, check.reader)
                for name, found in (("reference", by_reference(case, check)), ("engine", by_engine)):
                    if found != expected:
                        yield f"{case.file}, {check.name}: {name} gives {found}, not {expected}"


def by_reference(case: Case, check: Check) -> list[str]:
    """Business ids by the reference evaluator, sorted."""
    document = as_read(check.document)
    reference = Reference(case.data).seen_by(check.reader.scope)
    entity = case.data.catalog.entities[str(document["entity"])]
    universe = reference.universe(entity.name)
    return sorted(universe[key][entity.id] for key in reference.members(document))


def refused_at(case: Case, check: Check, known: References) -> set[str]:
    """Paths at which reading or checking refuses the question."""
    try:
        problems = checker.check(parse(as_read(check.document)), case.data.catalog, EVERYONE, known)
    except DocumentError as refused:
        problems = refused.problems
    return {problem.path for problem in problems}
