"""Source declarations (`sources/*.yml`): what is read, how it is written, and what it becomes in raw."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
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
from pipelines.ingest.yaml_node import DeclarationError, Node, read_yaml
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

    Raises DeclarationError for a wrong file, a name used twice, or an unknown name in `only`.
    """
    found: dict[str, SourceDeclaration] = {}
    for path in _files(settings.home / "sources"):
        source = read_source(path, settings.time_zone)
        if source.name in found:
            raise DeclarationError(
                f"{path}: source: {source.name!r} is declared in {found[source.name].file} too"
            )
        found[source.name] = source
    if not found:
        raise DeclarationError(f"{settings.home / 'sources'}: no source is declared (*.yml)")
    return tuple(found[name] for name in _wanted(found, only))


def _files(folder: Path) -> list[Path]:
    odd = sorted(folder.glob("*.yaml"))
    if odd:
        raise DeclarationError(f"{odd[0]}: declarations are files *.yml; this one would not be read")
    return sorted(folder.glob("*.yml"))


def _wanted(found: Mapping[str, SourceDeclaration], only: Sequence[str] | None) -> list[str]:
    unknown = [name for name in only or () if name not in found]
    if unknown:
        raise DeclarationError(
            f"unknown source {', '.join(unknown)}; declared are {', '.join(sorted(found))}"
        )
    return sorted(found if only is None else set(only))


def read_source(path: Path, time_zone: str = "UTC") -> SourceDeclaration:
    """Read and check one declaration; `time_zone` is that of the deployment."""
    root = read_yaml(path).mapping({"source", "datasets"})
    name = root.at("source").text()
    _check_name(root.at("source"))
    nodes = [node.mapping(DATASET_KEYS) for node in root.at("datasets").elements()]
    datasets = tuple(_dataset(name, node, time_zone) for node in nodes)
    names = [dataset.dataset for dataset in datasets]
    for index, dataset in enumerate(names):
        if dataset in names[:index]:
            raise nodes[index].at("dataset").fail(f"{dataset!r} is declared twice in this source")
    return SourceDeclaration(name, path, datasets)


def _dataset(source: str, node: Node, time_zone: str) -> DatasetDeclaration:
    kind = node.at("dataset").choice((*canonical_datasets(), EXTENSION))
    parts = _extension(source, node) if kind == EXTENSION else _canonical(node, canonical_datasets()[kind])
    name, entity, key, rules, attributes = parts
    load = node.at("load").choice(LOADS, "full" if kind == EXTENSION else None)
    controls = read_controls(node, rules)
    connector = read_connector(node, load)
    form = read_format(node if connector is None else _fetched(node), time_zone)
    known_from = node.at("known_from").day()
    if connector is None:
        _check_dates(node, known_from)
    files = check_pattern(node.at("files")) if connector is None else pattern(source, name)
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
        max_rejected_percent=node.at("max_rejected_percent").whole(50),
        max_deleted_percent=_max_deleted(node, load, key),
        every=None if node.at("every").value is None else node.at("every").choice(EVERY),
        ignored=node.at("ignore").texts(),
        hash=_hash(name, entity, known_from, form, load, rules, attributes, *_by_period(files)),
        entity=entity,
        attributes=attributes,
        connector=connector,
    )


def _fetched(node: Node) -> Node:
    """What connectors land: JSON lines, with moments in any form of ISO 8601 unless the declaration says another."""
    usual = {"date_format": ISO, "timestamp_format": ISO}
    return Node(node.file, node.path, usual | node.value | {"format": "jsonl"})


def _check_name(node: Node) -> None:
    # It becomes the name of a folder and part of the names of tables.
    name = node.text()
    if not (name.isascii() and name.replace("_", "").isalnum()) or len(name) > MAX_NAME:
        raise node.fail(f"{name!r} may have Latin letters, digits and _ only, at most {MAX_NAME}")


_Parts: TypeAlias = tuple[str, str | None, tuple[str, ...], tuple[ColumnRule, ...], tuple[Attribute, ...]]


def _canonical(node: Node, dataset: CanonicalDataset) -> _Parts:
    for key in ("name", "entity"):
        if node.at(key).value is not None:
            raise node.at(key).fail("only an extension has this key")
    return dataset.name, None, dataset.key, mapped_columns(node.at("columns"), dataset), ()


def _extension(source: str, node: Node) -> _Parts:
    name = node.at("name").text()
    _check_name(node.at("name"))
    entity = node.at("entity").choice(("customer",))
    rules, attributes = extension_columns(node.at("columns"), f"{entity}_id", f"{source}.{name}")
    return f"{EXTENSION}.{name}", entity, (f"{entity}_id",), rules, attributes


def _check_dates(node: Node, known_from: date | None) -> None:
    dated = is_dated(check_pattern(node.at("files")))
    if dated and known_from is not None:
        raise node.at("known_from").fail("the files' names carry the date already")
    if not dated and known_from is None:
        raise node.at("known_from").fail("is missing: the files' names carry no {date:...}")


def _max_deleted(node: Node, load: str, key: tuple[str, ...]) -> int:
    percent = node.at("max_deleted_percent")
    if load == "snapshot":
        if not key:
            raise node.at("load").fail("rows of this data set have no key, so nothing can be missed")
        return percent.whole(30)
    if percent.value is not None:
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
        if not said.get("footer"):
            # Declarations that have none keep their hash, and so their loads.
            said.pop("footer", None)
        return {"format": type(value).__name__, **said}
    return asdict(value)  # type: ignore[call-overload]
