"""What the linter says about particular documents, over the product's catalogue."""

from pathlib import Path
from typing import Any

import pytest

from segments.conditions.check import check
from segments.conditions.lint import lint
from segments.conditions.read import loads, parse
from segments.references import SavedSegment
from tests.segments.world.exchange import EVERYONE, dumps
from warehouse.catalog.loader import load_catalog, semantic_files

CATALOG = load_catalog(semantic_files(Path(__file__).resolve().parents[3] / "models"))
MONTH = {"last": 1, "unit": "month"}


def attr(name: str, op: str, *value: Any) -> dict[str, Any]:
    """An attribute condition."""
    return {"attr": name, "op": op} | ({"value": value[0]} if value else {})


def days(n: int, unit: str = "day") -> dict[str, Any]:
    """A span."""
    return {"n": n, "unit": unit}


def paid(op: str, *value: Any, window: Any = MONTH, **other: Any) -> dict[str, Any]:
    """A condition on payments: their number, unless told otherwise."""
    made = {"fact": "payment", "agg": "count", "window": window, "op": op} | other
    return made | ({"value": value[0]} if value else {})


def numbers(op: str, *value: Any, **other: Any) -> dict[str, Any]:
    """A condition on the number of subscriptions, or with `quantifier` on them."""
    made = {"related": "subscriptions", "quantifier": "count", "op": op} | other
    return made | ({"value": value[0]} if value else {})


def children(quantifier: str, where: Any = None) -> dict[str, Any]:
    """A condition on subscriptions."""
    return {"related": "subscriptions", "quantifier": quantifier, "where": where}


def found(where: Any, entity: str = "customer") -> list[tuple[str, str]]:
    """(path, code) of every finding; the document must be valid."""
    document = parse(loads(dumps({"version": 1, "entity": entity, "where": where})))
    assert not check(document, CATALOG, EVERYONE)
    return [(finding.path, finding.code) for finding in lint(document, CATALOG)]


OLD, YOUNG = attr("age", "gt", 60), attr("age", "lt", 20)
BIZ = attr("tariff", "eq", "Biz")
NEVER: dict[str, Any] = {
    "two values of one attribute": [attr("region", "eq", "a"), attr("region", "eq", "b")],
    "lists without a common value": [attr("region", "in", ["a", "b"]), attr("region", "in", ["c"])],
    "a value and its exclusion": [attr("region", "eq", "a"), attr("region", "not_in", ["a", "b"])],
    "bounds that leave nothing": [attr("debt_total", "gt", 5), attr("debt_total", "lt", 3)],
    "bounds that meet in one excluded point": [attr("debt_total", "ge", 5), attr("debt_total", "lt", 5)],
    "no whole number between": [attr("age", "gt", 5), attr("age", "lt", 6)],
    "no cent between": [attr("debt_total", "gt", 5), attr("debt_total", "lt", 5.01)],
    "a value and none": [attr("age", "gt", 5), attr("age", "is_not_set")],
    "set and not set": [attr("age", "is_set"), attr("age", "is_not_set")],
    "searched in no text": [attr("full_name", "contains", "x"), attr("full_name", "is_not_set")],
    "searched and not": [attr("full_name", "contains", "x"), attr("full_name", "not_contains", "x")],
    "a value in which the text is not": [attr("tariff", "eq", "Старт"), attr("tariff", "contains", "biz")],
    "only values in which the text is": [
        attr("tariff", "in", ["Ёлка", "елка 2"]),
        attr("tariff", "not_contains", "ЕЛ"),
    ],
    "yes and no": [attr("vip", "is_true"), attr("vip", "ne", True)],
    "dates apart": [
        attr("gone_on", "lt", "2026-01-01"),
        attr("gone_on", "between", ["2026-01-01", "2026-02-01"]),
    ],
    "a rolling span and before it": [
        attr("gone_on", "within_last", days(4, "week")),
        attr("gone_on", "more_than_ago", days(28)),
    ],
    "past and future": [
        attr("gone_on", "within_last", days(1, "year")),
        attr("gone_on", "within_next", days(9)),
    ],
    "months and quarters": [
        attr("gone_on", "within_last", days(3, "month")),
        attr("gone_on", "more_than_ago", days(1, "quarter")),
    ],
    "one behaviour twice": [paid("ge", 3), paid("le", 2)],
    "fewer than none": [paid("lt", 0), attr("vip", "is_true")],
    "children and none": [children("any", BIZ), children("none", BIZ)],
    "children and their number": [children("any", BIZ), numbers("eq", 0, where=BIZ)],
    "every child and one that is not": [children("all", BIZ), children("any", {"not": BIZ})],
    "a condition and its complement": [paid("eq", {"attr": "age"}), {"not": paid("eq", {"attr": "age"})}],
    "a group and its complement": [
        {"any": [OLD, BIZ_ := attr("tariff", "is_set")]},
        {"not": {"any": [BIZ_, OLD]}},
    ],
    "by cases": [{"any": [OLD, YOUNG]}, attr("age", "between", [20, 60])],
    "a status there is not": [attr("status", "eq", "sleeping"), attr("vip", "is_true")],
    "no status": [attr("status", "is_not_set"), attr("vip", "is_true")],
    "less than itself": [attr("age", "lt", {"attr": "age"}), attr("vip", "is_true")],
}
POSSIBLE: dict[str, Any] = {
    "bounds that meet": [attr("debt_total", "ge", 5), attr("debt_total", "le", 5)],
    "a cent between": [attr("debt_total", "gt", 5), attr("debt_total", "lt", 5.02)],
    "fractions of an average": [
        {"fact": "usage", "agg": "avg", "measure": "sms_count", "window": MONTH, "op": op, "value": value}
        for op, value in (("gt", 5), ("lt", 5.001))
    ],
    "some values in which the text is": [
        attr("tariff", "in", ["Ёлка", "Старт"]),
        attr("tariff", "starts_with", "ел"),
    ],
    "two exclusions": [attr("region", "ne", "a"), attr("region", "ne", "b")],
    "30 days and a month": [
        attr("gone_on", "within_last", days(30)),
        attr("gone_on", "more_than_ago", days(1, "month")),
    ],
    "different windows": [paid("ge", 3), paid("le", 2, window={"all": True})],
    "different rows": [paid("ge", 1, where=attr("method", "eq", "cash")), paid("le", 0)],
    "some child, and some child that is not": [children("any", BIZ), children("any", {"not": BIZ})],
    "no child and every child": [children("none", BIZ), children("all", BIZ)],
    "less than a multiple of itself": [attr("debt_total", "lt", {"attr": "debt_total", "times": 2})],
    "equal to itself": [attr("debt_total", "eq", {"attr": "debt_total"})],
}


@pytest.mark.parametrize("title", NEVER)
def test_what_can_never_hold_is_said(title: str) -> None:
    assert ("/where", "contradiction") in found({"all": NEVER[title]})
    assert ("/where", "tautology") in found({"not": {"all": NEVER[title]}})


@pytest.mark.parametrize("title", POSSIBLE)
def test_what_can_hold_is_not_called_impossible(title: str) -> None:
    assert not {"contradiction", "tautology"} & {code for _, code in found({"all": POSSIBLE[title]})}


@pytest.mark.parametrize(
    ("where", "always"),
    [
        ({"any": [OLD, {"not": OLD}]}, True),
        ({"any": [attr("age", "gt", 60), attr("age", "le", 60)]}, False),
        ({"any": [attr("age", "gt", 60), attr("age", "le", 60), attr("age", "is_not_set")]}, True),
        ({"any": [attr("region", "ne", "a"), attr("region", "eq", "a")]}, True),
        ({"any": [attr("vip", "is_true"), attr("vip", "is_false")]}, False),
        (attr("sex", "in", ["female", "male"]), False),
        (attr("status", "in", ["potential", "new", "active", "gone"]), True),
        (paid("ge", 0), True),
        (paid("ge", 0, agg="sum", measure="amount"), False),
        (children("all"), True),
        ({"any": [children("any"), children("none")]}, True),
        (
            {"any": [attr("gone_on", "within_last", days(30)), attr("gone_on", "more_than_ago", days(30))]},
            False,
        ),
    ],
)
def test_a_tautology_is_everybody_those_without_a_value_too(where: Any, always: bool) -> None:
    assert (("/where", "tautology") in found(where)) is always


def test_the_conditions_that_clash_are_named() -> None:
    where = {"all": [attr("vip", "is_true"), OLD, attr("region", "eq", "a"), YOUNG]}
    document = parse(loads(dumps({"version": 1, "where": where})))
    (finding,) = lint(document, CATALOG)
    assert finding.message == "never holds: /where/all/1, /where/all/3 exclude each other"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"all": [attr("age", "gt", 5), attr("age", "gt", 3)]}, [("/where/all/1", "redundant")]),
        ({"any": [attr("age", "gt", 5), attr("age", "gt", 3)]}, [("/where/any/0", "redundant")]),
        ({"all": [attr("age", "gt", 5), attr("age", "is_set")]}, [("/where/all/1", "redundant")]),
        ({"any": [OLD, attr("vip", "is_true"), OLD]}, [("/where/any/2", "duplicate")]),
        (
            {"all": [attr("region", "in", ["a", "b"]), attr("region", "in", ["b", "a", "b"])]},
            [("/where/all/1", "duplicate")],
        ),
        ({"all": [OLD, {"any": [YOUNG, attr("vip", "is_true")]}]}, [("/where/all/1/any/0", "dead_branch")]),
        (
            {"all": [OLD, {"any": [attr("age", "gt", 50), attr("vip", "is_true")]}]},
            [("/where/all/1", "redundant")],
        ),
        ({"all": [OLD, {"not": {"all": [YOUNG, attr("vip", "is_true")]}}]}, [("/where/all/1", "redundant")]),
        ({"any": [{"all": [OLD, YOUNG]}, attr("vip", "is_true")]}, [("/where/any/0", "contradiction")]),
        (
            {
                "related": "subscriptions",
                "quantifier": "any",
                "where": {"all": [BIZ, attr("tariff", "eq", "Pro")]},
            },
            [("/where/where", "contradiction")],
        ),
        (
            paid("ge", 1, where={"any": [attr("method", "ne", "cash"), attr("method", "eq", "cash")]}),
            [("/where/where", "tautology")],
        ),
        (attr("kind", "eq", "persn"), [("/where", "unlisted_value")]),
        (
            attr("kind", "in", ["person", "x", "y"]),
            [("/where", "unlisted_value"), ("/where", "unlisted_value")],
        ),
        (paid("is_not_set", agg="last", window={"this": "day"}), [("/where", "tautology")]),
        (paid("eq", {"attr": "age"}, window={"this": "day"}), [("/where", "empty_window")]),
        (attr("vip", "is_true"), []),
        (None, []),
    ],
)
def test_findings(where: Any, expected: list[tuple[str, str]]) -> None:
    assert found(where) == expected


@pytest.mark.parametrize(
    ("window", "odd"),
    [
        ({"last": 30, "unit": "day"}, True),
        ({"this": "week"}, True),
        ({"from": "2026-01-01", "before": "2026-02-15"}, True),
        ({"from": "2026-01-01", "before": "2026-03-01"}, False),
        ({"last": 1, "unit": "quarter"}, False),
        ({"all": True}, False),
    ],
)
def test_days_asked_of_monthly_rows_are_suspicious(window: Any, odd: bool) -> None:
    usage = {"fact": "usage", "agg": "sum", "measure": "data_mb", "window": window, "op": "gt", "value": 1}
    assert found(usage) == ([("/where", "grain")] if odd else [])


def test_a_span_of_days_between_monthly_rows_is_suspicious() -> None:
    steps = [{"fact": "usage"}, {"fact": "usage"}]
    assert found({"sequence": steps, "within": days(40)}) == [("/where", "grain")]
    assert found({"sequence": steps, "within": days(2, "month")}) == []


def test_a_saved_segment_that_says_the_same_is_named() -> None:
    def document(where: Any, **other: Any) -> dict[str, Any]:
        return loads(dumps({"version": 1, "where": where, **other}))

    saved = [
        SavedSegment("s1", 1, document({"all": [YOUNG, OLD]}, name="x")),
        SavedSegment("s2", 3, document({"any": [OLD, YOUNG]}, name="y")),
        SavedSegment("old", 1, {"version": 0}),
    ]
    findings = lint(parse(document({"any": [YOUNG, OLD]})), CATALOG, saved)
    assert [(f.path, f.code) for f in findings] == [("", "same_as_saved")]
    assert "s2, version 3" in findings[0].message


def test_a_large_document_is_read_in_reasonable_time() -> None:
    leaves = [{"any": [attr("age", "gt", i), attr("debt_total", "lt", i)]} for i in range(120)]
    many = {"all": [*leaves, attr("region", "in", [f"r{i}" for i in range(20_000)])]}
    found(many)
