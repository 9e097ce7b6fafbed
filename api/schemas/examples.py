"""Documents to begin with."""

from pydantic import BaseModel, Field


class Example(BaseModel):
    """One document of the deployment."""

    file: str = Field(examples=["debtors.json"])
    name: str = Field(examples=["Debtors"])
    document: str = Field(description="The segment document as JSON text, its numbers as they are")


class Examples(BaseModel):
    """The documents, and the files that are no documents."""

    examples: list[Example]
    unreadable: list[str]
