"""Values of the reference evaluator: exact numbers, text, dates; comparing an unknown value is false."""

import operator
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from segments.conditions.reference.dates import add, has_anniversary

Known = str | Fraction | bool | date | datetime
Value = Known | None

APOSTROPHES = "\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\uff07\uff40"
NEGATIONS = {"ne": "eq", "not_in": "in", "not_contains": "contains", "is_not_set": "is_set"}
Test = Callable[[Any, Any], bool]
ORDER: dict[str, Test] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
SEARCH: dict[str, Test] = {
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}
TRUTHS = {"is_true": {True}, "is_false": {False}}
CALENDAR: Mapping[str, Callable[[date, date, int, str], bool]] = {
    "within_last": lambda day, as_of, n, unit: add(as_of, -n, unit) <= day < as_of,
    "more_than_ago": lambda day, as_of, n, unit: day < add(as_of, -n, unit),
    "within_next": lambda day, as_of, n, unit: as_of <= day < add(as_of, n, unit),
    "anniversary_within": lambda day, as_of, n, unit: has_anniversary(day, as_of, add(as_of, n, unit)),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """What time means: the as-of date and the business time zone."""

    as_of: date
    zone: ZoneInfo

    def day(self, value: Any) -> date:
        """The day of a date, or of a timestamp (naive UTC): its local business date."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC).astimezone(self.zone).date()
        assert isinstance(value, date)
        return value


def fold(text: str) -> str:
    """The copy that text search reads: NFKC, simple lower case, ё as е, one apostrophe."""
    plain = unicodedata.normalize("NFKC", _one_apostrophe(text))
    lower = unicodedata.normalize("NFKC", "".join(letter.lower()[0] for letter in plain))
    return _one_apostrophe(lower).replace("ё", "е")


def _one_apostrophe(text: str) -> str:
    return "".join("'" if letter in APOSTROPHES else letter for letter in text)


def stored(value: Any) -> Value:
    """A value of a table: numbers become exact fractions."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Fraction(value)
    known: Value = value
    return known


def written(value: Any, left: Known, clock: Clock) -> Known:
    """A document's value as the kind of value it is compared with."""
    if isinstance(left, date) and isinstance(value, str):
        return date.fromisoformat(value) if len(value) == 10 else instant(value, clock)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.strip())
    known = stored(value)
    assert known is not None
    return known


def instant(text: str, clock: Clock) -> datetime:
    """A written timestamp as a naive UTC instant; without an offset it is local time."""
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=clock.zone)
    return aware.astimezone(UTC).replace(tzinfo=None)


def satisfies(left: Value, op: str, right: Any, clock: Clock) -> bool:
    """Whether the operator holds between a found value and a document's (unconverted) value."""
    if op in NEGATIONS:
        return not satisfies(left, NEGATIONS[op], right, clock)
    if left is None:
        return False
    if op in TRUTHS:
        return left in TRUTHS[op]
    if op in SEARCH:
        return SEARCH[op](fold(str(left)), fold(right))
    if op in CALENDAR:
        return CALENDAR[op](clock.day(left), clock.as_of, int(right["n"]), right["unit"])
    return _compared(left, op, right, clock)


def _compared(left: Known, op: str, right: Any, clock: Clock) -> bool:
    if op == "is_set":
        return True
    if op == "in":
        return any(compare(left, "eq", written(item, left, clock), clock) for item in right)
    if op == "between":
        low, high = (written(item, left, clock) for item in right)
        return compare(left, "ge", low, clock) and compare(left, "le", high, clock)
    return compare(left, op, written(right, left, clock), clock)


def compare(left: Known, op: str, right: Known, clock: Clock) -> bool:
    """Compare two known values; a timestamp against a date counts as its local business date."""
    if isinstance(left, datetime) != isinstance(right, datetime):
        left, right = clock.day(left), clock.day(right)
    return ORDER[op](left, right)
