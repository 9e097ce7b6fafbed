"""Values that a file keeps as numbers, dates and truth, as the texts that a declaration's formats read."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.catalog.model import ValueType
from warehouse.files.model import ColumnRule, FileFormat

# Binary floats keep 15 decimal digits. Those after them are noise: 0.1 + 0.2 is 0.3.
DIGITS = 15
_SHORTENED = re.compile(r"\d[.,]\d+[Ee]\+\d{2,}")


@dataclass(frozen=True, slots=True)
class NativeColumn:
    """How the values of one source become texts for the `rule` that reads it."""

    rule: ColumnRule
    form: FileFormat

    def text(self, value: Any) -> str | None:
        """Raises ValueError with the reason where the value can't be trusted."""
        if value is None or isinstance(value, bool):
            return None if value is None else str(value).lower()
        if isinstance(value, str | bytes):
            return self._checked(value if isinstance(value, str) else _decoded(value))
        if isinstance(value, int | float | Decimal):
            return self._number(value).replace(".", self.form.decimal)
        if isinstance(value, date | time | timedelta):
            return self._moment(value)
        return json.dumps(value, ensure_ascii=False, default=str)

    def _checked(self, value: str) -> str:
        if self.rule.type is ValueType.TEXT and _SHORTENED.fullmatch(value.strip()):
            raise ValueError("shortened by a spreadsheet (…E+…), its last digits are lost")
        return value

    def _number(self, value: float | Decimal) -> str:
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Decimal):
            return _whole(format(value, "f"))
        if not math.isfinite(value):
            raise ValueError("not a number")
        if self.rule.type is ValueType.TEXT and abs(value) >= 10**DIGITS:
            raise ValueError(
                f"a number of more than {DIGITS} digits, its last digits are lost; write it as text"
            )
        return _whole(format(Decimal(f"{value:.{DIGITS}g}"), "f"))

    def _moment(self, value: date | time | timedelta) -> str:
        if isinstance(value, datetime):
            value = self._local(value)
        pattern = self._pattern()
        if pattern is None or not isinstance(value, date):
            return str(value)
        if self.rule.type is ValueType.DATE and isinstance(value, datetime) and value.time() == time():
            value = value.date()
        written = value.strftime(pattern)
        # A pattern without the hours or seconds would take them away: as it is, the row is refused.
        whole = datetime.combine(value, time()) if not isinstance(value, datetime) else value
        return written if _read(written, pattern) == whole else str(value)

    def _local(self, value: datetime) -> datetime:
        if value.tzinfo is not None:
            value = value.astimezone(ZoneInfo(self.form.time_zone)).replace(tzinfo=None)
        # Fractions of a day don't hit whole seconds exactly.
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded if abs(rounded - value) <= timedelta(milliseconds=1) else value

    def _pattern(self) -> str | None:
        if self.rule.type is ValueType.DATE:
            return self.rule.format or self.form.date_format
        if self.rule.type is ValueType.TIMESTAMP:
            return self.rule.format or self.form.timestamp_format
        return None


def _whole(text: str) -> str:
    """A number without zeros after its point, where those are all that stands there."""
    digits, _, rest = text.partition(".")
    return digits if not rest.strip("0") else text


def _read(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - local time, as in the file
    except ValueError:
        return None


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ValueError("bytes that are no text") from None


def native_columns(rules: Sequence[ColumnRule], form: FileFormat) -> dict[str, NativeColumn]:
    """Source -> how its values are written, by the first rule that reads it."""
    made: dict[str, NativeColumn] = {}
    for rule in rules:
        if rule.source is not None:
            made.setdefault(rule.source, NativeColumn(rule, form))
    return made
