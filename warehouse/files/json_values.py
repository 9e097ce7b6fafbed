"""JSON values as the texts that stand in the file: numbers keep their digits and never become floats."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeAlias

# An exponent beyond it is no quantity; written out it would fill the memory.
MAX_EXPONENT = 100
JSON_SPACE = " \t\r\n"
Scanner: TypeAlias = Callable[[str, int], tuple[Any, int]]


class Number(str):
    """A number as it is written, without exponent, with the decimal sign of the declaration."""

    __slots__ = ()


def scanner(decimal: str) -> Scanner:
    """Reads the value that begins at a place of a text: (value, place after it).

    It raises ValueError for what is no JSON (also `NaN`, and an object with a key that stands twice) and
    RecursionError for what is nested too deep.
    """

    def real(text: str) -> Number:
        return Number(_plain(text).replace(".", decimal))

    return json.JSONDecoder(
        parse_float=real, parse_int=Number, parse_constant=_no_number, object_pairs_hook=_once
    ).raw_decode


def read_value(scan: Scanner, text: str) -> Any:
    """The one value that `text` is. Raises ValueError with the reason where it is none."""
    start = len(text) - len(text.lstrip(JSON_SPACE))
    try:
        value, end = scan(text, start)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (character {error.pos + 1})") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    if text[end:].strip(JSON_SPACE):
        raise ValueError(f"not JSON: more text after its end (character {end + 1})")
    check_text(text[start:end], value)
    return value


def check_text(text: str, value: Any) -> None:
    """Raise ValueError where `value`, written as `text`, has halves of characters (`\\ud800` alone)."""
    if "\\ud" in text or "\\uD" in text:
        try:
            _written(value).encode()
        except UnicodeEncodeError:
            raise ValueError("half of a character (a lone surrogate)") from None


def _plain(text: str) -> str:
    """Without exponent: `1.5e3` as `1500`."""
    if "e" not in text and "E" not in text:
        return text
    number = Decimal(text)
    return format(number, "f") if abs(number.adjusted()) <= MAX_EXPONENT else text


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return made


def text_of(value: Any) -> str | None:
    """A value as text: of truth `true` and `false`, of objects and lists their JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, Number):
        return value.replace(",", ".")
    if isinstance(value, dict):
        return "{" + _joined(f"{_written(key)}: {_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + _joined(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)
