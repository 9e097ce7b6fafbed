"""What the linter claims is true on data: random clashing documents, random worlds, the evaluator."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from segments.conditions.lint import Finding, lint
from segments.conditions.matches import Reference
from segments.conditions.read import parse
from tests.segments.lint.conflicting import ConflictMaker
from tests.segments.world.documents import with_references
from tests.segments.world.exchange import as_read
from tests.segments.world.rows import make_world

WORLDS, AT_ONCE, DOCUMENTS = 12, 4, 120
FALSE, TRUE = {"not": None}, None
"""Nodes the evaluator takes though the format does not: nobody, everybody."""
NEVER = {"contradiction", "dead_branch"}
SPARE = {"redundant", "duplicate"}


def replaced(node: Any, steps: list[str], value: Any) -> Any:
    """The JSON value with the part at the pointer replaced."""
    if not steps:
        return value
    if isinstance(node, list):
        i = int(steps[0])
        return [*node[:i], replaced(node[i], steps[1:], value), *node[i + 1 :]]
    return {**node, steps[0]: replaced(node[steps[0]], steps[1:], value)}


def instead(finding: Finding) -> Any:
    """What the finding says the node can be replaced by."""
    in_any = finding.path.split("/")[-2] == "any"
    return FALSE if finding.code in NEVER or (finding.code in SPARE and in_any) else TRUE


def check(reference: Reference, document: Mapping[str, Any], finding: Finding) -> None:
    """The document with the finding applied has the same members; a root finding is nobody or everybody."""
    members = reference.members(document)
    changed = replaced(document, finding.path.split("/")[1:], instead(finding))
    assert reference.members(changed) == members, (finding, document)
    if finding.path == "/where" and finding.code == "contradiction":
        assert not members, (finding, document)
    if finding.path == "/where" and finding.code == "tautology":
        assert members == frozenset(reference.universe(document["entity"])), (finding, document)


@pytest.mark.parametrize("first", range(0, WORLDS, AT_ONCE))
def test_every_claim_holds_on_data(first: int) -> None:
    codes: Counter[str] = Counter()
    for seed in range(first, first + AT_ONCE):
        codes += claims_of_world(seed)
    # A linter that says nothing would pass: each kind of claim must have been put to the test.
    assert codes["contradiction"] >= 40, codes
    assert codes["redundant"] >= 80, codes
    assert min(codes["tautology"], codes["dead_branch"], codes["duplicate"]) >= 2, codes


def claims_of_world(seed: int) -> Counter[str]:
    """Check every claim about random documents on the world of that seed; how many there were by code."""
    world = with_references(make_world(seed))
    reference, maker = Reference(world.data), ConflictMaker(world, seed)
    codes: Counter[str] = Counter()
    for _ in range(DOCUMENTS):
        document = maker.document()
        for finding in lint(parse(as_read(document)), world.data.catalog):
            codes[finding.code] += 1
            if finding.code in NEVER | SPARE | {"tautology"}:
                check(reference, document, finding)
    return codes
