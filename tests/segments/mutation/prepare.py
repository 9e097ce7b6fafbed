"""Builds the probes on the unchanged product: golden cases with their own answers, random documents with the
reference's; everything is asked once, so that a mutant is never blamed for what was wrong before.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.segments.golden.case_files import Case, load_cases
from tests.segments.mutation import unit_tests
from tests.segments.mutation.probes import SCOPED, Prepared, Probe, Stage, traced
from tests.segments.world.documents import DocumentMaker, with_references
from tests.segments.world.exchange import EVERYONE, as_read
from tests.segments.world.rows import make_world

FIRST_SEED, WORLDS, DOCUMENTS = 900_000, 6, 20
CUSTOMERS = 24


def prepared() -> Prepared:
    """All stages and probes, asked and traced. Raises Caught where the product is wrong as it is."""
    stages: dict[str, Stage] = {}
    probes: list[Probe] = []
    for case in load_cases():
        stages[case.file] = Stage(case.file, case.data)
        probes += _golden(case)
    for seed in range(FIRST_SEED, FIRST_SEED + WORLDS):
        world = with_references(make_world(seed, CUSTOMERS))
        maker, name = DocumentMaker(world, seed), f"world {seed}"
        stages[name] = Stage(name, world.data)
        for i in range(DOCUMENTS):
            probes += _random(name, i, as_read(maker.document()))
    for probe in probes:
        _settle(probe, stages[probe.stage])
    for stage in stages.values():
        stage.start()
    return Prepared(stages, probes, unit_tests.touched())


def _golden(case: Case) -> Iterator[Probe]:
    for number, check in enumerate(case.checks):
        document = as_read(check.document)
        yield Probe("refused", case.file, check.name, document, _paths(check.error))
        if check.expect is not None and check.reader.scope == SCOPED.scope:
            for kind in ("scoped reference", "scoped"):
                yield Probe(kind, case.file, check.name, document, sorted(check.expect))
        elif check.expect is not None:
            assert check.reader == EVERYONE, "no probe asks as this reader"
            expected = sorted(check.expect)
            yield Probe("reference", case.file, check.name, document, expected)
            yield Probe("engine", case.file, check.name, document, expected)
            often = ("placeholders", "clickhouse")
            for kind in ("count", "attrition", "why", *often) if number % 4 == 0 else often:
                yield Probe(kind, case.file, check.name, document)


def _paths(error: str | None) -> list[str]:
    return [] if error is None else [error]


def _random(stage: str, number: int, document: Mapping[str, Any]) -> Iterator[Probe]:
    yield Probe("reference", stage, f"document {number}", document)
    more: tuple[str, ...] = ("attrition", "why", "count") if number % 4 == 0 else ()
    more += ("attributes reference", "attributes") if number < 5 else ()
    for kind in ("engine", "scoped reference", "scoped", "placeholders", "clickhouse", *more):
        yield Probe(kind, stage, f"document {number}", document)


def _settle(probe: Probe, stage: Stage) -> None:
    """Ask once: fixed expectations are checked, those of random documents come from the reference."""
    with traced() as places:
        found = probe.ask(stage)
    probe.touches = frozenset(places)
    if probe.kind == "refused":
        assert sorted({path for path, _ in found}) == probe.expected, probe.name
    elif probe.kind == "engine":
        probe.expected = probe.expected or Probe("reference", "", "", probe.document).ask(stage)
        assert found == probe.expected, probe.name
    elif probe.kind in ("scoped", "attributes"):
        assert found == Probe(f"{probe.kind} reference", "", "", probe.document).ask(stage), probe.name
    elif probe.kind == "placeholders":
        assert not found, (probe.name, found)
    elif probe.expected is not None:
        assert found == probe.expected, probe.name
    probe.expected = found
