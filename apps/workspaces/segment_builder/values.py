"""Values as people type them, and as documents hold them.

Typed form: text for texts, numbers, dates and times; bool for booleans; a tuple of those for lists and
ranges; `{"n": text, "unit": unit}` for relative spans; `{"attr": name, "times": text}` for another attribute.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
SPACES = str.maketrans("", "", " \u00a0\u202f'_")


class Unfinished(Exception):  # noqa: N818 - not an error: somebody is still typing
    """The typed value is not one yet; `code` names what is missing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def number(typed: Any) -> int | Decimal:
    """The exact number of a typed text: spaces between digits and a decimal comma are fine."""
    text = str(typed if typed is not None else "").translate(SPACES).replace(",", ".").replace("\u2212", "-")
    if not text:
        raise Unfinished("value_missing")
    if not NUMBER.fullmatch(text):
        raise Unfinished("not_a_number")
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else exact


def whole(typed: Any, *, least: int = 1) -> int:
    """A whole number, at least `least`."""
    exact = number(typed)
    if isinstance(exact, Decimal) or exact < least:
        raise Unfinished("not_a_whole_number")
    return exact


def scalar(kind: str, typed: Any) -> Any:
    """One value of a type (text, integer, decimal, boolean, date, timestamp) as a document holds it."""
    if kind == "boolean":
        if not isinstance(typed, bool):
            raise Unfinished("value_missing")
        return typed
    text = str(typed if typed is not None else "").strip()
    if not text:
        raise Unfinished("value_missing")
    if kind in {"integer", "decimal"}:
        return number(text)
    return _calendar(kind, text) if kind in {"date", "timestamp"} else text


def value(kind: str, form: str, typed: Any, units: tuple[str, ...]) -> Any:
    """A value of a type in the form an operator wants."""
    if isinstance(typed, Mapping) and "attr" in typed:
        return _other_attribute(typed)
    if form == "many":
        if not typed:
            raise Unfinished("value_missing")
        return [scalar(kind, one) for one in typed]
    if form == "range":
        low, high = typed if isinstance(typed, tuple) and len(typed) == 2 else (None, None)
        return [scalar(kind, low), scalar(kind, high)]
    return span(typed, units) if form == "relative" else scalar(kind, typed)


def span(typed: Any, units: tuple[str, ...]) -> dict[str, Any]:
    """A relative span: a whole number of a unit."""
    given = typed if isinstance(typed, Mapping) else {}
    unit = given.get("unit")
    if unit not in units:
        raise Unfinished("value_missing")
    return {"n": whole(given.get("n")), "unit": unit}


def typed_form(held: Any) -> Any:
    """The typed form of a value a document holds."""
    if isinstance(held, bool) or held is None:
        return held
    if isinstance(held, (int, Decimal)):
        return format(held, "f") if isinstance(held, Decimal) else str(held)
    if isinstance(held, Mapping):
        return {name: typed_form(one) for name, one in held.items()}
    if isinstance(held, (list, tuple)):
        return tuple(typed_form(one) for one in held)
    return str(held)


def _other_attribute(typed: Mapping[str, Any]) -> dict[str, Any]:
    if not typed.get("attr"):
        raise Unfinished("attribute_missing")
    times = typed.get("times")
    factor = 1 if times is None or times == "" else number(times)
    return {"attr": typed["attr"]} if factor == 1 else {"attr": typed["attr"], "times": factor}


def _calendar(kind: str, text: str) -> str:
    try:
        if kind == "timestamp" and len(text) > len("2026-07-01"):
            datetime.fromisoformat(text)
        else:
            date.fromisoformat(text)
    except ValueError as error:
        raise Unfinished("not_a_date") from error
    return text
