"""What documents may refer to: saved segments, uploaded lists, stop-lists. The port, and the empty one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from warehouse.catalog.model import CUSTOMER
from warehouse.errors import InputError


class ReferenceFault(InputError):  # noqa: N818 - the checker turns it into a Problem at the node's path
    """There is such a thing, but it can't be used: an archived segment, an expired or deleted list."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class SavedSegment:
    """One version of a saved segment; `document` as `segments.conditions.read.loads` gives it."""

    id: str
    version: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IdList:
    """A list of entities by business id. `version` names the content (a hash): it is part of cache keys.

    `ids` is an Arrow array of text without NULL; ids the release does not know belong to nobody.
    """

    id: str
    entity: str
    version: str
    ids: pa.Array = field(compare=False)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who may not be contacted, and why; customers with all they have. Subtracted last, outside the author's tree."""

    reason: str
    members: IdList


class References(Protocol):
    """Looks up what a document names; None = there is no such thing. Raises ReferenceFault."""

    def segment(self, segment_id: str, version: int | None) -> SavedSegment | None:
        """That version; with None the current one (only for documents not saved yet)."""

    def id_list(self, list_id: str) -> IdList | None:
        """The list with all its ids."""

    def keeps_stop_lists(self) -> bool:
        """Whether anybody could be excluded at all. Where not, answers for contacts say so."""

    def exclusions(self, entity: str) -> tuple[Exclusion, ...]:
        """Stop-lists and withheld consent that `purpose = contact` subtracts, in order of reporting: lists of that
        entity, and of the customers to whom it belongs.
        """


@dataclass(frozen=True, slots=True)
class MemoryReferences:
    """References held in memory: what a unit of work has read already, and tests."""

    segments: tuple[SavedSegment, ...] = ()
    lists: tuple[IdList, ...] = ()
    stops: tuple[Exclusion, ...] = ()

    def segment(self, segment_id: str, version: int | None) -> SavedSegment | None:
        """That version, or the highest one."""
        found = [s for s in self.segments if s.id == segment_id and version in (None, s.version)]
        return max(found, key=lambda s: s.version, default=None)

    def id_list(self, list_id: str) -> IdList | None:
        """The list of that id."""
        return next((found for found in self.lists if found.id == list_id), None)

    def keeps_stop_lists(self) -> bool:
        """Whether there is one."""
        return bool(self.stops)

    def exclusions(self, entity: str) -> tuple[Exclusion, ...]:
        """Those whose list is about that entity or about customers."""
        return tuple(stop for stop in self.stops if stop.members.entity in (entity, CUSTOMER))


NO_REFERENCES: References = MemoryReferences()
