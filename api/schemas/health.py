"""Liveness."""

from datetime import date

from pydantic import BaseModel, Field


class Health(BaseModel):
    """The service runs; `release` and `as_of` are null until a first release exists."""

    status: str = Field(examples=["ok"])
    release: str | None = Field(examples=["r-20260701-4f2a"])
    as_of: date | None = Field(examples=["2026-07-01"])
