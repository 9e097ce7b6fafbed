"""Canonical data sets (models/canonical.yml): what sources are mapped to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from warehouse.catalog.model import ValueType

CANONICAL_FILE = Path(__file__).parents[2] / "models" / "canonical.yml"


@dataclass(frozen=True, slots=True)
class CanonicalColumn:
    """One column that raw holds for the data set, mapped by a source or NULL."""

    name: str
    type: ValueType
    scale: int = 0
    required: bool = False
    folded: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CanonicalDataset:
    """One `grain` (what a row is, in words). Rows with equal `key` speak of the same thing; without a key every
    row is an event of its own. `calendar`: its business dates are days of the operator's business, which the
    as-of date follows. `business_date`: the column that says when a row happened, where there is one.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[CanonicalColumn, ...]
    calendar: bool = True
    business_date: str | None = None


@cache
def canonical_datasets(path: Path = CANONICAL_FILE) -> Mapping[str, CanonicalDataset]:
    """All canonical data sets by name."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: _dataset(name, entry) for name, entry in content.items()}


def _dataset(name: str, entry: dict[str, Any]) -> CanonicalDataset:
    columns = tuple(_column(column, options) for column, options in entry["columns"].items())
    return CanonicalDataset(
        name,
        entry["grain"],
        tuple(entry.get("key", ())),
        columns,
        entry.get("calendar", True),
        entry.get("business_date"),
    )


def _column(name: str, options: dict[str, Any]) -> CanonicalColumn:
    return CanonicalColumn(
        name=name,
        type=ValueType(options["type"]),
        scale=options.get("scale", 0),
        required=options.get("required", False),
        folded=options.get("folded", False),
        values=tuple(options.get("values", ())),
    )
