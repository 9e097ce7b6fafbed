"""Operators over known values, in Python: what a constant makes true before any engine is asked."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from segments.compiler.bound import Wanted


def satisfied(value: str | Decimal | None, wanted: Wanted) -> bool:
    """Whether a value (None = unknown) satisfies a positive operator with constants."""
    if value is None:
        return False
    return wanted.op == "is_set" or KNOWN[wanted.op](value, wanted.value)


KNOWN: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, wanted: bool(found == wanted),
    "in": lambda found, wanted: found in wanted,
    "lt": lambda found, wanted: bool(found < wanted),
    "le": lambda found, wanted: bool(found <= wanted),
    "gt": lambda found, wanted: bool(found > wanted),
    "ge": lambda found, wanted: bool(found >= wanted),
    "between": lambda found, wanted: bool(wanted[0] <= found <= wanted[1]),
}
