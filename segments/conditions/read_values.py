"""Values, windows and spans of a document: format only, types are the catalogue's matter (`check`)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Any

from segments.conditions.nodes import (
    LIST_VALUE,
    NO_VALUE,
    SPAN_VALUE,
    TEXT_VALUE,
    UNITS,
    AllWindow,
    DatesWindow,
    LastWindow,
    OtherAttribute,
    Scalar,
    Span,
    ThisWindow,
    Value,
    Window,
)

MAX_DIGITS_BEFORE, MAX_DIGITS_AFTER = 20, 10
MAX_UNITS = 100_000
MAX_PREVIOUS = 120
"""Windows before, each of which is an aggregate of its own: ten years of months."""
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class BadValue(Exception):  # noqa: N818 - turned into a Problem by whoever knows the node's path
    """A value that the format refuses. `code` as in Problem."""

    def __init__(self, message: str, code: str = "bad_value") -> None:
        super().__init__(message)
        self.code = code


def number(value: Any) -> Decimal:
    """A JSON number as Decimal without trailing zeros: at most 20 digits before and 10 after the point."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise BadValue(f"a number is wanted, not {shown(value)}")
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite() or found.adjusted() >= MAX_DIGITS_BEFORE:
        raise BadValue(f"the number {shown(value)} is not finite or has more than {MAX_DIGITS_BEFORE} digits")
    if found and found.adjusted() < -MAX_DIGITS_AFTER:
        raise _too_long(value)  # before rounding: what is small enough would be rounded to nothing
    # Rounding would hide digits that have to be refused.
    exact = Context(prec=max(len(found.as_tuple().digits), MAX_DIGITS_BEFORE))
    plain = found.normalize(exact) if found else Decimal(0)
    exponent = plain.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MAX_DIGITS_AFTER:
        raise _too_long(value)
    return plain.quantize(Decimal(1), context=exact) if exponent > 0 else plain


def _too_long(value: Any) -> BadValue:
    return BadValue(f"the number {shown(value)} has more than {MAX_DIGITS_AFTER} digits after the point")


def whole(value: Any, least: int, what: str, most: int = MAX_UNITS) -> int:
    """A whole number from `least` up to a bound that keeps dates within the calendar."""
    found = number(value)
    if found != found.to_integral_value() or not least <= found <= most:
        raise BadValue(f"{what} must be a whole number from {least} to {most}, not {shown(value)}")
    return int(found)


def text(value: Any, what: str) -> str:
    """Text in NFC. Empty text, NUL and halves of surrogate pairs are refused."""
    if not isinstance(value, str):
        raise BadValue(f"{what} must be a text, not {shown(value)}")
    if not value.strip():
        raise BadValue(f"{what} is empty; use is_set or is_not_set to ask for a missing value")
    if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise BadValue(f"{what} holds characters that no text can have")
    return unicodedata.normalize("NFC", value)


def shown(value: Any) -> str:
    """A short form of a value for messages."""
    found = value if isinstance(value, str) else str(value)
    cut = found if len(found) <= 40 else found[:37] + "..."
    return repr(cut) if isinstance(value, str) else cut


def scalar(value: Any) -> Scalar:
    """Text (trimmed as stored text is), boolean or number."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value, "the value").strip()
    if value is None:
        raise BadValue("null is not a value; use is_set or is_not_set")
    if isinstance(value, (list, Mapping)):
        raise BadValue("one value is wanted here, not a list or an object")
    return number(value)


def day(value: Any, what: str) -> date:
    """An ISO date, `2026-07-01`."""
    if isinstance(value, str) and ISO_DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise BadValue(f"{what}: there is no date {value!r}") from error
    raise BadValue(f"{what} must be a date such as 2026-07-01, not {shown(value)}")


def _keys(value: Any, wanted: set[str], optional: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadValue(f"{what} must be an object, not {shown(value)}")
    unknown = sorted(str(key) for key in set(value) - wanted - optional)
    if unknown:
        raise BadValue(f"{what} does not know the key {', '.join(unknown)}", "unknown_key")
    missing = sorted(wanted - set(value))
    if missing:
        raise BadValue(f"{what} needs {', '.join(missing)}", "missing_key")
    return value


def unit(value: Any, what: str) -> str:
    """day, week, month, quarter or year."""
    if value not in UNITS:
        raise BadValue(f"{what}: the unit must be one of {', '.join(UNITS)}, not {shown(value)}")
    return str(value)


def span(value: Any, what: str = "the value") -> Span:
    """`{"n": 30, "unit": "day"}`."""
    found = _keys(value, {"n", "unit"}, set(), what)
    return Span(whole(found["n"], 1, "n"), unit(found["unit"], what))


def window(value: Any) -> Window:
    """One of the four windows of SEGMENTS.md."""
    if not isinstance(value, Mapping) or not value:
        raise BadValue("a window such as {'last': 30, 'unit': 'day'} is wanted")
    for key, read in WINDOWS.items():
        if key in value:
            return read(value)
    raise BadValue("a window is one of last + unit, this, from + before, all", "unknown_key")


def _last(value: Any) -> Window:
    found = _keys(value, {"last", "unit"}, set(), "the window")
    return LastWindow(whole(found["last"], 1, "last"), unit(found["unit"], "the window"))


def _this(value: Any) -> Window:
    return ThisWindow(unit(_keys(value, {"this"}, set(), "the window")["this"], "the window"))


def _dates(value: Any) -> Window:
    found = _keys(value, {"from", "before"}, set(), "the window")
    start, before = day(found["from"], "from"), day(found["before"], "before")
    if start >= before:
        raise BadValue(f"the window from {start} before {before} holds no day")
    return DatesWindow(start, before)


def _all(value: Any) -> Window:
    if _keys(value, {"all"}, set(), "the window")["all"] is not True:
        raise BadValue("the window 'all' takes true")
    return AllWindow()


WINDOWS: Mapping[str, Callable[[Any], Window]] = {
    "last": _last,
    "this": _this,
    "from": _dates,
    "before": _dates,
    "all": _all,
}


def operator_value(op: str, given: bool, value: Any) -> Value:
    """The value an operator takes; `given` = the key `value` is there."""
    if op in NO_VALUE:
        if given:
            raise BadValue(f"{op} takes no value")
        return None
    if not given:
        raise BadValue(f"{op} needs a value", "missing_key")
    if op in SPAN_VALUE:
        return span(value)
    if op in TEXT_VALUE:
        return text(value, "the value")
    if op in LIST_VALUE:
        return _values(value)
    if op == "between":
        return _between(value)
    return _other(value) if isinstance(value, Mapping) else scalar(value)


def _values(value: Any) -> tuple[Scalar, ...]:
    if not isinstance(value, (list, tuple)):
        raise BadValue("in and not_in take a list of values")
    if not value:
        raise BadValue("the list of values is empty", "empty")
    return tuple(scalar(item) for item in value)


def _between(value: Any) -> tuple[Scalar, ...]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise BadValue("between takes a list of two values")
    low, high = scalar(value[0]), scalar(value[1])
    if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
        raise BadValue(f"between {low} and {high} is reversed")
    return (low, high)


def _other(value: Any) -> OtherAttribute:
    found = _keys(value, {"attr"}, {"times"}, "the value")
    return OtherAttribute(text(found["attr"], "attr"), number(found.get("times", 1)))
