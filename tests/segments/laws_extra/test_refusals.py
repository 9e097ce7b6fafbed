"""Refusals that nothing else asks for."""

from typing import Any

import pytest

from segments.conditions.problems import DocumentError
from segments.conditions.read import parse

STEP = {"fact": "payment"}
WITHIN = {"n": 1, "unit": "day"}


@pytest.mark.parametrize("step", ["payment", 1, None, ["payment"]])
def test_a_step_is_an_object(step: Any) -> None:
    with pytest.raises(DocumentError) as refused:
        parse({"version": 1, "where": {"sequence": [STEP, step], "within": WITHIN}})
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where/sequence/1", "bad_value")]


def test_messages_tell_what_is_wrong() -> None:
    with pytest.raises(DocumentError) as refused:
        parse({"version": 1, "where": {"attr": "a", "op": "between", "value": [3, 1]}})
    assert refused.value.problems[0].message == "between 3 and 1 is reversed"


@pytest.mark.parametrize("more", [{"op": "gt"}, {"value": 1}, {"op": "gt", "value": 1}])
@pytest.mark.parametrize("quantifier", ["any", "all", "none"])
def test_only_a_count_is_compared(quantifier: str, more: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as refused:
        parse({"version": 1, "where": {"related": "r", "quantifier": quantifier, **more}})
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where", "bad_value")]
