"""Loads of raw as a build knows them."""

from collections.abc import Mapping, Sequence

from pipelines.ingest.raw import RawLoad
from warehouse.builds.model import Load
from warehouse.builds.sql import slot_of

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
        key=load.key,
        rows=load.accepted,
    )


def replaced_by(raw: Sequence[RawLoad]) -> Mapping[str, RawLoad]:
    """Load id of each load whose rows count no more -> the load that has taken its place. `raw` in order."""
    slots = {load.load_id: slot_of(to_load(load)) for load in raw}
    newest = {slots[load.load_id]: load for load in raw}
    taken = {name: newest[slot] for name, slot in slots.items() if slot[2] is not None}
    return {name: load for name, load in taken.items() if load.load_id != name}
