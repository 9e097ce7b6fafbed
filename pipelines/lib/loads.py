"""Loads of raw as a build knows them."""

from pipelines.ingest.raw import RawLoad
from warehouse.builds.model import Load

PREFIX = "extension."


def table_of(dataset: str) -> str:
    """A raw data set's name as a table of the build database."""
    return dataset.replace(PREFIX, "extension_", 1)


def to_load(load: RawLoad) -> Load:
    """The same load under its table's name."""
    return Load(
        dataset=table_of(load.dataset),
        source=load.source,
        load_id=load.load_id,
        known_from=load.known_from,
        mode=load.load,
        files=load.files,
        slot=load.slot,
        period=load.period,
        part="/".join(load.parts),
        packed=load.packed,
    )
