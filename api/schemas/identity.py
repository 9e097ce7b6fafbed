"""Whose an identifier is."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class IdentifyRequest(BaseModel):
    """What to look up. In the body, so that it stands in nobody's log of addresses."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(min_length=1, max_length=500, examples=["+998 90 123-45-67"])
    kind: str | None = Field(
        None,
        description="msisdn, phone, email, telegram, instagram, app_id, tax_id or account; "
        "default: whatever it can be",
        examples=["msisdn"],
    )
    on: date | None = Field(None, description="The day to look at; default: the release's business date")


class IdentifierHolder(BaseModel):
    """A customer who is said to have the identifier for a period of days."""

    customer_id: str
    kind: str
    value: str = Field(description="The identifier in its one form", examples=["+998901234567"])
    valid_from: date | None = Field(description="First day; null = as long as is known")
    valid_to: date | None = Field(description="Last day; null = no end is known")
    candidates: int = Field(description="Customers who have it in the same days, also unseen ones")
    current: bool = Field(description="Whether the day that was asked about is among the days")


class Identification(BaseModel):
    """Whose the identifier is. `customer_id` is set only where it is one customer's."""

    value: str
    on: date
    outcome: str = Field(
        description="found; ambiguous: several have it that day; former: nobody has it that day, "
        "somebody had or will have it; unknown",
        examples=["found"],
    )
    customer_id: str | None
    holders: list[IdentifierHolder]
