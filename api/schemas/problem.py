"""Problem documents (RFC 9457)."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

PROBLEM_MEDIA_TYPE = "application/problem+json"


def sayable(text: str) -> str:
    """A text that may quote a caller's: half of a surrogate pair, which no encoding has, is escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


Said = Annotated[str, AfterValidator(sayable)]


class Finding(BaseModel):
    """One thing that is wrong, and where."""

    path: Said = Field(
        description="Place in the request: for segment documents the path of the node",
        examples=["/where/all/0"],
    )
    message: Said = Field(examples=["unknown attribute 'shoe_size'"])
    code: str = Field(
        default="", description="Stable name of the kind of problem", examples=["unknown_attribute"]
    )


class Problem(BaseModel):
    """Why a request was refused or failed."""

    type: str = Field(
        default="about:blank", description="Kind of problem; `about:blank` = the status says it"
    )
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: Said = Field(examples=["the segment document is not valid"])
    instance: Said = Field(description="Path of the request", examples=["/v1/segments/count"])
    request_id: str = Field(description="Also in the answer's X-Request-ID header and in the log")
    problems: list[Finding] = Field(default_factory=list)
