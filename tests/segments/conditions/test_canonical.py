"""Equal documents up to order, formatting, name and description have one hash; unequal ones do not."""

from decimal import Decimal
from typing import Any

import pytest

from segments.conditions.canonical import document_hash, plain_value
from segments.conditions.nodes import OtherAttribute, Span
from segments.conditions.read import loads, parse

FACT = {
    "fact": "f",
    "agg": "sum",
    "measure": "m",
    "window": {"last": 1, "unit": "month"},
    "op": "gt",
    "value": 0,
}
CHANGE = {
    "change": {
        "fact": "f",
        "agg": "count",
        "window": {"last": 1, "unit": "month"},
        "against": {"previous": 3},
    },
    "as": "percent",
    "op": "le",
    "value": -25,
}
SEQUENCE = {"sequence": [{"fact": "f"}, {"fact": "g"}], "within": {"n": 3, "unit": "day"}}
A = {"attr": "a", "op": "in", "value": ["x", "y", "x"]}
B = {"attr": "b", "op": "eq", "value": 2}


def hashed(where: Any, **more: Any) -> str:
    return document_hash(parse({"version": 1, "where": where, **more}))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"all": [A, B]}, {"all": [B, A]}),
        ({"any": [{"all": [A, B]}, FACT]}, {"any": [FACT, {"all": [B, A]}]}),
        (A, {"attr": "a", "op": "in", "value": ["y", "x"]}),
        (B, {"attr": "b", "op": "eq", "value": Decimal("2.0")}),
        (B, {"value": 2, "op": "eq", "attr": "b"}),
        (FACT, FACT | {"where": None}),
        (FACT | {"where": {"any": [A, B]}}, FACT | {"where": {"any": [B, A]}}),
        (CHANGE, CHANGE | {"per_day": False, "min_base": Decimal("0.0")}),
        (SEQUENCE, SEQUENCE | {"window": {"all": True}}),
        (B | {"value": {"attr": "c"}}, B | {"value": {"attr": "c", "times": Decimal("1.0")}}),
    ],
)
def test_equal_documents(one: Any, two: Any) -> None:
    assert hashed(one) == hashed(two)


def test_words_for_people_do_not_count() -> None:
    assert hashed(A) == hashed(A, name="n", description="d", tags=["t"], entity="customer")
    assert document_hash(
        parse(loads('{"where":{"attr":"b","op":"eq","value":2.00},\n"version":1}'))
    ) == hashed(B)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"all": [A, B]}, {"any": [A, B]}),
        (A, {"not": A}),
        (B, {"attr": "b", "op": "eq", "value": "2"}),
        (B, {"attr": "b", "op": "eq", "value": True}),
        (B, B | {"op": "ne"}),
        (B, B | {"attr": "c"}),
        ({"attr": "a", "op": "between", "value": [1, 2]}, {"attr": "a", "op": "between", "value": [1, 3]}),
        (FACT, FACT | {"window": {"last": 30, "unit": "day"}}),
        (FACT, FACT | {"window": {"this": "month"}}),
        (FACT, FACT | {"agg": "max"}),
        (FACT, FACT | {"measure": "n"}),
        (FACT, FACT | {"fact": "g"}),
        (FACT, FACT | {"where": B}),
        (CHANGE, CHANGE | {"as": "absolute"}),
        (CHANGE, CHANGE | {"per_day": True}),
        (CHANGE, CHANGE | {"min_base": 1}),
        (CHANGE, CHANGE | {"change": CHANGE["change"] | {"against": {"previous": 2}}}),  # type: ignore[operator]
        (SEQUENCE, SEQUENCE | {"sequence": SEQUENCE["sequence"][::-1]}),  # type: ignore[index]
        (SEQUENCE, SEQUENCE | {"within": {"n": 4, "unit": "day"}}),
        ({"segment": "s", "version": 1}, {"segment": "s", "version": 2}),
        ({"segment": "s"}, {"list": "s"}),
        ({"related": "r", "quantifier": "any"}, {"related": "r", "quantifier": "none"}),
        (B | {"value": {"attr": "c"}}, B | {"value": {"attr": "c", "times": 2}}),
        ({"all": [A, B, B]}, {"all": [A, B, A]}),
    ],
)
def test_different_documents(one: Any, two: Any) -> None:
    assert hashed(one) != hashed(two)


def test_the_entity_counts() -> None:
    assert hashed(B) != hashed(B, entity="account")


def test_values_are_told_as_documents_write_them() -> None:
    told = [
        plain_value(value)
        for value in ((Decimal("1.5"), "a"), Span(3, "day"), OtherAttribute("x", Decimal(1)))
    ]
    assert told == [[Decimal("1.5"), "a"], {"n": 3, "unit": "day"}, {"attr": "x"}]
    assert plain_value(OtherAttribute("x", Decimal(2))) == {"attr": "x", "times": Decimal(2)}
