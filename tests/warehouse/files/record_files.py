"""Files of records in tests: written to a folder, converted, and what came of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from warehouse.catalog.model import ValueType
from warehouse.files.convert import Conversion
from warehouse.files.model import ColumnRule, Converted, FileFormat
from warehouse.files.readers import look_at

ID = ColumnRule("id", ValueType.TEXT, source="id", required=True)
NAME = ColumnRule("name", ValueType.TEXT, source="name")
AMOUNT = ColumnRule("amount", ValueType.DECIMAL, 2, source="amount")
COUNT = ColumnRule("count", ValueType.INTEGER, source="count")
RULES = (ID, NAME, AMOUNT, COUNT)


def reading(rule: ColumnRule, source: str) -> ColumnRule:
    """The same column from another place."""
    return replace(rule, source=source)


def convert(
    path: Path,
    content: bytes,
    form: FileFormat,
    rules: Sequence[ColumnRule] = RULES,
    key: tuple[str, ...] = ("id",),
) -> tuple[Converted, list[dict[str, Any]]]:
    """What came of the file, and the accepted rows."""
    path.write_bytes(content)
    scratch, target = path.parent / "scratch", path.parent / "part.parquet"
    scratch.mkdir()
    converted = Conversion(look_at(path, form, scratch), form, tuple(rules), key, scratch).run(target)
    return converted, pq.read_table(target).to_pylist()


def refusals(converted: Converted) -> list[tuple[int, str | None, str | None, str]]:
    """(line, column, value, reason) of each rejected row."""
    return [(each.line, each.column, each.value, each.reason) for each in converted.rejects]
