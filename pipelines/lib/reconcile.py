"""Whether raw holds, load by load, the rows that its manifests count and the totals that sources stated."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.ingest.raw_load import PART, REJECTS, RawLoad
from warehouse.builds.model import BuildError
from warehouse.files.parquet import row_count


@dataclass(slots=True)
class Reconciled:
    """One data set of one source. Rows in = accepted + rejected + duplicates; the breaches in words."""

    rows_in: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    rows: list[str] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)


def reconcile(loads: Sequence[RawLoad]) -> dict[tuple[str, str], Reconciled]:
    """(source, data set) -> what was counted. `loads` is all that raw holds, superseded loads too."""
    found: dict[tuple[str, str], Reconciled] = defaultdict(Reconciled)
    folders: dict[Path, list[RawLoad]] = defaultdict(list)
    for load in loads:
        folders[load.path].append(load)
        name = load.source, load.dataset
        counted = found[name]
        counted.rows_in += load.rows_in
        counted.accepted += load.accepted
        counted.rejected += load.rejected
        counted.duplicates += load.duplicates
        counted.totals += _total_breaches(load)
    for folder, held in folders.items():
        found[held[0].source, held[0].dataset].rows += _row_breaches(folder, held)
    return dict(found)


def require_reconciled(counted: Mapping[tuple[str, str], Reconciled]) -> None:
    """Raise BuildError naming every breach."""
    breaches = [breach for each in counted.values() for breach in (*each.rows, *each.totals)]
    if breaches:
        raise BuildError(f"raw is not what it was, nothing is published: {'; '.join(breaches)}")


def _row_breaches(folder: Path, loads: Sequence[RawLoad]) -> Iterable[str]:
    for name, said in (
        (PART, sum(load.accepted for load in loads)),
        (REJECTS, sum(load.rejected for load in loads)),
    ):
        held = row_count(folder / name)
        if held != said:
            counted = "a damaged file" if held is None else f"{held} in the file"
            yield f"{folder / name}: {said} rows by its manifest, {counted}"


def _total_breaches(load: RawLoad) -> Iterable[str]:
    for check in load.controls:
        stated, held = Decimal(check["expected"]), _held(load, check)
        if abs(stated - held) * 100 > abs(stated) * Decimal(check["tolerance_percent"]):
            yield f"{load.file_name}: {check['name']}: the source says {stated}, raw holds {held}"


def _held(load: RawLoad, check: Mapping[str, Any]) -> Decimal:
    if check["name"] == "rows":
        return Decimal(load.rows_in)
    return (load.sums or {})[check["name"].removeprefix("sum of ")]
