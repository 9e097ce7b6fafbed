"""Columns of texts from JSON records, by the paths that declarations give."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from warehouse.catalog.model import ValueType
from warehouse.files.json_values import Number, text_of
from warehouse.files.model import ColumnRule, sources_of
from warehouse.files.record_rows import Batch

NOTHING = object()
UP = ".."


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One record: the line it begins on and the objects around it, the nearest last."""

    line: int
    value: dict[str, Any]
    around: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class JsonPath:
    """`a/b`, `phones/0/number`, `../x` of the enclosing object. `up` counts the levels to leave."""

    source: str
    up: int
    steps: tuple[str, ...]

    @classmethod
    def of(cls, source: str) -> "JsonPath":
        """The path that `source` writes."""
        steps = source.split("/")
        up = next((place for place, step in enumerate(steps) if step != UP), len(steps))
        return cls(source, up, tuple(steps[up:]))

    def find(self, record: JsonRecord) -> Any:
        """What stands there; NOTHING where the path leads nowhere."""
        if self.up > len(record.around):
            return NOTHING
        value: Any = record.around[-self.up] if self.up else record.value
        for step in self.steps:
            value = _below(value, step)
        return value


def _below(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step, NOTHING)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return NOTHING


@dataclass(slots=True)
class JsonColumns:
    """Collects what records hold; `names` are the keys of all records seen."""

    paths: tuple[JsonPath, ...]
    whole: tuple[bool, ...]
    decimal: str
    names: dict[str, None] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, rules: Sequence[ColumnRule], decimal: str) -> "JsonColumns":
        """Columns that `rules` read, in the order of their sources."""
        sources = sources_of(rules)
        numbers = {rule.source for rule in rules if rule.type is ValueType.INTEGER}
        return cls(tuple(map(JsonPath.of, sources)), tuple(each in numbers for each in sources), decimal)

    def batch(self, records: Sequence[JsonRecord]) -> Batch:
        """The texts of `records`."""
        for record in records:
            self.names.update(dict.fromkeys(record.value))
        columns = [
            self._column(path, whole, records) for path, whole in zip(self.paths, self.whole, strict=True)
        ]
        return Batch([record.line for record in records], columns)

    def _column(self, path: JsonPath, whole: bool, records: Sequence[JsonRecord]) -> pa.Array:
        if not path.up and len(path.steps) == 1:
            step = path.steps[0]
            values = [record.value.get(step, NOTHING) for record in records]
        else:
            values = [path.find(record) for record in records]
        if path.source not in self.found and any(value is not NOTHING for value in values):
            self.found.add(path.source)
        texts = [None if value is NOTHING else text_of(value) for value in values]
        return pa.array([self._whole(text) for text in texts] if whole else texts, pa.string())

    def _whole(self, text: str | None) -> str | None:
        """`5.0` where a whole number is meant: programs that know floats alone write it so."""
        if not isinstance(text, Number):
            return text
        digits, _, rest = text.partition(self.decimal)
        return digits if not rest.strip("0") else text

    def missing(self) -> list[str]:
        """Sources that no record has."""
        return [path.source for path in self.paths if path.source not in self.found]

    def unmapped(self) -> tuple[str, ...]:
        """Keys of records that no path begins with."""
        read = {path.steps[0] for path in self.paths if not path.up and path.steps}
        return tuple(name for name in self.names if name not in read)
