"""One file becomes one load of raw, or says why it does not."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.ingest import raw
from pipelines.ingest.content import kept_columns, kept_keys, unmapped_columns, with_contents
from pipelines.ingest.controls import (
    ControlCheck,
    Totals,
    compare,
    require,
    totals_from_file,
    totals_from_footers,
)
from pipelines.ingest.declaration import DatasetDeclaration
from pipelines.ingest.patterns import FoundFile, beside
from pipelines.ingest.place import Place, find_place
from pipelines.ingest.raw import RawLoad
from warehouse.files.content import archive_facts, is_compressed
from warehouse.files.convert import Conversion
from warehouse.files.model import Converted, CsvFacts, FileError, FileFacts
from warehouse.files.parquet import write_rejects
from warehouse.files.readers import look_at
from warehouse.settings import Settings

UNPACKED = "unpacked"
"""Folder beside the loads that are being written, for what a packed file is unpacked to."""


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
    settings: Settings,
    dataset: DatasetDeclaration,
    file: FoundFile,
    known: Sequence[RawLoad],
    content: str | None = None,
) -> Outcome:
    """Bring one file into raw; `known` are the loads that are there. `content`: the hash of what the file holds, where
    that is known without reading it.

    Raises FileError or ControlBreachError, and then leaves raw as it was. The caller holds the ingestion lock.
    """
    same = find_place(known, dataset, file, content).same if content is not None else None
    if same is not None:
        return Outcome(file.path, same, same_as=same.file_name)
    archive = archive_facts(file.path) if is_compressed(file.path) else None
    same = _unpacked_before(known, dataset, file, archive) if archive else None
    if same is not None:
        return Outcome(file.path, same, same_as=same.file_name)
    unpacked = raw.scratch_folder(settings.home) / UNPACKED
    unpacked.mkdir(parents=True, exist_ok=True)
    try:
        facts = look_at(file.path, dataset.form, unpacked)
        if archive and archive.stamp != facts.stamp:
            raise FileError(f"{file.path}: changed while it was read; it is loaded once it stays still")
        place = find_place(known, dataset, file, facts.sha256)
        if place.same is not None:
            return Outcome(file.path, place.same, same_as=place.same.file_name)
        return Outcome(file.path, _convert(settings, dataset, file, facts, place, archive))
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _unpacked_before(
    known: Sequence[RawLoad], dataset: DatasetDeclaration, file: FoundFile, archive: FileFacts
) -> RawLoad | None:
    """The load that says already what the file says, where an equal archive has been loaded: its content is known."""
    contents = [load.content_sha256 for load in known if load.archive_sha256 == archive.sha256]
    return find_place(known, dataset, file, contents[0]).same if contents else None


def _convert(
    settings: Settings,
    dataset: DatasetDeclaration,
    file: FoundFile,
    facts: FileFacts,
    place: Place,
    archive: FileFacts | None,
) -> RawLoad:
    name = place.load_id
    scratch, work = (raw.scratch_folder(settings.home) / folder for folder in (name, f"{name}.work"))
    for folder in (scratch, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        converted, unmapped = _read(dataset, facts, work, scratch / raw.PART)
        _refuse_bad(dataset, facts, converted)
        load = _describe(settings, dataset, file, facts, place, converted)
        load = replace(
            load,
            unmapped=unmapped,
            warnings=_warnings(dataset, facts, unmapped),
            archive_sha256=archive.sha256 if archive else None,
        )
        load = with_contents(load, dataset, place.predecessor, scratch)
        if converted.rejects:
            write_rejects(scratch / raw.REJECTS, converted.rejects)
        raw.publish(scratch, load)
    finally:
        for folder in (scratch, work):
            shutil.rmtree(folder, ignore_errors=True)
    return load


def _read(
    dataset: DatasetDeclaration, facts: FileFacts, work: Path, target: Path
) -> tuple[Converted, tuple[str, ...]]:
    """Write the accepted rows to `target`, with the columns that no rule reads; also the names of these."""
    header = facts.header if isinstance(facts, CsvFacts) else ()
    rules = (*dataset.rules, *kept_columns(dataset, header))
    converted = Conversion(facts, dataset.form, rules, dataset.key, work).run(target)
    if header:
        return converted, unmapped_columns(dataset, header)
    # Records tell what they hold only when they have been read.
    kept = kept_keys(dataset, converted.unmapped)
    if kept:
        again = work / "again"
        again.mkdir()
        Conversion(facts, dataset.form, (*rules, *kept), dataset.key, again).run(target)
    return converted, unmapped_columns(dataset, converted.unmapped)


def _refuse_bad(dataset: DatasetDeclaration, facts: FileFacts, converted: Converted) -> None:
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
    place: Place,
    converted: Converted,
) -> RawLoad:
    checks = _check(settings, dataset, file, converted)
    if not converted.rows_in and not any(check.name == "rows" and not check.expected for check in checks):
        raise FileError(f"{facts.path}: the file has no rows; only control totals of 0 rows allow that")
    require(file.path, checks)
    return RawLoad(
        load_id=place.load_id,
        dataset=dataset.dataset,
        source=dataset.source,
        known_from=place.known_from,
        load=dataset.load,
        path=raw.load_folder(settings.home, dataset.dataset, dataset.source, place.load_id),
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
        supersedes=place.before.load_id if place.before else None,
        slot=place.slot,
        sequence=place.sequence,
        period=(file.period.begin, file.period.end) if file.period else None,
        parts=file.parts,
    )


def _check(
    settings: Settings,
    dataset: DatasetDeclaration,
    file: FoundFile,
    converted: Converted,
) -> tuple[ControlCheck, ...]:
    stated = _stated(settings, dataset, file, converted)
    if dataset.controls is None or stated is None:
        return ()
    return compare(stated, converted.rows_in, converted.sums, dataset.controls.tolerance_percent)


def _stated(
    settings: Settings, dataset: DatasetDeclaration, file: FoundFile, converted: Converted
) -> Totals | None:
    controls = dataset.controls
    if controls is None:
        return None
    if controls.footer is not None:
        return totals_from_footers(file.path, converted.footers, dataset.form, controls.footer)
    if controls.pattern is not None:
        return totals_from_file(beside(settings, controls.pattern, file), dataset.rules)
    return controls.fixed


def _warnings(dataset: DatasetDeclaration, facts: FileFacts, unmapped: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    if facts.may_be_cut and dataset.controls is None:
        found.append(
            "the file ends without a line break and has no control totals: a cut could not be noticed"
        )
    if unmapped:
        found.append(f"columns that no rule reads, kept in raw as text: {', '.join(unmapped)}")
    return tuple(found)
