"""One load of raw, and its manifest as JSON."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from warehouse.catalog.model import AllowedValue, Attribute, Sensitivity, ValueType
from warehouse.errors import InputError

MANIFEST = "manifest.json"
PACK = "pack.json"
PART = "part-00000.parquet"
REJECTS = "rejects.parquet"
DELETED = "deleted.parquet"
FORMAT = 1
Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class RawLoad:
    """One file of one data set in raw. Rows of the file = accepted + rejected + duplicates.

    `attributes` describes the columns of an extension. `controls` are the compared control totals as stored.
    `supersedes` names the load of the same content that this one replaces (an older declaration). `slot`,
    `period` (first day, day after the last) and `parts` (what stands for each `*`) follow from the file's name, see
    place.py; `sequence` is its place among the files of one day. `deleted` keys of the load `compared_with` are
    missing in this snapshot. `business_dates` are the first and last dates of the rows, up to `known_from`.
    `packed`: `path` is a pack, which holds other loads too, see packs.py. `archive_sha256`: hash of the file as it lay
    there, where it was compressed.
    """

    load_id: str
    dataset: str
    source: str
    known_from: date
    load: str
    path: Path
    file_name: str
    size: int
    content_sha256: str
    declaration_hash: str
    accepted: int
    rejected: int
    duplicates: int
    key: tuple[str, ...]
    entity: str | None = None
    attributes: tuple[Attribute, ...] = ()
    controls: tuple[Mapping[str, Any], ...] = ()
    sums: Mapping[str, Decimal] | None = None
    unmapped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    supersedes: str | None = None
    slot: str | None = None
    sequence: int = 0
    period: tuple[date, date] | None = None
    parts: tuple[str, ...] = ()
    deleted: int = 0
    compared_with: str | None = None
    business_dates: tuple[date, date] | None = None
    packed: bool = False
    archive_sha256: str | None = None

    @property
    def order(self) -> tuple[date, str, str, int, str]:
        """Loads in this order become known one after another."""
        return self.known_from, self.source, self.dataset, self.sequence, self.load_id

    @property
    def files(self) -> tuple[Path, ...]:
        """The Parquet files with the accepted rows."""
        return (self.path / PART,)

    @property
    def only(self) -> str | None:
        """The load id that tells its rows from others in its files; None where there are no others."""
        return self.load_id if self.packed else None

    @property
    def rejects(self) -> Path | None:
        """The Parquet file with the rejected rows, where there are any."""
        return self.path / REJECTS if self.rejected else None

    @property
    def deletions(self) -> Path | None:
        """The Parquet file with the keys that the snapshot no longer has, where there are any."""
        return self.path / DELETED if self.deleted else None

    @property
    def rows_in(self) -> int:
        """Rows of the source file."""
        return self.accepted + self.rejected + self.duplicates


def manifest_text(load: RawLoad) -> str:
    """What the manifest of a load says."""
    return _text(_to_json(load))


def pack_text(loads: Sequence[RawLoad]) -> str:
    """What the manifest of a pack says: the manifests of its loads."""
    return _text({"format": FORMAT, "loads": [_to_json(load) for load in loads]})


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _to_json(load: RawLoad) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "load_id": load.load_id,
        "dataset": load.dataset,
        "source": load.source,
        "known_from": load.known_from.isoformat(),
        "load": load.load,
        "file": {
            "name": load.file_name,
            "parts": list(load.parts),
            "size": load.size,
            "sha256": load.content_sha256,
            **({"archive_sha256": load.archive_sha256} if load.archive_sha256 else {}),
        },
        "slot": load.slot,
        "sequence": load.sequence,
        "period": _days_json(load.period),
        "business_dates": _days_json(load.business_dates),
        "deleted": {"keys": load.deleted, "compared_with": load.compared_with},
        "declaration_hash": load.declaration_hash,
        "rows": {"accepted": load.accepted, "rejected": load.rejected, "duplicates": load.duplicates},
        "key": list(load.key),
        "entity": load.entity,
        "attributes": [_attribute_json(attribute) for attribute in load.attributes],
        "controls": [dict(check) for check in load.controls],
        "sums": {name: str(value) for name, value in (load.sums or {}).items()},
        "unmapped_columns": list(load.unmapped),
        "warnings": list(load.warnings),
        "supersedes": load.supersedes,
    }


class RawError(InputError):
    """A load of raw is damaged; the message names its manifest and what can be done."""


def read_manifest(folder: Path) -> RawLoad:
    """The load that lives in `folder`. Raises RawError for a manifest that can't be read."""
    return _read(folder / MANIFEST, lambda content: _from_json(content, folder))


def read_pack(folder: Path) -> tuple[RawLoad, ...]:
    """The loads that live together in the pack `folder`. Raises RawError likewise."""
    return _read(
        folder / PACK,
        lambda content: tuple(replace(_from_json(each, folder), packed=True) for each in content["loads"]),
    )


def _read(path: Path, understand: Callable[[Mapping[str, Any]], Said]) -> Said:
    try:
        return understand(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RawError(f"{path}: can't be read: {error.strerror}; {_remedy(path.parent)}") from error
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise RawError(f"{path}: damaged ({error!r}); {_remedy(path.parent)}") from error


def _remedy(folder: Path) -> str:
    return f"restore it from a backup, or move {folder} away and bring its file to `vitrina ingest` again"


def _from_json(content: Mapping[str, Any], folder: Path) -> RawLoad:
    rows, file = content["rows"], content["file"]
    return RawLoad(
        load_id=content["load_id"],
        dataset=content["dataset"],
        source=content["source"],
        known_from=date.fromisoformat(content["known_from"]),
        load=content["load"],
        path=folder,
        file_name=file["name"],
        size=file["size"],
        content_sha256=file["sha256"],
        declaration_hash=content["declaration_hash"],
        accepted=rows["accepted"],
        rejected=rows["rejected"],
        duplicates=rows["duplicates"],
        key=tuple(content["key"]),
        entity=content["entity"],
        attributes=tuple(_attribute(entry) for entry in content["attributes"]),
        controls=tuple(content["controls"]),
        sums={name: Decimal(value) for name, value in content["sums"].items()},
        unmapped=tuple(content["unmapped_columns"]),
        warnings=tuple(content["warnings"]),
        supersedes=content["supersedes"],
        # Loads of earlier versions don't say these.
        slot=content.get("slot"),
        sequence=content.get("sequence", 0),
        period=_days(content.get("period")),
        parts=tuple(file.get("parts", ())),
        deleted=content.get("deleted", {}).get("keys", 0),
        compared_with=content.get("deleted", {}).get("compared_with"),
        business_dates=_days(content.get("business_dates")),
        archive_sha256=file.get("archive_sha256"),
    )


def _days_json(days: tuple[date, date] | None) -> list[str] | None:
    return None if days is None else [day.isoformat() for day in days]


def _days(texts: list[str] | None) -> tuple[date, date] | None:
    if texts is None:
        return None
    first, last = texts
    return date.fromisoformat(first), date.fromisoformat(last)


def _attribute_json(attribute: Attribute) -> dict[str, Any]:
    return {
        "name": attribute.name,
        "type": attribute.type.value,
        "scale": attribute.scale,
        "labels": dict(attribute.labels),
        "group": attribute.group,
        "unit": attribute.unit,
        "description": dict(attribute.description),
        "null_meaning": dict(attribute.null_meaning),
        "values": [{"value": value.value, "labels": dict(value.labels)} for value in attribute.values],
        "operators": sorted(attribute.operators),
        "sensitivity": attribute.sensitivity.value,
        "folded": attribute.folded,
        "lineage": attribute.lineage,
    }


def _attribute(entry: Mapping[str, Any]) -> Attribute:
    return Attribute(
        name=entry["name"],
        type=ValueType(entry["type"]),
        scale=entry["scale"],
        labels=entry["labels"],
        group=entry["group"],
        unit=entry["unit"],
        description=entry["description"],
        null_meaning=entry["null_meaning"],
        values=tuple(AllowedValue(value["value"], value["labels"]) for value in entry["values"]),
        operators=frozenset(entry["operators"]),
        sensitivity=Sensitivity(entry["sensitivity"]),
        column=entry["name"],
        folded=entry["folded"],
        lineage=entry["lineage"],
    )
