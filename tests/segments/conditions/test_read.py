"""What is a document: everything else is refused, with the path of the node."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.conditions.nodes import (
    AllOf,
    AllWindow,
    AttributeTest,
    ChangeTest,
    FactTest,
    OtherAttribute,
    Span,
)
from segments.conditions.problems import DocumentError
from segments.conditions.read import loads, parse
from segments.conditions.read_values import shown

ATTR = {"attr": "a", "op": "eq", "value": 1}
FACT = {"fact": "f", "agg": "sum", "measure": "m", "window": {"all": True}, "op": "gt", "value": 0}
BODY = {
    "fact": "f",
    "agg": "sum",
    "measure": "m",
    "window": {"last": 1, "unit": "month"},
    "against": {"previous": 3},
}
CHANGE = {"change": BODY, "as": "percent", "op": "le", "value": -25}
RELATED = {"related": "r", "quantifier": "count", "op": "ge", "value": 2}
SEQUENCE = {"sequence": [{"fact": "f"}, {"fact": "g", "where": ATTR}], "within": {"n": 3, "unit": "day"}}


def refused(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as found:
        parse(document)
    return [(problem.path, problem.code) for problem in found.value.problems]


def doc(where: Any) -> dict[str, Any]:
    return {"version": 1, "where": where}


def without(node: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != key}


@pytest.mark.parametrize("node", [ATTR, FACT, CHANGE, RELATED, SEQUENCE, {"segment": "s"}, {"list": "l"}])
def test_every_node_is_read_with_its_path(node: dict[str, Any]) -> None:
    where = parse(doc({"all": [ATTR, {"not": {"any": [node]}}]})).where
    assert isinstance(where, AllOf)
    assert where.children[1].child.children[0].path == "/where/all/1/not/any/0"  # type: ignore[union-attr]


def test_values_are_read() -> None:
    where = parse(
        doc(
            {
                "all": [
                    {"attr": "a", "op": "eq", "value": "  Но\u0438\u0306  "},
                    {"attr": "a", "op": "contains", "value": " x "},
                    {"attr": "a", "op": "in", "value": [Decimal("2.0"), True]},
                    {"attr": "a", "op": "gt", "value": {"attr": "b", "times": Decimal("1.50")}},
                    {"attr": "a", "op": "within_last", "value": {"n": 3, "unit": "week"}},
                ]
            }
        )
    ).where
    assert isinstance(where, AllOf)
    values = [child.value for child in where.children if isinstance(child, AttributeTest)]
    assert values == ["Ной", " x ", (Decimal(2), True), OtherAttribute("b", Decimal("1.5")), Span(3, "week")]
    assert [str(value) for value in values[2]] == ["2", "True"]  # type: ignore[union-attr]


def test_where_null_is_allowed_and_missing_is_not() -> None:
    assert parse(doc(None)).where is None
    fact = parse(doc(FACT | {"where": None})).where
    assert isinstance(fact, FactTest)
    assert fact.where is None
    assert refused({"version": 1}) == [("", "missing_key")]


def test_defaults() -> None:
    change = parse(doc(CHANGE)).where
    assert isinstance(change, ChangeTest)
    assert (change.per_day, change.min_base, change.previous) == (False, Decimal(0), 3)
    assert parse(doc(None)).entity == "customer"
    assert parse(doc(SEQUENCE)).where.window == AllWindow()  # type: ignore[union-attr]
    assert parse(doc(None)).tags == ()


def test_words_of_a_document() -> None:
    found = parse(doc(None) | {"name": "n", "description": "d", "tags": ["one", "two"]})
    assert (found.name, found.description, found.tags) == ("n", "d", ("one", "two"))
    assert (parse(doc(None) | {"name": "n"}).description, parse(doc(None)).name) == (None, None)


@pytest.mark.parametrize("key", ["version", "entity", "name", "description", "tags", "where"])
def test_a_key_that_resembles_a_known_one_is_unknown(key: str) -> None:
    assert refused(doc(ATTR) | {f"{key}~": 1}) == [("", "unknown_key")]


@pytest.mark.parametrize("code", [0, 0xD800, 0xDB7F, 0xDFFF])
def test_characters_that_no_text_can_have(code: int) -> None:
    assert refused(doc({"attr": "a", "op": "eq", "value": f"a{chr(code)}"})) == [("/where", "bad_value")]


def test_values_in_messages_are_short() -> None:
    assert shown("x" * 40) == repr("x" * 40)
    assert shown("x" * 41) == repr("x" * 37 + "...")
    assert shown([1]) == "[1]"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], ("", "bad_value")),
        ({"where": ATTR}, ("", "missing_key")),
        ({"version": 2, "where": ATTR}, ("", "unknown_version")),
        ({"version": True, "where": ATTR}, ("", "unknown_version")),
        ({"version": 1, "where": ATTR, "owner": "x"}, ("", "unknown_key")),
        ({"version": 1, "where": ATTR, "name": 5}, ("", "bad_value")),
        ({"version": 1, "where": ATTR, "tags": ["a", 5]}, ("", "bad_value")),
        ({"version": 1, "where": ATTR, "entity": ""}, ("", "bad_value")),
    ],
)
def test_refused_documents(document: Any, problem: tuple[str, str]) -> None:
    assert refused(document) == [problem]


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({}, "unknown_node"),
        ("x", "bad_value"),
        ({"attr": "a", "fact": "f"}, "unknown_node"),
        ({"all": []}, "empty"),
        ({"any": {}}, "empty"),
        ({"all": [ATTR], "op": "eq"}, "unknown_key"),
        ({"not": ATTR, "x": 1}, "unknown_key"),
        ({"attr": "a", "op": "eq"}, "missing_key"),
        ({"attr": "a", "op": "eq", "value": None}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": ""}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": "  "}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": "a\0b"}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": "\ud800"}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": ["x"]}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": float("nan")}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": float("inf")}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": Decimal("1e400")}, "bad_value"),
        ({"attr": "a", "op": "eq", "value": Decimal("0.12345678901")}, "bad_value"),
        ({"attr": "a", "op": "equals", "value": 1}, "unknown_operator"),
        ({"attr": "a", "op": ["eq"], "value": 1}, "unknown_operator"),
        ({"attr": "", "op": "eq", "value": 1}, "bad_value"),
        ({"attr": "a", "op": "is_set", "value": 1}, "bad_value"),
        ({"attr": "a", "op": "is_true", "value": None}, "bad_value"),
        ({"attr": "a", "op": "in", "value": []}, "empty"),
        ({"attr": "a", "op": "in", "value": [1, None]}, "bad_value"),
        ({"attr": "a", "op": "in", "value": "abc"}, "bad_value"),
        ({"attr": "a", "op": "in", "value": {"attr": "b"}}, "bad_value"),
        ({"attr": "a", "op": "between", "value": [2, 1]}, "bad_value"),
        ({"attr": "a", "op": "between", "value": [1]}, "bad_value"),
        ({"attr": "a", "op": "between", "value": [1, {"attr": "b"}]}, "bad_value"),
        ({"attr": "a", "op": "contains", "value": {"attr": "b"}}, "bad_value"),
        ({"attr": "a", "op": "contains", "value": ""}, "bad_value"),
        ({"attr": "a", "op": "within_last", "value": {"n": 0, "unit": "day"}}, "bad_value"),
        ({"attr": "a", "op": "within_last", "value": {"n": 1.5, "unit": "day"}}, "bad_value"),
        ({"attr": "a", "op": "within_last", "value": {"n": 1, "unit": "hour"}}, "bad_value"),
        ({"attr": "a", "op": "within_last", "value": 30}, "bad_value"),
        ({"attr": "a", "op": "gt", "value": {"attr": "b", "plus": 1}}, "unknown_key"),
        ({"attr": "a", "op": "gt", "value": {"times": 2}}, "missing_key"),
        (without(FACT, "window"), "missing_key"),
        (FACT | {"window": {}}, "bad_value"),
        (FACT | {"window": {"weeks": 3}}, "unknown_key"),
        (FACT | {"window": {"last": 1}}, "missing_key"),
        (FACT | {"window": {"last": 0, "unit": "day"}}, "bad_value"),
        (FACT | {"window": {"last": 1, "unit": "day", "all": True}}, "unknown_key"),
        (FACT | {"window": {"all": False}}, "bad_value"),
        (FACT | {"window": {"this": "hour"}}, "bad_value"),
        (FACT | {"window": {"from": "2026-01-01"}}, "missing_key"),
        (FACT | {"window": {"from": "2026-01-01", "before": "2026-01-01"}}, "bad_value"),
        (FACT | {"window": {"from": "2026-02-30", "before": "2026-03-01"}}, "bad_value"),
        (FACT | {"window": {"from": "01.02.2026", "before": "2026-03-01"}}, "bad_value"),
        (FACT | {"window": {"from": "20260201", "before": "2026-03-01"}}, "bad_value"),
        (FACT | {"window": {"before": "2026-03-01"}}, "missing_key"),
        (FACT | {"window": {"last": 100_001, "unit": "day"}}, "bad_value"),
        (FACT | {"agg": "median"}, "unknown_aggregate"),
        (FACT | {"agg": "count"}, "bad_value"),
        (FACT | {"agg": "first"}, "bad_value"),
        (FACT | {"agg": "last"}, "bad_value"),
        (without(FACT, "measure"), "missing_key"),
        (without(CHANGE, "as"), "missing_key"),
        (CHANGE | {"as": "ratio"}, "bad_value"),
        (CHANGE | {"per_day": 1}, "bad_value"),
        (CHANGE | {"min_base": "5"}, "bad_value"),
        (CHANGE | {"op": "contains", "value": "x"}, "operator_not_allowed"),
        (CHANGE | {"change": 5}, "bad_value"),
        (CHANGE | {"change": BODY | {"window": {"this": "month"}}}, "bad_value"),
        (CHANGE | {"change": BODY | {"agg": "avg"}}, "unknown_aggregate"),
        (CHANGE | {"change": BODY | {"against": {"previous": 0}}}, "bad_value"),
        (CHANGE | {"change": BODY | {"against": {"previous": 121}}}, "bad_value"),
        ({"sequence": [{"fact": "payment"}] * 21, "within": {"n": 1, "unit": "day"}}, "too_many_nodes"),
        (CHANGE | {"change": BODY | {"against": {"next": 1}}}, "bad_value"),
        (CHANGE | {"change": BODY | {"as": "percent"}}, "unknown_key"),
        (RELATED | {"quantifier": "any"}, "bad_value"),
        (RELATED | {"quantifier": "some"}, "bad_value"),
        (without(RELATED, "op"), "unknown_operator"),
        ({"related": "r"}, "missing_key"),
        ({"segment": "s", "version": 0}, "bad_value"),
        ({"segment": "s", "id": 1}, "unknown_key"),
        ({"list": 5}, "bad_value"),
        (without(SEQUENCE, "within"), "missing_key"),
        (SEQUENCE | {"within": {"n": 2, "unit": "hour"}}, "bad_value"),
        (SEQUENCE | {"sequence": []}, "empty"),
    ],
)
def test_refused_nodes_name_their_path(node: Any, code: str) -> None:
    assert refused(doc({"all": [ATTR, node]})) == [("/where/all/1", code)]


def test_paths_inside_conditions() -> None:
    bad = {"attr": "a", "op": "eq"}
    assert refused(doc(FACT | {"where": bad})) == [("/where/where", "missing_key")]
    assert refused(doc(CHANGE | {"change": BODY | {"where": bad}})) == [
        ("/where/change/where", "missing_key")
    ]
    assert refused(doc(RELATED | {"where": {"any": [bad]}})) == [("/where/where/any/0", "missing_key")]
    step = SEQUENCE | {"sequence": [{"fact": "f"}, {"fact": "g", "where": bad}]}
    assert refused(doc(step)) == [("/where/sequence/1/where", "missing_key")]
    assert refused(doc(SEQUENCE | {"sequence": [{"fact": "f", "op": "x"}]})) == [
        ("/where/sequence/0", "unknown_key")
    ]


def test_all_problems_are_told_at_once() -> None:
    found = refused(doc({"any": [{"attr": "a", "op": "eq"}, {"list": 1}, {"all": []}]}))
    assert [path for path, _ in found] == ["/where/any/0", "/where/any/1", "/where/any/2"]


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = ATTR
    for _ in range(depth - 1):
        node = {"not": node}
    return node


def test_limits() -> None:
    parse(doc(nested(20)))
    assert refused(doc(nested(21))) == [("/where" + "/not" * 20, "too_deep")]
    assert refused(doc(nested(900))) == [("/where" + "/not" * 20, "too_deep")]
    parse(doc(SEQUENCE | {"sequence": [{"fact": "f"}] * 20}))
    parse(doc(CHANGE | {"change": BODY | {"against": {"previous": 120}}}))
    most = parse(doc({"all": [ATTR] * 499})).where
    assert isinstance(most, AllOf)
    assert len(most.children) == 499
    assert refused(doc({"all": [ATTR] * 500})) == [("/where/all/499", "too_many_nodes")]
    many = {"attr": "a", "op": "in", "value": list(range(100_000))}
    parse(doc(many))
    assert refused(doc({"all": [many, ATTR]})) == [("/where/all/1", "too_many_values")]
    parse(doc(FACT | {"window": {"last": 100_000, "unit": "day"}}))
    parse(doc({"all": [ATTR, many | {"value": list(range(99_999))}]}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "{",
        '{"a": 1, "a": 1}',
        '{"where": {"all": [{"op": 1, "op": 2}]}}',
        "[" * 100_000,
        b"\xff\xfe{}",
    ],
)
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(DocumentError) as found:
        loads(text)
    assert [problem.code for problem in found.value.problems] == ["not_json"]


def test_numbers_are_decimals() -> None:
    found = loads('{"a": 0.1, "b": 2.0, "c": 10, "d": 1e3}')
    assert found == {"a": Decimal("0.1"), "b": Decimal(2), "c": Decimal(10), "d": Decimal(1000)}
    assert {str(value) for value in found.values()} == {"0.1", "2", "10", "1000"}


KEYS = ["all", "any", "not", "attr", "op", "value", "fact", "agg", "window", "where"]
KEYS += ["related", "segment", "list", "sequence", "within", "change", "as", "quantifier"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_anything_is_either_read_or_refused(value: Any) -> None:
    for where in (value, [value], {"all": [value]}):
        with contextlib.suppress(DocumentError):
            parse({"version": 1, "where": where})
        with contextlib.suppress(DocumentError):
            parse(loads(json.dumps({"version": 1, "where": where})))


OUT_OF_RANGE = (
    "0.12345678901",
    "1e20",
    "1e25",
    "1e9999999999999999999999",
    "1e400",
    "-1e9999999999999999999999",
    "1e-99",
    "1e-999999999",
    "9" * 5000,
    f"1.{'0' * 999}1",
    "NaN",
    "Infinity",
    "-Infinity",
)


@pytest.mark.parametrize("number", OUT_OF_RANGE, ids=lambda number: number[:20])
def test_a_number_out_of_range_is_refused_at_its_node(number: str) -> None:
    asked = '{"attr": "a", "op": "is_set"}, {"attr": "age", "op": "%s", "value": %s}'
    value = {"gt": number, "in": f"[1, {number}]", "eq": f'{{"attr": "b", "times": {number}}}'}
    for op, one in value.items():
        text = f'{{"version": 1, "where": {{"all": [{asked % (op, one)}]}}}}'
        with pytest.raises(DocumentError) as found:
            parse(loads(text))
        assert [(p.path, p.code) for p in found.value.problems] == [("/where/all/1", "bad_value")]


@pytest.mark.parametrize("number", OUT_OF_RANGE, ids=lambda number: number[:20])
@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"version": %s, "where": null}', ""),
        ('{"version": 1, "where": %s}', "/where"),
        ('{"version": 1, "where": {"any": [%s]}}', "/where/any/0"),
        ('{"version": 1, "where": {"list": %s}}', "/where"),
        ('{"version": 1, "where": null, "tags": [%s]}', ""),
    ],
)
def test_a_number_where_none_belongs_is_refused_there(text: str, path: str, number: str) -> None:
    with pytest.raises(DocumentError) as found:
        parse(loads(text % number))
    assert [problem.path for problem in found.value.problems] == [path]
