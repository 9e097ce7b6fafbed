"""SQL that turns one text column of a file into a typed column of raw, and says which rows it can't turn.

Nothing is changed silently: a number with more places than raw keeps, a date in another format or a value outside the
closed list makes the row a reject.
"""

import re
from dataclasses import dataclass

from warehouse.catalog.model import ValueType
from warehouse.files.model import ColumnRule, CsvFormat
from warehouse.files.time_zone import utc_sql

SPACES = " \t\r\n\u00a0\u2007\u202f\u3000\ufeff"
SQL_TYPES = {
    ValueType.TEXT: "VARCHAR",
    ValueType.INTEGER: "BIGINT",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.DATE: "DATE",
    ValueType.TIMESTAMP: "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """`value` makes the column, `good` holds for the rows that may enter; None = all may.

    `value` may name `raw`, the text as the file has it; `good` may also name the finished column.
    """

    value: str
    good: str | None


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A name as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def sql_type(rule: ColumnRule) -> str:
    """The column's type in raw."""
    return f"DECIMAL(18,{rule.scale})" if rule.type is ValueType.DECIMAL else SQL_TYPES[rule.type]


def typed(rule: ColumnRule, raw: str, form: CsvFormat) -> Typed:
    """How `rule` reads the text column `raw`."""
    if rule.source is None:
        return Typed(_constant(rule), None)
    if rule.type is ValueType.TEXT:
        return _text(rule, raw, form)
    value = {
        ValueType.INTEGER: _integer,
        ValueType.DECIMAL: _decimal,
        ValueType.BOOLEAN: _boolean,
        ValueType.DATE: _date,
        ValueType.TIMESTAMP: _timestamp,
    }[rule.type](rule, raw, form)
    finished = f"{name(rule.name)} IS NOT NULL"
    return Typed(value, finished if rule.required else f"({finished} OR {_blank(raw)})")


def _constant(rule: ColumnRule) -> str:
    if rule.constant is None:
        return f"NULL::{sql_type(rule)}"
    return f"{literal(rule.constant)}::{sql_type(rule)}"


def _blank(raw: str) -> str:
    return f"{raw} IS NULL OR trim({raw}, {literal(SPACES)}) = ''"


def _trimmed(raw: str) -> str:
    # Most values have no space at either end; trimming a set of characters costs more than the rest together.
    touched = f"{raw}[1] <= ' ' OR {raw}[-1] <= ' ' OR strlen({raw}) <> length({raw})"
    return f"CASE WHEN {touched} THEN trim({raw}, {literal(SPACES)}) ELSE {raw} END"


def _text(rule: ColumnRule, raw: str, form: CsvFormat) -> Typed:
    clean = f"nullif({_trimmed(f'nfc_normalize({raw})')}, '')"
    finished = name(rule.name)
    tests = []
    if rule.required:
        tests.append(f"{finished} IS NOT NULL")
    if rule.values:
        branches = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in rule.values.items())
        tests.append(f"({finished} IS NOT NULL OR {_blank(raw)})")
        return Typed(f"CASE {clean} {branches} END", " AND ".join(tests))
    if rule.allowed:
        tests.append(f"({finished} IS NULL OR {finished} IN ({', '.join(map(literal, rule.allowed))}))")
    return Typed(clean, " AND ".join(tests) or None)


def _digits(raw: str, form: CsvFormat) -> str:
    for space in (form.thousands, "\u00a0" if form.thousands == " " else ""):
        if space:
            raw = f"replace({raw}, {literal(space)}, '')"
    return raw


def _integer(_: ColumnRule, raw: str, form: CsvFormat) -> str:
    raw = _digits(raw, form)
    return f"CASE WHEN regexp_full_match({raw}, ' *[+-]?[0-9]+ *') THEN try_cast({raw} AS BIGINT) END"


def _decimal(rule: ColumnRule, raw: str, form: CsvFormat) -> str:
    raw = _digits(raw, form)
    point = re.escape(form.decimal)
    # Places beyond the scale must be zeros: rounding would change what the source says.
    exact = f" *[+-]?([0-9]+({point}[0-9]{{0,{rule.scale}}}0*)?|{point}[0-9]{{1,{max(rule.scale, 1)}}}0*) *"
    number = raw if form.decimal == "." else f"replace({raw}, {literal(form.decimal)}, '.')"
    return f"CASE WHEN regexp_full_match({raw}, {literal(exact)}) THEN try_cast({number} AS {sql_type(rule)}) END"


def _boolean(rule: ColumnRule, raw: str, form: CsvFormat) -> str:
    clean = f"trim({raw})"
    yes, no = (", ".join(map(literal, side)) for side in (rule.true_values, rule.false_values))
    return f"CASE WHEN {clean} IN ({yes}) THEN true WHEN {clean} IN ({no}) THEN false END"


def _date(rule: ColumnRule, raw: str, form: CsvFormat) -> str:
    moment = f"try_strptime(trim({raw}), {literal(rule.format or form.date_format)})::DATE"
    return _plausible(moment, "DATE")


def _timestamp(rule: ColumnRule, raw: str, form: CsvFormat) -> str:
    """Local time as written; `utc_columns` makes UTC and the business date of it."""
    moment = f"try_strptime(trim({raw}), {literal(rule.format or form.timestamp_format)})::TIMESTAMP"
    return _plausible(moment, "TIMESTAMP")


def _plausible(moment: str, kind: str) -> str:
    # `%Y` also takes a year of two digits: 25 would become the year 25 of our era.
    return f"CASE WHEN {moment} >= {kind} '1000-01-01' THEN {moment} END"


def finished_columns(rule: ColumnRule, form: CsvFormat) -> list[str]:
    """The columns of raw that follow from one typed column: itself, its business date, its folded copy."""
    column = name(rule.name)
    if rule.type is ValueType.TIMESTAMP:
        return [
            f"{utc_sql(column, form.time_zone)} AS {column}",
            f"{column}::DATE AS {name(rule.name + '__date')}",
        ]
    if rule.folded:
        made = f"fold({column})" if rule.source is not None or rule.constant is not None else "NULL::VARCHAR"
        return [column, f"{made} AS {name(rule.name + '__folded')}"]
    return [column]
