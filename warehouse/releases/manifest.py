"""The manifest as JSON, and the release's id, which follows from its content."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from warehouse.releases.layout import WHOLE
from warehouse.releases.model import (
    ControlTotal,
    Coverage,
    Manifest,
    SourceState,
    TablePart,
    TableVersion,
    Untold,
)


def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    """Plain JSON values; dates are ISO texts and decimals are texts."""
    return {
        "release_id": manifest.release_id,
        "as_of": manifest.as_of.isoformat(),
        "known_on": manifest.known_on.isoformat(),
        "time_zone": manifest.time_zone,
        "catalog_version": manifest.catalog_version,
        "hash_function": manifest.hash_function,
        "tables": {name: _table_to_json(table) for name, table in sorted(manifest.tables.items())},
        "facts": {name: _coverage_to_json(coverage) for name, coverage in sorted(manifest.facts.items())},
        "sources": [_source_to_json(state) for state in manifest.sources],
        "control_totals": [_total_to_json(total) for total in manifest.control_totals],
        "versions": dict(sorted(manifest.versions.items())),
    }


def manifest_from_json(document: Mapping[str, Any]) -> Manifest:
    """The inverse of `manifest_to_json`."""
    return Manifest(
        release_id=document["release_id"],
        as_of=date.fromisoformat(document["as_of"]),
        known_on=date.fromisoformat(document["known_on"]),
        time_zone=document["time_zone"],
        catalog_version=document["catalog_version"],
        hash_function=document["hash_function"],
        tables={name: _table(value) for name, value in document["tables"].items()},
        facts={name: _coverage(value) for name, value in document["facts"].items()},
        sources=tuple(
            SourceState(**{**state, "known_from": date.fromisoformat(state["known_from"])})
            for state in document["sources"]
        ),
        control_totals=tuple(_total(value) for value in document["control_totals"]),
        versions=document["versions"],
    )


def release_id(manifest: Manifest) -> str:
    """Business date and content: the same inputs give the same id, whoever builds it."""
    content = {**manifest_to_json(manifest), "release_id": "", "versions": {}}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{manifest.as_of:%Y%m%d}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _table_to_json(table: TableVersion) -> dict[str, Any]:
    return {
        "name": table.name,
        "version": table.version,
        "rows": table.rows,
        # As pairs: the order of columns is part of the content, and JSON objects have none.
        "columns": [list(pair) for pair in table.columns.items()],
        "sorted_by": list(table.sorted_by),
        "key": list(table.key),
        "parts": [asdict(part) for part in table.parts],
        "cache": table.cache,
    }


def _table(document: Mapping[str, Any]) -> TableVersion:
    return TableVersion(
        name=document["name"],
        version=document["version"],
        columns=dict(document["columns"]),
        sorted_by=tuple(document["sorted_by"]),
        key=tuple(document["key"]) if "key" in document else (),
        parts=tuple(TablePart(**part) for part in _parts(document)),
        cache=document["cache"],
    )


def _parts(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if "parts" in document:
        parts: Sequence[Mapping[str, Any]] = document["parts"]
        return parts
    # A release of an earlier version: one file per table.
    (file,) = document["files"]
    return ({"name": WHOLE, "version": document["version"], "rows": document["rows"], "file": file},)


def _coverage_to_json(coverage: Coverage) -> dict[str, Any]:
    return {
        "complete_from": _day(coverage.complete_from),
        "complete_before": _day(coverage.complete_before),
        "untold": [
            {**asdict(each), "first": _day(each.first), "before": _day(each.before)}
            for each in coverage.untold
        ],
        "unowned": coverage.unowned,
    }


def _coverage(document: Mapping[str, Any]) -> Coverage:
    # Releases of earlier versions don't say what is untold and unowned.
    return Coverage(
        complete_from=_date(document["complete_from"]),
        complete_before=_date(document["complete_before"]),
        untold=tuple(
            Untold(each["source"], each["dataset"], _date(each["first"]), _date(each["before"]))
            for each in document.get("untold", ())
        ),
        unowned=document.get("unowned", 0),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _source_to_json(state: SourceState) -> dict[str, Any]:
    return {
        "source": state.source,
        "dataset": state.dataset,
        "known_from": state.known_from.isoformat(),
        "loads": state.loads,
        "accepted": state.accepted,
        "rejected": state.rejected,
        "duplicates": state.duplicates,
    }


def _total_to_json(total: ControlTotal) -> dict[str, Any]:
    return {
        "name": total.name,
        "source": None if total.source is None else str(total.source),
        "raw": None if total.raw is None else str(total.raw),
        "mart": None if total.mart is None else str(total.mart),
        "left_out": str(total.left_out),
        "tolerance_percent": str(total.tolerance_percent),
    }


def _total(document: Mapping[str, Any]) -> ControlTotal:
    return ControlTotal(
        name=document["name"],
        source=None if document["source"] is None else Decimal(document["source"]),
        raw=None if document["raw"] is None else Decimal(document["raw"]),
        mart=None if document["mart"] is None else Decimal(document["mart"]),
        # Releases of earlier versions don't say these.
        left_out=Decimal(document.get("left_out", 0)),
        tolerance_percent=Decimal(document.get("tolerance_percent", 0)),
    )
