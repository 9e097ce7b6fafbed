"""The shape of what is compiled: sargable, semi and anti joins, values apart, nothing unknown rendered."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlglot import exp, parse_one

from segments.compiler import bits, questions, sql
from segments.compiler.audience import Audience
from segments.compiler.bind import Setting
from segments.compiler.compile import Compiled, compile_document
from segments.compiler.engines import DIALECTS, UnsupportedError
from segments.compiler.questions import Page
from segments.compiler.render import render
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from tests.segments.world.catalogue import STORAGE, build_catalogue
from warehouse.access import RowScope
from warehouse.releases.model import Coverage

AUDIENCE = Audience(RowScope(everything=True))
COVERED = Coverage(date(2020, 1, 1), date(2026, 7, 1))
SETTING = Setting(
    build_catalogue(),
    date(2026, 7, 1),
    ZoneInfo("Asia/Tashkent"),
    {"payment": COVERED, "usage": COVERED, "visit": COVERED, "balance": COVERED},
)
HOSTILE = [
    "'; DROP TABLE t; --",
    "$p1",
    "{p1: String}",
    "\\",
    '"',
    "`",
    "%_",
    "/* */",
    "NULL",
    "a'b\"c\\d",
    "\u202e",
]
MONTH = {"last": 1, "unit": "month"}
COUNT = {"fact": "visit", "agg": "count", "window": MONTH, "op": "ge", "value": 2}
SUM = {"fact": "payment", "agg": "sum", "measure": "amount", "window": MONTH, "op": "gt", "value": 10}
CHANGE = {
    "change": {
        "fact": "payment",
        "agg": "sum",
        "measure": "amount",
        "window": MONTH,
        "against": {"previous": 3},
    },
    "as": "percent",
    "op": "le",
    "value": -25,
}


def compiled(where: Any, columns: Any = STORAGE) -> Compiled:
    return compile_document(parse({"version": 1, "where": where}), SETTING, columns)


def text(where: Any, engine: str = "duckdb") -> str:
    return questions.count(compiled(where), AUDIENCE, engine).statement.sql


def where_of(statement: str) -> str:
    found = parse_one(statement, read="duckdb").find(exp.Where)
    assert found is not None
    return found.sql("duckdb")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"attr": "balance", "op": "gt", "value": 5}, '"t1"."balance" > CAST($p2 AS DECIMAL(18, 2))'),
        ({"attr": "kind", "op": "eq", "value": "x"}, '"t1"."kind" = $p2'),
        ({"attr": "birth_date", "op": "eq", "value": "2000-01-01"}, '"t1"."birth_date" >= $p2'),
        ({"attr": "age", "op": "ge", "value": 18}, '"t1"."birth_date" < $p2'),
        ({"attr": "last_login", "op": "ge", "value": "2026-01-01"}, '"t1"."last_login" >= $p2'),
        ({"attr": "kind", "op": "in", "value": ["x", "y"]}, '"t1"."kind" IN ($p2, $p3)'),
        ({"attr": "balance", "op": "lt", "value": {"attr": "credit_limit"}}, 't1"."balance" < "t1"."credit'),
    ],
)
def test_positive_conditions_leave_the_column_bare(where: Any, expected: str) -> None:
    found = where_of(text({"all": [where, {"attr": "vip", "op": "is_true"}]}))
    assert expected in found
    assert "COALESCE" not in found


def test_negated_conditions_are_null_safe_alone() -> None:
    found = where_of(
        text({"not": {"any": [{"attr": "kind", "op": "eq", "value": "x"}, {"attr": "vip", "op": "is_set"}]}})
    )
    assert 'NOT (COALESCE("t1"."kind" = $p2, FALSE))' in found
    assert 'NOT (NOT "t1"."vip" IS NULL)' in found


def test_bits_are_made_null_safe_once() -> None:
    asked = bits.bits(compiled({"attr": "kind", "op": "ne", "value": "x"}), AUDIENCE, "duckdb")
    assert 'NOT (COALESCE("t1"."kind" = $p2, FALSE)) AS "c0"' in asked.statement.sql
    assert asked.statement.sql.count("COALESCE") == 1


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        (COUNT, "SEMI"),
        ({"not": COUNT}, "ANTI"),
        (COUNT | {"op": "le"}, "ANTI"),
        (COUNT | {"op": "eq", "value": 0}, "ANTI"),
        ({"not": COUNT | {"op": "eq", "value": 0}}, "SEMI"),
        (SUM | {"window": {"last": 45, "unit": "day"}}, "SEMI"),
        (CHANGE, "SEMI"),
        ({"related": "accounts", "quantifier": "any"}, "SEMI"),
        ({"related": "accounts", "quantifier": "none"}, "ANTI"),
        ({"related": "accounts", "quantifier": "count", "op": "lt", "value": 1}, "ANTI"),
        ({"sequence": [{"fact": "visit"}, {"fact": "visit"}], "within": {"n": 1, "unit": "day"}}, "SEMI"),
    ],
)
@pytest.mark.parametrize("engine", sorted(DIALECTS))
def test_other_rows_are_semi_and_anti_joined(where: Any, kind: str, engine: str) -> None:
    found = text({"all": [where, {"attr": "vip", "op": "is_true"}]}, engine)
    joins = parse_one(found, read=engine).args["joins"]
    assert [join.kind for join in joins] == [kind]
    assert " NOT IN " not in found
    assert "EXISTS" not in found


def test_existence_needs_no_grouping() -> None:
    for op, value in (("ge", 1), ("gt", 0), ("eq", 0), ("le", 0), ("lt", 1)):
        assert "GROUP BY" not in text(COUNT | {"op": op, "value": value}), op
    assert "GROUP BY" in text(COUNT)


def test_the_mart_answers_whole_months_of_known_columns() -> None:
    months = {f"paid_2026_{m:02d}": "DECIMAL(38,2)" for m in (3, 4, 5, 6)}
    with_months = STORAGE | {"customer_360": STORAGE["customer_360"] | months}
    for where, expected in (
        (SUM, "mart"),
        (CHANGE, "mart"),
        (SUM | {"window": {"last": 30, "unit": "day"}}, "mart"),  # which are June
        (SUM | {"window": {"last": 29, "unit": "day"}}, "facts"),
        (SUM | {"window": {"last": 5, "unit": "month"}}, "facts"),
        (SUM | {"window": {"from": "2026-04-01", "before": "2026-06-01"}}, "mart"),
        (SUM | {"window": {"from": "2026-04-02", "before": "2026-06-01"}}, "facts"),
        (SUM | {"agg": "max"}, "facts"),
        (SUM | {"where": {"attr": "method", "op": "is_set"}}, "facts"),
        (SUM | {"measure": "points"}, "facts"),
    ):
        found = compiled(where, with_months)
        assert found.answered_from() == {"/where": expected}, where
        tables = questions.count(found, AUDIENCE, "duckdb").tables
        assert ("fct_payment" in tables) == (expected == "facts")


@pytest.mark.parametrize("engine", sorted(DIALECTS))
@pytest.mark.parametrize("value", HOSTILE)
def test_no_text_of_a_user_is_sql(value: str, engine: str) -> None:
    def conditions(word: str) -> Any:
        return {
            "all": [
                {"attr": "kind", "op": "eq", "value": word},
                {"attr": "full_name", "op": "contains", "value": word},
                {"attr": "city", "op": "in", "value": [word, word + "x"]},
                {"attr": "city", "op": "not_in", "value": [word + str(i) for i in range(20)]},
                COUNT | {"where": {"attr": "channel", "op": "eq", "value": word}},
            ]
        }

    hostile, plain = text(conditions(value), engine), text(conditions("plain"), engine)
    assert hostile == plain


def test_hostile_names_are_refused_before_anything_is_built() -> None:
    for name in HOSTILE:
        with pytest.raises(DocumentError):
            compiled({"attr": name, "op": "is_set"})
        with pytest.raises(DocumentError):
            compiled(COUNT | {"fact": name})


@pytest.mark.parametrize("engine", sorted(DIALECTS))
def test_what_stands_in_no_table_is_not_rendered(engine: str) -> None:
    for tree in (
        sql.fn("quantile", sql.number(1)),
        exp.Anonymous(this="read_csv", expressions=[]),
        exp.Lower(this=sql.number(1)),
        exp.Ln(this=sql.number(1)),
    ):
        statement = sql.select([(tree, "x")], sql.table("t", "t"))
        with pytest.raises(UnsupportedError):
            render(statement, {}, engine)
    with pytest.raises(UnsupportedError):
        render(sql.number(1), {}, "oracle")


def test_of_no_conditions_all_hold_and_none_does() -> None:
    assert (sql.both([]), sql.either([])) == (sql.TRUE(), sql.FALSE())


def test_both_engines_know_the_same_functions() -> None:
    one, two = (set(dialect.functions) for dialect in DIALECTS.values())
    assert one == two


DAY, NUMBER = sql.column("t", "day"), sql.column("t", "number")
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("contains", "starts_with", "ends_with", "in_array"), (DAY, DAY)),
    **dict.fromkeys(("year", "month", "day", "integer", "wide", "as_text", "sum", "sum_wide"), (NUMBER,)),
    **{f"add_{unit}": (DAY, sql.number(2)) for unit in ("days", "weeks", "months", "quarters", "years")},
    "days_between": (DAY, DAY),
    "divide": (NUMBER, NUMBER),
    "local_day": (DAY, sql.text("Asia/Tashkent")),
    "unscaled": (NUMBER, sql.number(2)),
    "decimal": (NUMBER, sql.number(2)),
    "latest": (NUMBER, DAY, NUMBER),
    "known_or_lowest": (DAY, sql.text("TIMESTAMP")),
}


@pytest.mark.parametrize("engine", sorted(DIALECTS))
@pytest.mark.parametrize("name", sorted(DIALECTS["duckdb"].functions))
def test_every_function_of_ours_is_made_of_the_engines_own(name: str, engine: str) -> None:
    tree = sql.select([(sql.fn(name, *ARGUMENTS[name]), "x")], sql.table("t", "t"))
    made = render(tree, {}, engine).sql
    assert "our:" not in made
    assert not re.match(r"SELECT\s+AS", made)


@pytest.mark.parametrize(("after", "kind"), [(5, "Int64"), ("A1", "String")])
def test_a_page_begins_after_a_key_of_its_type(after: int | str, kind: str) -> None:
    page = questions.members(compiled(None), AUDIENCE, Page(after, 10), "clickhouse").statement
    names = [name for name, value in page.parameters.items() if value == after]
    assert len(names) == 1
    assert f"{{{names[0]}: {kind}}}" in page.sql
    assert page.sql.endswith("LIMIT 11")  # one row more tells that there is a next page


@pytest.mark.parametrize(("key", "kind"), [(5, "Int64"), ("A1", "String")])
def test_one_entity_is_asked_about_by_a_key_of_its_type(key: int | str, kind: str) -> None:
    asked = bits.values(compiled(None), AUDIENCE, key, "clickhouse").statement
    names = [name for name, value in asked.parameters.items() if value == key]
    assert len(names) == 1
    assert f"{{{names[0]}: {kind}}}" in asked.sql


def test_an_entity_is_looked_up_by_a_text() -> None:
    found = bits.find(compiled(None), AUDIENCE, "C1", "clickhouse").statement
    names = [name for name, value in found.parameters.items() if value == "C1"]
    assert len(names) == 1
    assert f"{{{names[0]}: String}}" in found.sql


def test_values_have_types_that_hold_them() -> None:
    where = {
        "all": [
            {"attr": "ratio", "op": "lt", "value": Decimal("0.12345")},
            {"attr": "birth_date", "op": "ge", "value": "1950-02-28"},
            {"attr": "last_login", "op": "ge", "value": "1965-01-01T00:00:00.5"},
        ]
    }
    statement = questions.count(compiled(where), AUDIENCE, "clickhouse").statement
    # 0.12345 stands between two numbers of four digits: below it means below the upper one.
    assert Decimal("0.1235") in statement.parameters.values()
    for kind in ("Decimal(18,4)", "Date32", "DateTime64(6, 'UTC')"):
        assert f": {kind}}}" in statement.sql


def test_whole_numbers_are_bound_as_whole_numbers() -> None:
    points = {"fact": "payment", "agg": "sum", "measure": "points", "window": {"all": True}}
    where = {"all": [{"attr": "head_count", "op": "ge", "value": 5}, {**points, "op": "ge", "value": 6}]}
    values = questions.count(compiled(where), AUDIENCE, "duckdb").statement.parameters.values()
    assert sorted((value, type(value)) for value in values if value in (5, 6)) == [(5, int), (6, int)]


@pytest.mark.parametrize(("measure", "widened"), [("points", True), ("amount", False)])
def test_whole_numbers_are_widened_before_they_are_summed(measure: str, widened: bool) -> None:
    total = {"fact": "payment", "agg": "sum", "measure": measure, "window": {"all": True}}
    assert ("SUM(TOINT256(" in text({**total, "op": "gt", "value": 5}, "clickhouse").upper()) is widened


def test_many_conditions_share_the_tables_row_by_row() -> None:
    where = {"any": [COUNT | {"value": i} for i in range(2, 40)]}
    found = parse_one(text(where), read="duckdb")
    assert all(join.side == "LEFT" and not join.kind for join in found.args["joins"])


def test_deep_and_wide_documents_compile() -> None:
    node: Any = {"attr": "vip", "op": "is_true"}
    for i in range(18):
        node = {"not": node} if i % 3 else {"any": [node, {"attr": "kind", "op": "eq", "value": str(i)}]}
    text(node)
    text({"any": [{"attr": "balance", "op": "eq", "value": i} for i in range(498)]})
