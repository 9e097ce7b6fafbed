"""Parameters that several questions have: days, purpose, the slot of an editor."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Header, Query

from api.schemas.segments import Purpose

AsOf = Annotated[
    date | None, Query(description="Start of this local day; default: the release's business date")
]
KnownOn = Annotated[
    date | None, Query(description="As it was known on this day; default: as the release knows it")
]
PurposeOf = Annotated[Purpose, Query(description="`contact` subtracts stop-lists and withheld consent last")]
Slot = Annotated[
    str | None,
    Header(alias="X-Query-Slot", max_length=128, description="A newer question ends the older"),
]


@dataclass(frozen=True, slots=True)
class Days:
    """Of which day, and as known on which, an answer is; None = the release's."""

    as_of: AsOf = None
    known_on: KnownOn = None


DaysOf = Annotated[Days, Depends()]


@dataclass(frozen=True, slots=True)
class CountRequest:
    """How to count. `slot` names the place of one editor that asks again and again."""

    purpose: PurposeOf = Purpose.ANALYSIS
    attrition: Annotated[bool, Query(description="Add counts for each condition")] = False
    slot: Slot = None


CountRequestOf = Annotated[CountRequest, Depends()]


@dataclass(frozen=True, slots=True)
class MembersRequest:
    """Whom to list, and what to show of them."""

    purpose: PurposeOf = Purpose.ANALYSIS
    attributes: Annotated[
        tuple[str, ...], Query(description="Attributes to show beside the id; may be repeated")
    ] = ()


MembersRequestOf = Annotated[MembersRequest, Depends()]
