"""Source declarations (`sources/*.yml`): what is read, how it is written, and what it becomes in raw."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeAlias

from pipelines.ingest.canonical import CanonicalDataset, canonical_datasets
from pipelines.ingest.columns import extension_columns, mapped_columns
from pipelines.ingest.connectors.declaration import CONNECTORS, read_connector
from pipelines.ingest.connectors.model import Connector
from pipelines.ingest.connectors.names import pattern
from pipelines.ingest.controls import ControlTotals, read_controls
from pipelines.ingest.formats import read_format
from pipelines.ingest.patterns import check_pattern, is_dated, kinds_of_dates
from pipelines.ingest.yaml_node import DeclarationError, Faults, Node, read_yaml
from warehouse.catalog.model import Attribute
from warehouse.files.model import ISO, ColumnRule, FileFormat
from warehouse.settings import Settings

EXTENSION = "extension"
MAX_NAME = 60
LOADS = ("upsert", "append", "full", "snapshot")
EVERY = ("day", "month")
DATASET_KEYS = {
    "dataset", "name", "entity", "files", "known_from", "format", "encoding", "delimiter", "quote", "decimal",
    "thousands", "date_format", "timestamp_format", "null_values", "final_newline", "footer", "records", "sheet",
    "header_row", "load", "columns", "control_totals", "tolerance", "max_rejected_percent", "max_deleted_percent",
    "every", "ignore", *CONNECTORS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DatasetDeclaration:
    """One data set of a source. `dataset` is its name in raw: canonical, or `extension.NAME`.

    `known_from` is set where the files' names carry no date. `max_rejected_percent`: above it a load is
    refused, because so many bad rows mean a file that is not what the declaration says; `max_deleted_percent`
    does the same for a snapshot that lacks so many of the keys of the one before. `every` is how often a file
    is due, None = not said. `ignored` are columns of the file that nobody wants. `connector`: where the files
    come from, if the source does not bring them itself. `hash` covers everything that decides what raw holds.
    """

    source: str
    dataset: str
    files: str
    known_from: date | None
    form: FileFormat
    load: str
    key: tuple[str, ...]
    rules: tuple[ColumnRule, ...]
    controls: ControlTotals | None
    max_rejected_percent: int
    max_deleted_percent: int
    every: str | None
    ignored: tuple[str, ...]
    hash: str
    entity: str | None = None
    attributes: tuple[Attribute, ...] = ()
    connector: Connector | None = None


@dataclass(frozen=True, slots=True)
class SourceDeclaration:
    """A source and its data sets."""

    name: str
    file: Path
    datasets: tuple[DatasetDeclaration, ...]


def load_sources(settings: Settings, only: Sequence[str] | None = None) -> tuple[SourceDeclaration, ...]:
    """All sources of the deployment by name, or `only` the named ones.

    Raises DeclarationError with all that is wrong in any file, a name used twice, or an unknown name in `only`.
    """
    found, faults = readable_sources(settings)
    faults.raise_all()
    by_name = {source.name: source for source in found}
    return tuple(by_name[name] for name in _wanted(by_name, only))


def readable_sources(settings: Settings) -> tuple[tuple[SourceDeclaration, ...], Faults]:
    """The sources that can be read, by name, and what is wrong with the others."""
    found, faults = dict[str, SourceDeclaration](), Faults()
    folder = settings.home / "sources"
    for odd in sorted(folder.glob("*.yaml")):
        faults.add(DeclarationError(f"{odd}: declarations are files *.yml; this one would not be read"))
    for path in sorted(folder.glob("*.yml")):
        source = faults.attempt(partial(read_source, path, settings.time_zone))
        if source is None:
            continue
        if source.name in found:
            twice = f"{path}: source: {source.name!r} is declared in {found[source.name].file} too"
            faults.add(DeclarationError(twice))
        found.setdefault(source.name, source)
    if not found and not faults.found:
        faults.add(DeclarationError(f"{folder}: no source is declared (*.yml)"))
    return tuple(found[name] for name in sorted(found)), faults


def _wanted(found: Mapping[str, SourceDeclaration], only: Sequence[str] | None) -> list[str]:
    unknown = [name for name in only or () if name not in found]
    if unknown:
        raise DeclarationError(
            f"unknown source {', '.join(unknown)}; declared are {', '.join(sorted(found))}"
        )
    return sorted(found if only is None else set(only))


def read_source(path: Path, time_zone: str = "UTC") -> SourceDeclaration:
    """Read and check one declaration; `time_zone` is that of the deployment.

    Raises DeclarationError with all that is wrong.
    """
    root, faults = read_yaml(path), Faults()
    faults.attempt(lambda: root.mapping({"source", "datasets"}))
    if not isinstance(root.value, dict):
        faults.raise_all()
    name = faults.value(lambda: _name(root.at("source")), "")
    nodes = faults.attempt(lambda: list(root.at("datasets").elements())) or []
    datasets = [faults.attempt(partial(_dataset, name, node, time_zone)) for node in nodes]
    names = [dataset.dataset if dataset else None for dataset in datasets]
    for index, dataset in enumerate(names):
        if dataset is not None and dataset in names[:index]:
            faults.add(nodes[index].at("dataset").fail(f"{dataset!r} is declared twice in this source"))
    faults.raise_all()
    return SourceDeclaration(name, path, tuple(dataset for dataset in datasets if dataset))


def _dataset(source: str, node: Node, time_zone: str) -> DatasetDeclaration:
    faults = Faults()
    faults.attempt(lambda: node.mapping(DATASET_KEYS))
    if not isinstance(node.value, dict):
        faults.raise_all()
    is_extension = node.at("dataset").value == EXTENSION
    parts = faults.attempt(lambda: _parts(source, node))
    load = faults.attempt(lambda: node.at("load").choice(LOADS, "full" if is_extension else None))
    controls = faults.attempt(lambda: read_controls(node, parts[3] if parts else None))
    connector = faults.attempt(lambda: read_connector(node, load or "upsert"))
    fetched = any(node.at(key).value is not None for key in CONNECTORS)
    form = faults.value(lambda: read_format(_fetched(node) if fetched else node, time_zone), FileFormat())
    known_from = faults.attempt(node.at("known_from").day)
    if not fetched:
        faults.attempt(lambda: check_pattern(node.at("files")))
        faults.attempt(lambda: _check_dates(node, known_from))
    max_rejected = faults.value(lambda: node.at("max_rejected_percent").whole(50), 0)
    max_deleted = faults.value(lambda: _max_deleted(node, load, parts[2] if parts else None), 0)
    every = faults.attempt(lambda: _every(node.at("every")))
    ignored = faults.attempt(lambda: node.at("ignore").texts()) or ()
    faults.raise_all()
    assert parts is not None
    assert load is not None
    name, entity, key, rules, attributes = parts
    files = pattern(source, name) if fetched else node.at("files").text()
    return DatasetDeclaration(
        source=source,
        dataset=name,
        files=files,
        known_from=known_from,
        form=form,
        load=load,
        key=key,
        rules=rules,
        controls=controls,
        max_rejected_percent=max_rejected,
        max_deleted_percent=max_deleted,
        every=every,
        ignored=ignored,
        hash=_hash(name, entity, known_from, form, load, rules, attributes, *_by_period(files)),
        entity=entity,
        attributes=attributes,
        connector=connector,
    )


def _fetched(node: Node) -> Node:
    """What connectors land: JSON lines, with moments in any form of ISO 8601 unless the declaration says another."""
    usual = {"date_format": ISO, "timestamp_format": ISO}
    return replace(node, value=usual | node.value | {"format": "jsonl"})


def _every(node: Node) -> str | None:
    return None if node.value is None else node.choice(EVERY)


def _name(node: Node) -> str:
    # It becomes the name of a folder and part of the names of tables.
    name = node.text()
    if not (name.isascii() and name.replace("_", "").isalnum()) or len(name) > MAX_NAME:
        raise node.fail(f"{name!r} may have Latin letters, digits and _ only, at most {MAX_NAME}")
    return name


_Parts: TypeAlias = tuple[str, str | None, tuple[str, ...], tuple[ColumnRule, ...], tuple[Attribute, ...]]


def _parts(source: str, node: Node) -> _Parts:
    kind = node.at("dataset").choice((*canonical_datasets(), EXTENSION))
    return _extension(source, node) if kind == EXTENSION else _canonical(node, canonical_datasets()[kind])


def _canonical(node: Node, dataset: CanonicalDataset) -> _Parts:
    faults = Faults()
    for key in ("name", "entity"):
        if node.at(key).value is not None:
            faults.add(node.at(key).fail("only an extension has this key"))
    rules = faults.attempt(lambda: mapped_columns(node.at("columns"), dataset)) or ()
    faults.raise_all()
    return dataset.name, None, dataset.key, rules, ()


def _extension(source: str, node: Node) -> _Parts:
    faults = Faults()
    name = faults.value(lambda: _name(node.at("name")), "")
    entity = faults.value(lambda: node.at("entity").choice(("customer",)), "customer")
    columns = faults.attempt(
        lambda: extension_columns(node.at("columns"), f"{entity}_id", f"{source}.{name}")
    )
    faults.raise_all()
    rules, attributes = columns or ((), ())
    return f"{EXTENSION}.{name}", entity, (f"{entity}_id",), rules, attributes


def _check_dates(node: Node, known_from: date | None) -> None:
    dated = is_dated(check_pattern(node.at("files")))
    if dated and known_from is not None:
        raise node.at("known_from").fail("the files' names carry the date already")
    if not dated and known_from is None:
        raise node.at("known_from").fail("is missing: the files' names carry no {date:...}")


def _max_deleted(node: Node, load: str | None, key: tuple[str, ...] | None) -> int:
    """`load` and `key`: None where they could not be read."""
    percent = node.at("max_deleted_percent")
    if load == "snapshot":
        if key == ():
            raise node.at("load").fail("rows of this data set have no key, so nothing can be missed")
        return percent.whole(30)
    if percent.value is not None and load is not None:
        raise percent.fail("only a snapshot says what is deleted")
    return 100


def _by_period(files: str) -> tuple[str, ...]:
    """What of the file names decides which loads replace each other."""
    return ("by period",) if "period" in kinds_of_dates(files) else ()


def _hash(*parts: object) -> str:
    text = json.dumps(parts, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, FileFormat):
        # Two formats may be told in equal words.
        said = asdict(value)
        # Declarations that have one line of totals, or none, keep their hash, and so their loads.
        footers = said.pop("footers", ())
        if footers:
            said["footer"] = footers if len(footers) > 1 else footers[0]
        return {"format": type(value).__name__, **said}
    return asdict(value)  # type: ignore[call-overload]
