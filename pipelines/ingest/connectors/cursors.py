"""Values of a cursor column: exact, comparable, and able to stand in a file name."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

MAX_ENCODED = 90
"""Two of them, a date and a number make a file name of at most 255 bytes."""

CursorValue = int | Decimal | date | datetime | str


class CursorError(ValueError):
    """A value that can't be a cursor's; the message says why."""


def encode(value: object) -> str:
    """A value as part of a file name; `decode` gives the same value back. Raises CursorError."""
    encoded = quote(_marked(value), safe="").replace("_", "%5F").replace("~", "%7E")
    if len(encoded) > MAX_ENCODED:
        raise CursorError(f"the value is too long for a cursor: {value!r}")
    return encoded


def _marked(value: object) -> str:
    match value:
        case bool() | None:
            raise CursorError(f"{value!r} is no value of a cursor")
        case int():
            return f"i{value}"
        case float() | Decimal():
            return f"n{_number(value)}"
        case datetime():
            return f"t{value.isoformat()}"
        case date():
            return f"d{value.isoformat()}"
        case str():
            return f"s{value}"
    raise CursorError(f"a cursor can't be of the type {type(value).__name__}")


def _number(value: float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise CursorError(f"{value!r} is no value of a cursor")
    return format(number, "f")


def decode(text: str) -> CursorValue:
    """The value that `encode` wrote. Raises CursorError for anything else."""
    plain = unquote(text)
    kind, value = plain[:1], plain[1:]
    try:
        return _READ[kind](value)
    except (KeyError, ValueError, InvalidOperation) as error:
        raise CursorError(f"{text!r} is no cursor") from error


_READ: Mapping[str, Callable[[str], CursorValue]] = {
    "i": int,
    "n": Decimal,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "s": str,
}


def day_of(value: CursorValue, zone: ZoneInfo) -> date | None:
    """The local day that a cursor value stands for; None where it is no moment."""
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    moment = as_moment(value) if isinstance(value, str) else None
    return None if moment is None else day_of(moment, zone)


def as_moment(text: str) -> datetime | None:
    """A text as a date or moment of ISO 8601 (`2026-07-01`, `2026-07-01T10:00:00Z`); None where it is none."""
    # Python takes "20260701" and "2026-W27" for dates too; numbers and codes are texts here.
    if len(text) < 10 or text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def order(value: CursorValue) -> tuple[str, object]:
    """What values of one data set are compared by; texts that are moments are compared as such.

    The first part is the kind: values of different kinds have no order between them.
    """
    if isinstance(value, str):
        moment = as_moment(value)
        return ("text", value) if moment is None else _order_of_moment(moment)
    if isinstance(value, datetime):
        return _order_of_moment(value)
    if isinstance(value, date):
        return _order_of_moment(datetime.combine(value, time()))
    return "number", Decimal(value)


def _order_of_moment(moment: datetime) -> tuple[str, object]:
    return ("moment with zone" if moment.tzinfo else "moment"), moment
