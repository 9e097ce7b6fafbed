"""Identifiers for the small releases of tests: the product's own declaration, tables from plain rows."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

SEMANTIC = Path(__file__).resolve().parents[1] / "models" / "semantic" / "identifiers.yml"
GROUP = "  identity: {labels: {en: Identity, ru: Идентификация}}"
"""The line of a catalogue's `groups` that the declaration needs."""

Row = tuple[int, str, str, date | None, date | None, int]
"""customer_no, kind, value in its one form, first day, last day, candidates."""


def identifier_tables(rows: Sequence[Row]) -> dict[str, pa.Table]:
    """`customer_identifier` with these rows, and `identifier_conflict` with the shared ones of them."""
    shared = [row for row in rows if row[5] > 1]
    periods = {
        "shared_from": pa.nulls(len(shared), pa.date32()),
        "shared_to": pa.nulls(len(shared), pa.date32()),
    }
    conflicts = _table("conflict_id", shared)
    for name, values in periods.items():
        conflicts = conflicts.append_column(name, values)
    return {"customer_identifier": _table("identifier_id", rows), "identifier_conflict": conflicts}


def _table(key: str, rows: Sequence[Row]) -> pa.Table:
    owners, kinds, values, begins, ends, candidates = zip(*rows, strict=True) if rows else ((),) * 6
    return pa.table(
        {
            key: pa.array([f"customer:{place}" for place in range(len(rows))], pa.string()),
            "customer_no": pa.array(owners, pa.uint32()),
            "kind": pa.array(kinds, pa.string()),
            "value": pa.array(values, pa.string()),
            "valid_from": pa.array(begins, pa.date32()),
            "valid_to": pa.array(ends, pa.date32()),
            "origin": pa.array(["customer"] * len(rows), pa.string()),
            "candidates": pa.array(candidates, pa.int64()),
        }
    )
