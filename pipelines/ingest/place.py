"""Where a file stands among the loads that are there: what it repeats, what it replaces, what follows it.

A load that replaces others fills their *slot*. Of a data set sent whole (`full`, `snapshot`) there is one slot per
source. An appended file fills the slot of its period and of what stands for `*` in its name, or, where the name has
no period, of its name and date: the same day sent again holds the place of the day sent before. A file without any date
in its name and rows that are updated (`upsert`) fill no slot: they replace nothing as a whole.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.ingest.connectors.names import fetch_order, is_landing_file
from pipelines.ingest.declaration import DatasetDeclaration
from pipelines.ingest.patterns import FoundFile
from pipelines.ingest.raw_load import RawLoad
from warehouse.builds.model import SENT_WHOLE
from warehouse.files.model import FileError

WHOLE = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file stands. `same`: the load in force that says already what the file says.

    `predecessor`: of a data set sent whole, the load that was in force before the file's date. `before`: the load
    whose place this one takes, because it was made of the same content under an older declaration.
    """

    load_id: str
    known_from: date
    slot: str | None
    sequence: int
    same: RawLoad | None
    before: RawLoad | None
    predecessor: RawLoad | None


def find_place(known: Sequence[RawLoad], dataset: DatasetDeclaration, file: FoundFile, sha256: str) -> Place:
    """The place of a file with this content among the loads `known`, which are in no particular order."""
    day, slot = known_from(dataset, file), slot_of(dataset, file)
    own = in_order(load for load in known if (load.dataset, load.source) == (dataset.dataset, dataset.source))
    superseded = {load.supersedes for load in own}
    states = [load for load in own if load.load_id not in superseded]
    same = _same_content(states, dataset, file, sha256)
    if same is not None and same.declaration_hash == dataset.hash:
        return Place(same.load_id, same.known_from, same.slot, same.sequence, same, None, None)
    before = same
    that_day = [load.sequence for load in own if load.known_from == day]
    sequence = before.sequence if before and before.known_from == day else max(that_day, default=-1) + 1
    fetched = None
    if is_landing_file(file.path.name):
        # Fetches count in the order in which they were made, whenever their files are read.
        sequence = fetch_order(file.path.name)
        fetched = (file.path.name, sequence)
    name = load_id(dataset, sha256, before.load_id if before else None, fetched)
    if any(load.load_id == name for load in own):
        # What had been replaced came back: the same words at another time.
        name = load_id(dataset, sha256, None, (day.isoformat(), sequence))
    earlier = [
        load for load in states if load != before and (load.known_from, load.sequence) < (day, sequence)
    ]
    predecessor = earlier[-1] if earlier and dataset.load in SENT_WHOLE else None
    return Place(name, day, slot, sequence, None, before, predecessor)


def known_from(dataset: DatasetDeclaration, file: FoundFile) -> date:
    """The day from which a file's content is known."""
    day = file.date or dataset.known_from
    if day is None:
        raise FileError(f"{file.path}: no business date")
    return day


def slot_of(dataset: DatasetDeclaration, file: FoundFile) -> str | None:
    """The slot that the file fills; None = its rows stand beside those of all other files."""
    if dataset.load in SENT_WHOLE:
        return WHOLE
    if dataset.load != "append" or file.date is None:
        return None
    if file.period:
        return "/".join((file.period.begin.isoformat(), *file.parts))
    return "/".join((file.date.isoformat(), file.name, *file.parts))


def load_id(
    dataset: DatasetDeclaration, sha256: str, before: str | None, again: tuple[str, int] | None = None
) -> str:
    """The name of a load: from data set, source, declaration, content and the load it supersedes, nothing
    else. `again`: the day, and the place among the files of that day, on which replaced content came back; or the
    name of a fetch, and its number.
    """
    parts: list[object] = [dataset.dataset, dataset.source, dataset.hash, sha256, before]
    parts += [again] if again is not None else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def in_order(loads: Iterable[RawLoad]) -> list[RawLoad]:
    """Loads as they became known: by date, then in the order in which the files of one date came."""
    return sorted(loads, key=lambda load: load.order)


def _same_content(
    states: Sequence[RawLoad], dataset: DatasetDeclaration, file: FoundFile, sha256: str
) -> RawLoad | None:
    """The load that says already what the file says: the last one made of this very file, or another one.

    Events are said once, as long as the load that said them has not been replaced. A state that comes back after
    another one is news: then there is no such load.
    """
    same = [load for load in states if load.content_sha256 == sha256]
    day = known_from(dataset, file)
    if is_landing_file(file.path.name):
        # Every fetch says something new, even when it says what another one said: its name tells it apart.
        return next((load for load in same if load.file_name == file.path.name), None)
    of_file = [load for load in states if load.known_from == day and _is_of(load, file)]
    if of_file and of_file[-1] in same:
        return of_file[-1]
    if dataset.load == "append":
        # Two days on which nothing happened look the same and are two statements.
        counting = [load for load in same if load.rows_in and _counts(load, states)]
        return counting[0] if counting else None
    return _state_in_force(same, states, day, file)


def _state_in_force(
    same: Sequence[RawLoad], states: Sequence[RawLoad], day: date, file: FoundFile
) -> RawLoad | None:
    until = [load for load in same if load.known_from <= day]
    if not until:
        return same[0] if same else None
    newest = until[-1]
    later = [load for load in states if load.order > newest.order and load.known_from <= day]
    # Several files of one day stand side by side; the same file with other content stands between.
    others = [load for load in later if load.known_from > newest.known_from or _is_of(load, file)]
    return None if others else newest


def _is_of(load: RawLoad, file: FoundFile) -> bool:
    return (load.file_name, load.parts) == (file.path.name, file.parts)


def _counts(load: RawLoad, states: Sequence[RawLoad]) -> bool:
    """Whether no newer load has taken its slot."""
    return load.slot is None or [each for each in states if each.slot == load.slot][-1] == load
