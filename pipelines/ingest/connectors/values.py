"""What a database driver gives, as JSON that loses no digit."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pipelines.ingest.connectors.cursors import as_moment

_WRITTEN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def line_of(record: Mapping[str, Any]) -> bytes:
    """One record as a line: the same record gives the same bytes."""
    return (_WRITTEN(record) + "\n").encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows of one table become records.

    `zone` is the deployment's; moments without an offset in the columns `moments` are of the zone `stored`, if
    it is another one.
    """

    zone: ZoneInfo
    stored: ZoneInfo | None = None
    moments: frozenset[str] = frozenset()

    def record(self, row: Mapping[str, object]) -> dict[str, Any]:
        """One row for JSON."""
        return {name: self.value(name, value) for name, value in row.items()}

    def value(self, name: str, value: object) -> Any:
        """One value of the column `name`."""
        if self.stored is not None and name in self.moments:
            moment = as_moment(value) if isinstance(value, str) else value
            if isinstance(moment, datetime) and moment.tzinfo is None:
                value = moment.replace(tzinfo=self.stored)
        return plain(value, self.zone)


def plain(value: object, zone: ZoneInfo) -> Any:
    """A driver's value for JSON.

    Decimals and floats become texts in plain digits, moments local time (`2026-07-01 09:15:00.5`), days ISO, bytes
    hexadecimal digits, lists and objects stay what they are. Whole numbers and truth stay numbers and truth.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value, zone)
    return str(value)


def _moment(value: datetime, zone: ZoneInfo) -> str:
    local = value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    return local.isoformat(" ")


def _float(value: float, _: ZoneInfo) -> str:
    number = Decimal(repr(value))
    return format(number, "f") if number.is_finite() else str(value)


def _decimal(value: Decimal, _: ZoneInfo) -> str:
    return format(value, "f") if value.is_finite() else str(value)


def _list(value: list[Any] | tuple[Any, ...], zone: ZoneInfo) -> list[Any]:
    return [plain(each, zone) for each in value]


def _object(value: dict[Any, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {str(key): plain(each, zone) for key, each in value.items()}


_Writer = Callable[[Any, ZoneInfo], Any]
_WRITERS: tuple[tuple[type | tuple[type, ...], _Writer], ...] = (
    (Decimal, _decimal),
    (float, _float),
    (datetime, _moment),
    (date, lambda value, _: value.isoformat()),
    (time, lambda value, _: value.isoformat()),
    (timedelta, lambda value, _: _decimal(Decimal(value // timedelta(microseconds=1)) / 1_000_000, _)),
    ((bytes, bytearray, memoryview), lambda value, _: bytes(value).hex()),
    (UUID, lambda value, _: str(value)),
    ((list, tuple), _list),
    (dict, _object),
)
