"""JSON of strangers: numbers keep their digits, and what is no JSON says so."""

import json
from decimal import Decimal
from typing import Any

LONGEST = 400
"""Digits up to which a number is written out; a larger one stays as it was written, and no column will take it."""


class GarbageError(ValueError):
    """Not JSON, or not the JSON that was declared."""


def parse(body: bytes) -> Any:
    """The value; fractions and numbers with exponents become texts in plain digits. Raises GarbageError."""
    try:
        return json.loads(body, parse_float=_digits, parse_int=_whole, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        start = body[:60].decode("utf-8", "replace")
        raise GarbageError(f"not JSON ({error}); it begins with {start!r}") from error


def _digits(text: str) -> str:
    number = Decimal(text)
    size = abs(number.adjusted()) + len(number.as_tuple().digits)
    return format(number, "f") if size <= LONGEST else text


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= LONGEST else text


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def records_at(page: Any, path: tuple[str, ...]) -> list[Any]:
    """The list of records at `path` of a page. Raises GarbageError where there is none."""
    found, walked = page, "the answer"
    for step in path:
        if not isinstance(found, dict) or step not in found:
            raise GarbageError(f"{walked} has no {step!r}: {_short(found)}")
        found, walked = found[step], f"{walked}.{step}"
    if found is None:
        return []
    if not isinstance(found, list):
        raise GarbageError(f"{walked} is no list of records: {_short(found)}")
    for record in found:
        if not isinstance(record, dict):
            raise GarbageError(f"{walked} holds something else than records: {_short(record)}")
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:80] + "…"
