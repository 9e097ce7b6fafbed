"""SQL that turns one text column of a file into a typed column of raw, and says which rows it can't turn.

Nothing is changed silently: a number with more places than raw keeps, a date in another format or a
value outside the
closed list makes the row a reject.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.catalog.model import ValueType
from warehouse.files.model import ISO, ColumnRule, FileFormat
from warehouse.files.time_zone import utc_sql

SPACES = " \t\r\n\u00a0\u2007\u202f\u3000\ufeff"
ISO_TIME = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
ISO_OFFSET = r"( ?(Z|[+-]\d{2}(:?\d{2})?))"
ISO_TEXT = rf"\d{{4}}-\d{{2}}-\d{{2}}({ISO_TIME}{ISO_OFFSET}?)?"
SQL_TYPES = {
    ValueType.TEXT: "VARCHAR",
    ValueType.INTEGER: "BIGINT",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.DATE: "DATE",
    ValueType.TIMESTAMP: "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """SQL of one column: `value` makes it from the text in the file, `good` holds for the rows that may
    enter.

    `good` names the finished column and the text; NULL means no. None = every row may enter.
    """

    value: str
    good: str | None


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A name as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def names(texts: Iterable[str]) -> str:
    """Names as SQL identifiers with commas between them."""
    return ", ".join(map(name, texts))


def sql_type(rule: ColumnRule) -> str:
    """The column's type in raw."""
    return f"DECIMAL(18,{rule.scale})" if rule.type is ValueType.DECIMAL else SQL_TYPES[rule.type]


def typed(rule: ColumnRule, raw: str, form: FileFormat) -> Typed:
    """How `rule` reads the text column `raw`."""
    if rule.source is None:
        return Typed(_constant(rule), None)
    if rule.type is ValueType.TEXT:
        return _text(rule, raw, f"nullif({_trimmed(f'nfc_normalize({raw})')}, '')")
    part = _READERS[rule.type](rule, raw, form)
    return part if rule.required else Typed(part.value, f"({part.good} OR {_blank(raw)})")


def typed_plainly(rule: ColumnRule, column: str, form: FileFormat, *, native: bool) -> Typed | None:
    """How `rule` takes a `column` of lines that nobody doubts (`doubts`): texts without outer spaces, numbers with no
    sign in them that needs thought. `native`: the reader has given it its type. None = as from any text.
    """
    if rule.source is None:
        return Typed(_constant(rule), None)
    if rule.type is ValueType.TEXT:
        return _text(rule, column, column)
    if rule.type is ValueType.INTEGER and not form.thousands:
        good, value = (
            f"{name(rule.name)} IS NOT NULL AND NOT contains({column}, '.')",
            f"try_cast({column} AS BIGINT)",
        )
    elif native and rule.type is ValueType.DECIMAL:
        return Typed(column, f"{column} IS NOT NULL" if rule.required else None)
    elif native:
        # A day that needs another look at the text: `25` may have been read as a year, and the engine reads some words
        # as a day of its own.
        kind = sql_type(rule)
        known = f"{column} >= {kind} '1000-01-01' AND {column} < {kind} '9999-01-01'"
        good, value = f"{known} AND {column} <> {kind} '1900-01-01'", column
    else:
        return None
    return Typed(value, f"({good})" if rule.required else f"({column} IS NULL OR ({good}))")


def _constant(rule: ColumnRule) -> str:
    if rule.constant is None:
        return f"NULL::{sql_type(rule)}"
    return f"{literal(rule.constant)}::{sql_type(rule)}"


def _blank(raw: str) -> str:
    return f"{raw} IS NULL OR trim({raw}, {literal(SPACES)}) = ''"


def _trimmed(raw: str) -> str:
    # Most values have no space at either end; trimming a set of characters costs more than the rest together.
    touched = f"{raw} < '!' OR {raw}[-1] <= ' ' OR strlen({raw}) <> length({raw})"
    return f"CASE WHEN {touched} THEN trim({raw}, {literal(SPACES)}) ELSE {raw} END"


def _text(rule: ColumnRule, raw: str, clean: str) -> Typed:
    finished = name(rule.name)
    tests = [f"{finished} IS NOT NULL"] if rule.required else []
    if rule.values:
        branches = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in rule.values.items())
        tests.append(f"({finished} IS NOT NULL OR {_blank(raw)})")
        return Typed(f"CASE {clean} {branches} END", " AND ".join(tests))
    if rule.allowed:
        tests.append(f"({finished} IS NULL OR {finished} IN ({', '.join(map(literal, rule.allowed))}))")
    return Typed(clean, " AND ".join(tests) or None)


def _separators(form: FileFormat) -> str:
    # Programs that group by a space write any of the spaces that do not break.
    return " \u00a0\u202f" if form.thousands == " " else form.thousands


def _digits(raw: str, form: FileFormat) -> str:
    for separator in _separators(form):
        raw = f"replace({raw}, {literal(separator)}, '')"
    return raw


def _grouped(raw: str, form: FileFormat) -> str:
    """Holds where thousands separators stand between groups of three digits: `12,34` is no 1234."""
    separators = _separators(form)
    if not separators:
        return "true"
    pattern = rf"\s*[+-]?\d{{1,3}}([{separators}]\d{{3}})+([^\d{separators}]\d*)?\s*"
    return f"({_digits(raw, form)} = trim({raw}) OR regexp_full_match({raw}, {literal(pattern)}))"


def _exact(rule: ColumnRule, number: str, pattern: str) -> str:
    """Holds where casting `number` took nothing away.

    The engine's cast rounds, and takes `1_000`, `0x1F` and `1e3`. Most numbers are written as the engine
    writes them;
    the others have to match the pattern, which costs more.
    """
    finished = name(rule.name)
    written = f"{finished}::VARCHAR = {number} OR regexp_full_match({number}, {literal(pattern)})"
    return f"({finished} IS NOT NULL AND ({written}))"


def _plain(rule: ColumnRule, raw: str, form: FileFormat) -> str:
    """Holds for numbers written without signs, groups or spaces that need thought. Of the tests of a text it
    is the cheapest, and enough for most of a file; what it does not hold for is looked at by `_exact`.
    """
    places = f"([{form.decimal}][0-9]{{1,{rule.scale}}})?" if rule.scale else ""
    return f"regexp_full_match({raw}, {literal('-?[0-9]+' + places)})"


def _integer(rule: ColumnRule, raw: str, form: FileFormat) -> Typed:
    number = _digits(raw, form)
    good = f"({_exact(rule, number, ' *[+-]?[0-9]+ *')} AND {_grouped(raw, form)})"
    return Typed(f"try_cast({number} AS BIGINT)", good)


def _decimal(rule: ColumnRule, raw: str, form: FileFormat) -> Typed:
    number = _digits(raw, form)
    places = f"[0-9]{{0,{rule.scale}}}0*"
    pattern = rf" *[+-]?([0-9]+(\.{places})?|\.[0-9]{places}) *"
    # A point in a file with decimal commas would be read as what it may not mean.
    pointed = number if form.decimal == "." else f"replace({number}, {literal(form.decimal)}, '.')"
    strange = "true" if form.decimal == "." else f"NOT contains({number}, '.')"
    exact = f"({_exact(rule, pointed, pattern)} AND {strange} AND {_grouped(raw, form)})"
    good = f"({name(rule.name)} IS NOT NULL AND ({_plain(rule, raw, form)} OR {exact}))"
    return Typed(f"try_cast({pointed} AS {sql_type(rule)})", good)


def _boolean(rule: ColumnRule, raw: str, _: FileFormat) -> Typed:
    yes, no = (", ".join(map(literal, side)) for side in (rule.true_values, rule.false_values))
    value = f"CASE WHEN trim({raw}) IN ({yes}) THEN true WHEN trim({raw}) IN ({no}) THEN false END"
    return Typed(value, f"{name(rule.name)} IS NOT NULL")


def _date(rule: ColumnRule, raw: str, form: FileFormat) -> Typed:
    pattern = rule.format or form.date_format
    return _iso(rule, raw, form, "DATE") if pattern == ISO else _moment(rule, raw, pattern, "DATE")


def _timestamp(rule: ColumnRule, raw: str, form: FileFormat) -> Typed:
    """Local time as written; `finished_columns` makes UTC and the business date of it."""
    pattern = rule.format or form.timestamp_format
    return _iso(rule, raw, form, "TIMESTAMP") if pattern == ISO else _moment(rule, raw, pattern, "TIMESTAMP")


def _iso(rule: ColumnRule, raw: str, form: FileFormat, kind: str) -> Typed:
    """Local time of any ISO 8601 text; one without an offset is local already. A day is no moment within it."""
    text = f"trim({raw})"
    zoned = f"timezone({literal(form.time_zone)}, try_cast({text} AS TIMESTAMPTZ))"
    has_offset = f"regexp_matches({text}, {literal(ISO_TIME + ISO_OFFSET + '$')})"
    moment = f"CASE WHEN {has_offset} THEN {zoned} ELSE try_cast({text} AS TIMESTAMP) END"
    good = f"{name(rule.name)} >= {kind} '1000-01-01' AND regexp_full_match({text}, {literal(ISO_TEXT)})"
    if kind == "DATE":
        good = f"{good} AND {moment} = {name(rule.name)}::TIMESTAMP"
    return Typed(f"({moment})::{kind}", f"coalesce({good}, false)")


def _moment(rule: ColumnRule, raw: str, pattern: str, kind: str) -> Typed:
    parsed = f"try_strptime({raw}, {literal(pattern)})"
    trimmed = f"try_strptime(trim({raw}), {literal(pattern)})"
    # `%Y` also takes a year of two digits: 25 would become the year 25 of our era.
    good = f"{name(rule.name)} >= {kind} '1000-01-01'"
    # The engine reads the words `epoch` and `infinity` as its own starting day, whatever the pattern.
    good = f"{good} AND ({name(rule.name)} <> {kind} '1900-01-01' OR regexp_matches({raw}, '[0-9]'))"
    return Typed(f"coalesce({parsed}, {trimmed})::{kind}", f"({good})")


_READERS = {
    ValueType.INTEGER: _integer,
    ValueType.DECIMAL: _decimal,
    ValueType.BOOLEAN: _boolean,
    ValueType.DATE: _date,
    ValueType.TIMESTAMP: _timestamp,
}


def finished_columns(rule: ColumnRule, form: FileFormat) -> list[str]:
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
