"""Raw: one folder per load, written aside and renamed into place; its manifest says everything about it."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.catalog.model import AllowedValue, Attribute, Sensitivity, ValueType

MANIFEST = "manifest.json"
PART = "part-00000.parquet"
REJECTS = "rejects.parquet"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class RawLoad:
    """One file of one data set in raw. Rows of the file = accepted + rejected + duplicates.

    `attributes` describes the columns of an extension. `controls` are the compared control totals as stored.
    `supersedes` names the load of the same content that this one replaces (an older declaration).
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

    @property
    def files(self) -> tuple[Path, ...]:
        """The Parquet files with the accepted rows."""
        return (self.path / PART,)

    @property
    def rejects(self) -> Path | None:
        """The Parquet file with the rejected rows, where there are any."""
        return self.path / REJECTS if self.rejected else None

    @property
    def rows_in(self) -> int:
        """Rows of the source file."""
        return self.accepted + self.rejected + self.duplicates


def list_loads(home: Path) -> tuple[RawLoad, ...]:
    """Loads that count, by (known_from, source, dataset, load_id); superseded ones left out."""
    loads = all_loads(home)
    superseded = {load.supersedes for load in loads}
    return tuple(load for load in loads if load.load_id not in superseded)


def all_loads(home: Path) -> tuple[RawLoad, ...]:
    """Every load in raw in the same order, superseded ones too."""
    loads = [read_manifest(path.parent) for path in (home / "raw").glob(f"*/*/*/{MANIFEST}")]
    return tuple(sorted(loads, key=lambda load: (load.known_from, load.source, load.dataset, load.load_id)))


def load_folder(home: Path, dataset: str, source: str, load_id: str) -> Path:
    """Where a load lives."""
    return home / "raw" / dataset / source / load_id


def publish(scratch: Path, load: RawLoad) -> None:
    """Write the manifest into the finished folder `scratch` and rename it to its place: all or nothing."""
    (scratch / MANIFEST).write_text(_manifest(load), encoding="utf-8")
    for path in scratch.iterdir():
        sync(path)
    sync(scratch)
    load.path.parent.mkdir(parents=True, exist_ok=True)
    scratch.rename(load.path)
    sync(load.path.parent)


def sync(path: Path) -> None:
    """Make what was written to a file or folder survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def scratch_folder(home: Path) -> Path:
    """The folder where loads are written before they count."""
    return home / "raw" / ".tmp"


def clear_scratch(home: Path) -> None:
    """Remove what an interrupted ingestion left; only the holder of the ingestion lock may."""
    shutil.rmtree(scratch_folder(home), ignore_errors=True)
    scratch_folder(home).mkdir(parents=True)


def _manifest(load: RawLoad) -> str:
    return json.dumps(_to_json(load), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _to_json(load: RawLoad) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "load_id": load.load_id,
        "dataset": load.dataset,
        "source": load.source,
        "known_from": load.known_from.isoformat(),
        "load": load.load,
        "file": {"name": load.file_name, "size": load.size, "sha256": load.content_sha256},
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


def read_manifest(folder: Path) -> RawLoad:
    """The load that lives in `folder`."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
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
    )


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


def extension_attributes(loads: Iterable[RawLoad]) -> dict[str, dict[str, Attribute]]:
    """Entity -> name -> attribute of all extensions; the newest load of a data set describes it."""
    found: dict[str, dict[str, Attribute]] = {}
    for load in loads:
        if load.entity is not None:
            found.setdefault(load.entity, {}).update({each.name: each for each in load.attributes})
    return found
