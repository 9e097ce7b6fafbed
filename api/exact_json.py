"""JSON whose numbers stay what they are: decimals are written as exact numbers and read back as Decimal."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def dumps(value: Any) -> str:
    """JSON text of nested mappings, sequences, texts, booleans, None, int and Decimal.

    Raises ValueError for NaN and infinities and TypeError for anything else (floats among them: a float
    has already lost the number somebody typed).
    """
    if isinstance(value, Mapping):
        members = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {dumps(item)}" for key, item in value.items()
        )
        return "{" + ", ".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return "[" + ", ".join(dumps(item) for item in value) + "]"
    return _scalar(value)


def loads(text: str | bytes) -> Any:
    """Parse JSON; numbers with a fraction or an exponent become Decimal, whole ones int."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def _scalar(value: Any) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a number of JSON")
        return str(value)
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} has no exact JSON form")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")
