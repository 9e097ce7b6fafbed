"""The engines' differences as tables: our functions -> theirs, types of parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sqlglot import exp

from segments.compiler.sql import Sql, number, wrapped

Build = Callable[..., Sql]


class UnsupportedError(Exception):
    """The engine's table has no entry for something in the tree: a fault of ours, never of the document."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One engine. `functions`: our name -> builder; `native`: names its builders may produce.

    `parameter(name, kind)` is the placeholder of a bound value with its type.
    """

    name: str
    functions: Mapping[str, Build]
    native: frozenset[str]
    parameter: Callable[[str, str], Sql]


def _call(name: str) -> Build:
    return lambda *arguments: exp.Anonymous(this=name, expressions=list(arguments))


def call(name: str, *arguments: Sql) -> Sql:
    """A function of the engine's own."""
    return exp.Anonymous(this=name, expressions=list(arguments))


@lru_cache
def _type(kind: str) -> exp.DataType:
    # Reading a type takes a hundred times longer than copying it, and there are few.
    return exp.DataType.build(kind, dialect="duckdb")


def _cast(value: Sql, kind: str) -> Sql:
    return exp.Cast(this=value, to=_type(kind).copy())


def _step(places: int) -> str:
    """10^-places, written out: not every engine reads an exponent."""
    return format(Decimal(1).scaleb(-places), "f")


LOWEST = {"VARCHAR": "", "DATE": "1970-01-01", "TIMESTAMP": "1970-01-01 00:00:00"}


# DuckDB


def _duck_parameter(name: str, kind: str) -> Sql:
    placeholder = exp.Placeholder(this=name)
    array = "[]" if kind.endswith("[]") else ""
    base = kind.removesuffix("[]")
    if base == "wide":
        return _cast(placeholder, f"HUGEINT{array}")
    if base.startswith("decimal"):
        return _cast(placeholder, f"{base.upper()}{array}")
    return placeholder


def _duck_in_array(value: Sql, values: Sql) -> Sql:
    unnested = exp.Select(expressions=[call("unnest", values)])
    return exp.In(this=value, query=exp.Subquery(this=unnested))


def _duck_known_or_lowest(value: Sql, storage: Sql) -> Sql:
    kind = storage.name
    if kind == "BOOLEAN":
        return exp.Coalesce(this=value, expressions=[exp.false()])
    if kind in LOWEST:
        return exp.Coalesce(this=value, expressions=[_cast(exp.Literal.string(LOWEST[kind]), kind)])
    return exp.Coalesce(this=value, expressions=[number(0)])


def _duck_local_day(value: Sql, zone: Sql) -> Sql:
    at_utc = call("timezone", exp.Literal.string("UTC"), value)
    return _cast(call("timezone", zone, at_utc), "DATE")


def _duck_unscaled(value: Sql, scale: Sql) -> Sql:
    # Widened before it is multiplied: DECIMAL(18, 2) times 100 overflows in its own width.
    widened = _cast(value, f"DECIMAL(38,{scale.name})")
    return _cast(exp.Mul(this=widened, expression=number(10 ** int(scale.name))), "HUGEINT")


def _duck_decimal(value: Sql, scale: Sql) -> Sql:
    """The wide integer times 10^-scale; a product of decimals has the sum of their widths and scales."""
    places = int(scale.name)
    widened = _cast(value, f"DECIMAL({38 - places},0)")
    if places == 0:
        return widened
    return exp.Mul(
        this=widened, expression=_cast(exp.Literal.string(_step(places)), f"DECIMAL({places},{places})")
    )


def _duck_add(unit: str, times: int = 1) -> Build:
    def build(day: Sql, n: Sql) -> Sql:
        span = call(unit, number(int(n.name) * times))
        return _cast(exp.Paren(this=exp.Add(this=day, expression=span)), "DATE")

    return build


DUCKDB = Dialect(
    name="duckdb",
    functions={
        "contains": _call("contains"),
        "starts_with": _call("starts_with"),
        "ends_with": _call("ends_with"),
        "in_array": _duck_in_array,
        "year": _call("year"),
        "month": _call("month"),
        "day": _call("day"),
        "days_between": lambda start, end: call("date_diff", exp.Literal.string("day"), start, end),
        "local_day": _duck_local_day,
        "add_days": _duck_add("to_days"),
        "add_weeks": _duck_add("to_days", 7),
        "add_months": _duck_add("to_months"),
        "add_quarters": _duck_add("to_months", 3),
        "add_years": _duck_add("to_months", 12),
        "divide": lambda left, right: exp.Paren(this=exp.IntDiv(this=left, expression=wrapped(right))),
        "integer": lambda value: _cast(value, "BIGINT"),
        "wide": lambda value: _cast(value, "HUGEINT"),
        "unscaled": _duck_unscaled,
        "decimal": _duck_decimal,
        "as_text": lambda value: _cast(value, "VARCHAR"),
        "sum": lambda value: exp.Sum(this=value),
        "sum_wide": lambda value: exp.Sum(this=value),
        "latest": lambda value, *ranks: call("arg_max_null", value, call("row", *ranks)),
        "known_or_lowest": _duck_known_or_lowest,
    },
    native=frozenset(
        {
            "contains",
            "starts_with",
            "ends_with",
            "unnest",
            "year",
            "month",
            "day",
            "date_diff",
            "timezone",
            "to_days",
            "to_months",
            "arg_max_null",
            "row",
        }
    ),
    parameter=_duck_parameter,
)


# ClickHouse

CLICKHOUSE_TYPES = {
    "text": "String",
    "boolean": "Bool",
    "date": "Date32",
    "timestamp": "DateTime64(6, 'UTC')",
    "integer": "Int64",
    "wide": "Int256",
}


def _click_parameter(name: str, kind: str) -> Sql:
    base = kind.removesuffix("[]")
    known = CLICKHOUSE_TYPES.get(base, base.replace("decimal", "Decimal"))
    typed = f"Array({known})" if kind.endswith("[]") else known
    return exp.Placeholder(this=name, kind=exp.Var(this=typed))


def _click_known_or_lowest(value: Sql, storage: Sql) -> Sql:
    kind = storage.name
    lowest = {
        "VARCHAR": exp.Literal.string(""),
        "DATE": call("toDate32", exp.Literal.string("1970-01-01")),
        "TIMESTAMP": call("toDateTime64", number(0), number(6), exp.Literal.string("UTC")),
        "BOOLEAN": exp.false(),
    }
    return exp.Coalesce(this=value, expressions=[lowest.get(kind, number(0))])


def _click_unscaled(value: Sql, scale: Sql) -> Sql:
    widened = call("toDecimal256", value, scale)
    return call("toInt256", exp.Mul(this=widened, expression=number(10 ** int(scale.name))))


def _click_decimal(value: Sql, scale: Sql) -> Sql:
    one = call("toDecimal256", exp.Literal.string(_step(int(scale.name))), scale)
    return call("toDecimal128", exp.Mul(this=call("toDecimal256", value, number(0)), expression=one), scale)


CLICKHOUSE = Dialect(
    name="clickhouse",
    functions={
        "contains": lambda text, part: exp.GT(this=call("position", text, part), expression=number(0)),
        "starts_with": _call("startsWith"),
        "ends_with": _call("endsWith"),
        "in_array": lambda value, values: exp.In(this=value, field=values),
        "year": _call("toYear"),
        "month": _call("toMonth"),
        "day": _call("toDayOfMonth"),
        "days_between": lambda start, end: call("dateDiff", exp.Literal.string("day"), start, end),
        "local_day": lambda value, zone: call("toDate32", call("toTimeZone", value, zone)),
        "add_days": _call("addDays"),
        "add_weeks": _call("addWeeks"),
        "add_months": _call("addMonths"),
        "add_quarters": _call("addQuarters"),
        "add_years": _call("addYears"),
        "divide": _call("intDiv"),
        "integer": _call("toInt64"),
        "wide": _call("toInt256"),
        "unscaled": _click_unscaled,
        "decimal": _click_decimal,
        "as_text": _call("toString"),
        "sum": lambda value: exp.Sum(this=value),
        "sum_wide": lambda value: exp.Sum(this=call("toInt256", value)),
        "latest": lambda value, *ranks: call(
            "tupleElement", call("argMax", call("tuple", value), call("tuple", *ranks)), number(1)
        ),
        "known_or_lowest": _click_known_or_lowest,
    },
    native=frozenset(
        {
            "position",
            "startsWith",
            "endsWith",
            "toYear",
            "toMonth",
            "toDayOfMonth",
            "dateDiff",
            "toDate32",
            "toTimeZone",
            "addDays",
            "addWeeks",
            "addMonths",
            "addQuarters",
            "addYears",
            "intDiv",
            "toDecimal128",
            "toDecimal256",
            "toInt256",
            "toInt64",
            "toString",
            "tupleElement",
            "argMax",
            "tuple",
            "toDateTime64",
        }
    ),
    parameter=_click_parameter,
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (DUCKDB, CLICKHOUSE)}
