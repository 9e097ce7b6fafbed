"""One file becomes one load of raw, or says why it does not."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.ingest import raw
from pipelines.ingest.connectors.names import is_landing_file
from pipelines.ingest.controls import ControlCheck, compare, require, totals_from_file
from pipelines.ingest.declaration import DatasetDeclaration
from pipelines.ingest.patterns import FoundFile, beside
from pipelines.ingest.raw import RawLoad
from warehouse.files.convert import Conversion
from warehouse.files.model import Converted, FileError, FileFacts
from warehouse.files.parquet import write_rejects
from warehouse.files.readers import look_at
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file. `same_as` is set when its content was in raw already: nothing was done."""

    file: Path
    load: RawLoad
    same_as: str | None = None

    @property
    def message(self) -> str:
        """One line for people."""
        if self.same_as is not None:
            return f"{self.file.name}: nothing to do, same content as {self.same_as}"
        load = self.load
        return (
            f"{self.file.name}: {load.accepted} rows accepted, {load.rejected} rejected, "
            f"{load.duplicates} duplicates"
        )


def load_file(
    settings: Settings, dataset: DatasetDeclaration, file: FoundFile, known: Sequence[RawLoad]
) -> Outcome:
    """Bring one file into raw; `known` are the loads that are there.

    Raises FileError or ControlBreachError, and then leaves raw as it was. The caller holds the ingestion lock.
    """
    facts = look_at(file.path, dataset.form)
    before = _same_content(known, dataset, file, facts.sha256)
    if before is not None and before.declaration_hash == dataset.hash:
        return Outcome(file.path, before, same_as=before.file_name)
    return Outcome(file.path, _convert(settings, dataset, file, facts, _Place(known, before)))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a load stands among the loads that are `known`; `before` is the one whose place it takes."""

    known: Sequence[RawLoad]
    before: RawLoad | None


def _same_content(
    known: Sequence[RawLoad], dataset: DatasetDeclaration, file: FoundFile, sha256: str
) -> RawLoad | None:
    """The load that says already what the file says.

    An event says it once. A state that comes back after another one is news: then there is no such load.
    """
    superseded = {load.supersedes for load in known}
    own = [load for load in known if (load.dataset, load.source) == (dataset.dataset, dataset.source)]
    states = [load for load in own if load.load_id not in superseded]
    same = [load for load in states if load.content_sha256 == sha256]
    if is_landing_file(file.path.name):
        # Every fetch says something new, even when it says what another one said: its name tells it apart.
        return next((load for load in same if load.file_name == file.path.name), None)
    day = _known_from(dataset, file)
    if not same or dataset.load == "append":
        return same[0] if same else None
    until = [load for load in same if load.known_from <= day]
    if not until:
        return same[0]
    newest = max(until, key=lambda load: load.known_from)
    others = [load for load in states if newest.known_from < load.known_from <= day]
    return None if others else newest


def load_id(dataset: DatasetDeclaration, sha256: str, before: str | None, again: str | None = None) -> str:
    """The name of a load: from data set, source, declaration, content and the load it replaces, nothing
    else. `again` is the day on which a state that had been replaced came back, or the name of a fetch.
    """
    parts = [dataset.dataset, dataset.source, dataset.hash, sha256, before]
    parts += [again] if again is not None else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _known_from(dataset: DatasetDeclaration, file: FoundFile) -> date:
    known_from = file.date or dataset.known_from
    if known_from is None:
        raise FileError(f"{file.path}: no business date")
    return known_from


def _convert(
    settings: Settings, dataset: DatasetDeclaration, file: FoundFile, facts: FileFacts, place: _Place
) -> RawLoad:
    before = place.before
    fetched = file.path.name if is_landing_file(file.path.name) else None
    name = load_id(dataset, facts.sha256, before.load_id if before else None, fetched)
    if any(load.load_id == name for load in place.known):
        name = load_id(dataset, facts.sha256, None, _known_from(dataset, file).isoformat())
    scratch, work = (raw.scratch_folder(settings.home) / folder for folder in (name, f"{name}.work"))
    for folder in (scratch, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        converted = Conversion(facts, dataset.form, dataset.rules, dataset.key, work).run(scratch / raw.PART)
        _refuse_bad(dataset, facts, converted)
        load = _describe(settings, dataset, file, facts, (name, before), converted)
        if converted.rejects:
            write_rejects(scratch / raw.REJECTS, converted.rejects)
        raw.publish(scratch, load)
    finally:
        for folder in (scratch, work):
            shutil.rmtree(folder, ignore_errors=True)
    return load


def _refuse_bad(dataset: DatasetDeclaration, facts: FileFacts, converted: Converted) -> None:
    if not converted.rows_in:
        raise FileError(f"{facts.path}: the file has no rows")
    if len(converted.rejects) * 100 > dataset.max_rejected_percent * converted.rows_in:
        first = converted.rejects[0]
        where = f"column {first.column}, value {first.value!r}: " if first.column else ""
        raise FileError(
            f"{facts.path}: {len(converted.rejects)} of {converted.rows_in} rows can't be read, "
            f"the file is not what the source declares; line {first.line}: {where}{first.reason}"
        )


def _describe(
    settings: Settings,
    dataset: DatasetDeclaration,
    file: FoundFile,
    facts: FileFacts,
    identity: tuple[str, RawLoad | None],
    converted: Converted,
) -> RawLoad:
    name, before = identity
    checks = _check(settings, dataset, file, converted)
    require(file.path, checks)
    return RawLoad(
        load_id=name,
        dataset=dataset.dataset,
        source=dataset.source,
        known_from=_known_from(dataset, file),
        load=dataset.load,
        path=raw.load_folder(settings.home, dataset.dataset, dataset.source, name),
        file_name=file.path.name,
        size=facts.size,
        content_sha256=facts.sha256,
        declaration_hash=dataset.hash,
        accepted=converted.accepted,
        rejected=len(converted.rejects),
        duplicates=converted.duplicates,
        key=dataset.key,
        entity=dataset.entity,
        attributes=dataset.attributes,
        controls=tuple(check.to_json() for check in checks),
        sums=converted.sums,
        unmapped=converted.unmapped,
        warnings=_warnings(dataset, facts, converted),
        supersedes=before.load_id if before else None,
    )


def _check(
    settings: Settings,
    dataset: DatasetDeclaration,
    file: FoundFile,
    converted: Converted,
) -> tuple[ControlCheck, ...]:
    controls = dataset.controls
    if controls is None:
        return ()
    stated = controls.fixed
    if stated is None and controls.pattern is not None:
        stated = totals_from_file(beside(settings, controls.pattern, file), dataset.rules)
    if stated is None:
        return ()
    return compare(stated, converted.rows_in, converted.sums, controls.tolerance_percent)


def _warnings(dataset: DatasetDeclaration, facts: FileFacts, converted: Converted) -> tuple[str, ...]:
    found = []
    if facts.may_be_cut and dataset.controls is None:
        found.append(
            "the file ends without a line break and has no control totals: a cut could not be noticed"
        )
    if converted.unmapped:
        found.append(f"columns that no rule reads: {', '.join(converted.unmapped)}")
    return tuple(found)
