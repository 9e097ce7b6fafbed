"""What a build reads, put together from raw, the declared sources and the catalogue files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipelines.ingest.canonical import canonical_datasets
from pipelines.ingest.declaration import load_sources
from pipelines.ingest.raw import RawLoad, extension_attributes, list_loads
from pipelines.lib.announced import allowances, announced
from pipelines.lib.canonical import FACT_DATASETS, MODELS, stored_columns
from pipelines.lib.loads import PREFIX, table_of, to_load
from warehouse.builds.model import Allowance, BuildError, Extension, Load
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.catalog.model import Attribute, Catalog
from warehouse.releases.model import SourceState
from warehouse.settings import Settings

UNSTATED = {"en": "The source gives no value", "ru": "Источник не передал значение"}


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """Everything that decides the content of a release."""

    as_of: date
    known_on: date
    loads: tuple[Load, ...]
    extensions: tuple[Extension, ...]
    catalog: Catalog
    states: tuple[SourceState, ...]
    announced: Mapping[str, Decimal]
    allowances: Mapping[str, Allowance]
    cadences: Mapping[tuple[str, str], str]

    def of(self, dataset: str) -> tuple[Load, ...]:
        """Loads of one data set, in order."""
        return tuple(load for load in self.loads if load.dataset == dataset)

    def feeds(self) -> dict[str, tuple[Load, ...]]:
        """Loads behind each fact."""
        return {
            fact: tuple(load for dataset in datasets for load in self.of(dataset))
            for fact, datasets in FACT_DATASETS.items()
        }


def read_inputs(settings: Settings) -> BuildInputs:
    """Raw as it is now. Raises BuildError while nothing has been loaded."""
    raw = list_loads(settings.home)
    if not raw:
        raise BuildError(
            f"{settings.home}: nothing has been loaded yet; `vitrina ingest` loads the sources' files"
        )
    known_on = _known_on(raw)
    return BuildInputs(
        as_of=settings.as_of or known_on,
        known_on=known_on,
        loads=tuple(to_load(load) for load in raw),
        extensions=_extensions(raw),
        catalog=read_catalog(settings, raw),
        states=source_states(raw),
        announced=announced(raw),
        allowances=allowances(raw),
        cadences=declared_cadences(settings),
    )


def _known_on(raw: Sequence[RawLoad]) -> date:
    """The newest day that the business' own sources speak of; what we did ourselves today moves no date."""
    ours = {name for name, dataset in canonical_datasets().items() if not dataset.calendar}
    days = [load.known_from for load in raw if load.dataset not in ours]
    return max(days or [load.known_from for load in raw])


def read_catalog(settings: Settings, raw: Sequence[RawLoad]) -> Catalog:
    """The product's catalogue with the deployment's additions and what its own data sets bring."""
    brought = extension_attributes(_newest_extensions(raw))
    declared = {
        entity: {name: _shown(each) for name, each in found.items()} for entity, found in brought.items()
    }
    return load_catalog(semantic_files(MODELS, settings.home), declared)


def declared_datasets(settings: Settings) -> tuple[tuple[str, str], ...]:
    """(source, data set) of every declaration of the deployment."""
    sources = load_sources(settings)
    return tuple((source.name, dataset.dataset) for source in sources for dataset in source.datasets)


def has_connectors(settings: Settings) -> bool:
    """Whether a source is fetched, so that no new file in a folder tells of it."""
    return any(dataset.connector for source in load_sources(settings) for dataset in source.datasets)


def declared_cadences(settings: Settings) -> dict[tuple[str, str], str]:
    """(source, table) -> how often a file is due, where the declaration says it."""
    return {
        (source.name, table_of(dataset.dataset)): dataset.every
        for source in load_sources(settings)
        for dataset in source.datasets
        if dataset.every is not None
    }


def _shown(attribute: Attribute) -> Attribute:
    return replace(
        attribute,
        group=attribute.group or "extension",
        null_meaning=attribute.null_meaning or UNSTATED,
    )


def _newest_extensions(raw: Iterable[RawLoad]) -> tuple[RawLoad, ...]:
    """The newest load of a data set says which columns it has. In the order of names."""
    newest = {load.dataset: load for load in raw if load.entity is not None}
    return tuple(newest[dataset] for dataset in sorted(newest))


def _extensions(raw: Iterable[RawLoad]) -> tuple[Extension, ...]:
    """Raises BuildError when two data sets bring the same column."""
    extensions: list[Extension] = []
    owners: dict[str, str] = {}
    for load in _newest_extensions(raw):
        name = load.dataset.removeprefix(PREFIX)
        columns = dict(pair for each in load.attributes for pair in _columns(each))
        for column in columns:
            if owners.setdefault(column, name) != name:
                raise BuildError(
                    f"{column}: brought by the extensions {owners[column]} and {name}; rename one"
                )
        extensions.append(Extension(name, columns))
    return tuple(extensions)


def _columns(attribute: Attribute) -> Iterable[tuple[str, str]]:
    return stored_columns(attribute.name, attribute.type, attribute.scale, attribute.folded is not None)


def source_states(raw: Iterable[RawLoad]) -> tuple[SourceState, ...]:
    """What the loads of each data set of each source come to. `raw` without superseded loads."""
    grouped: dict[tuple[str, str], list[RawLoad]] = defaultdict(list)
    for load in raw:
        grouped[load.source, load.dataset].append(load)
    return tuple(
        SourceState(
            source=source,
            dataset=dataset,
            known_from=max(load.known_from for load in loads),
            loads=len(loads),
            accepted=sum(load.accepted for load in loads),
            rejected=sum(load.rejected for load in loads),
            duplicates=sum(load.duplicates for load in loads),
        )
        for (source, dataset), loads in sorted(grouped.items())
    )
