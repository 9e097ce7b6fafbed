"""The customer card: blocks follow the catalogue, so an added attribute appears by itself."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.catalog import Labels

KEPT = Field(default=True, description="False: no history says what it was at these dates")


class CardField(BaseModel):
    """One attribute with its value. `masked`: there may be a value, the caller may not see it."""

    name: str = Field(examples=["tenure_months"])
    labels: Labels
    type: str
    unit: str
    value: Any = Field(description="Null = unknown; decimals, dates and times are texts")
    null_meaning: Labels
    masked: bool
    kept: bool = KEPT


class CardBlock(BaseModel):
    """The attributes of one group."""

    group: str
    labels: Labels
    fields: list[CardField]


class CardChild(BaseModel):
    """A contract, account or subscription with what hangs below it."""

    id: str
    fields: list[CardField]
    children: list["CardRelation"]


class CardRelation(BaseModel):
    """Children of one kind."""

    name: str = Field(examples=["accounts"])
    labels: Labels
    entity: str = Field(examples=["account"])
    items: list[CardChild]
    kept: bool = KEPT


class CardFact(BaseModel):
    """The last events of one kind, newest first."""

    name: str = Field(examples=["payment"])
    labels: Labels
    columns: list[CardField] = Field(description="Columns of the rows; `value` is null here")
    rows: list[dict[str, Any]]
    kept: bool = KEPT


class Card(BaseModel):
    """Everything known about one customer, at the start of `as_of` and as known on `known_on`."""

    customer_id: str
    release: str
    as_of: date
    known_on: date
    blocks: list[CardBlock]
    children: list[CardRelation]
    facts: list[CardFact]
