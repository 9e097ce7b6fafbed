"""Questions about a segment document, and their answers (SEGMENTS: "Answers")."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.problem import Finding

Path = Field(description="Path of the node in the submitted document", examples=["/where/all/0"])


class Purpose(StrEnum):
    """What the answer is for: `contact` subtracts stop-lists and withheld consent last."""

    ANALYSIS = "analysis"
    CONTACT = "contact"


class SegmentDocument(BaseModel):
    """A segment document. Nodes nest to any depth; numbers are read as exact decimals."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 1,
                    "entity": "customer",
                    "name": "Long with us, young",
                    "where": {
                        "all": [
                            {"attr": "tenure_months", "op": "ge", "value": 24},
                            {"attr": "age", "op": "lt", "value": 30},
                        ]
                    },
                }
            ]
        }
    )
    version: int = Field(examples=[1])
    entity: str = Field(default="customer", description="The thing counted")
    name: str | None = None
    description: str | None = None
    tags: list[str] = Field(default_factory=list)
    where: dict[str, Any] | None = Field(description="Root node; null = everyone")


class Validation(BaseModel):
    """Whether the document can be answered, and if not, what is wrong where; what is odd in a valid one."""

    valid: bool
    problems: list[Finding]
    remarks: list[Finding] = Field(
        default_factory=list,
        description="What is allowed and odd: contradiction, tautology, dead_branch, redundant, ...",
    )


class MissingInfo(BaseModel):
    """Days of which a data set of a source has told nothing: [from, before); null = all before, or from then on."""

    model_config = ConfigDict(populate_by_name=True)

    source: str
    dataset: str
    from_: date | None = Field(alias="from")
    before: date | None


class WindowInfo(BaseModel):
    """The exact dates a node looked at: [from, before)."""

    model_config = ConfigDict(populate_by_name=True)

    path: str = Path
    from_: date | None = Field(alias="from")
    before: date | None
    incomplete: bool = Field(description="The fact is not complete for these days")
    missing: list[MissingInfo] = Field(description="What sources have not told of these days")


class NodeCount(BaseModel):
    """Attrition of one condition."""

    path: str = Path
    count: int = Field(description="Entities that satisfy it alone")
    unknown: int | None = Field(description="Entities without a value")
    left_out_only_by_this: int = Field(description="Entities that would join without it")


class Remark(BaseModel):
    """What has to be known to read an answer."""

    code: str = Field(examples=["no_stop_lists"])
    message: str


Remarks = Annotated[
    list[Remark],
    Field(
        description="What has to be known to read it: `no_stop_lists` = for contacts nobody could be left out"
    ),
]


class Count(BaseModel):
    """Size of a segment, exact."""

    count: int = Field(examples=[18342])
    universe: int = Field(description="Everyone the caller may see", examples=[3000000])
    as_of: date
    known_on: date | None
    release: str
    fresh_as_of: date | None
    elapsed_ms: float
    plan: Any = Field(description="Where each condition was answered from")
    windows: list[WindowInfo]
    excluded: dict[str, int] = Field(description="Entities that `contact` subtracted, by reason")
    remarks: Remarks = Field(default_factory=list)
    hash: str = Field(description="Hash of the canonical form")
    engine: str
    nodes: list[NodeCount] | None = Field(default=None, description="Attrition, when asked for")


class ColumnInfo(BaseModel):
    """A column of a table."""

    name: str
    type: str


class Members(BaseModel):
    """A page of members in the order of their key. Decimals are texts, dates and times are ISO texts."""

    release: str
    as_of: date
    known_on: date
    columns: list[ColumnInfo]
    rows: list[dict[str, Any]]
    next: str | None = Field(description="Cursor of the next page; null = this was the last")
    remarks: Remarks = Field(default_factory=list)


class Sql(BaseModel):
    """The statement that answers, with its bound parameters."""

    sql: str
    parameters: dict[str, Any]
    tables: list[str]
    plan: Any
    engine: str | None = None


class Language(StrEnum):
    """Languages in which documents are put into words."""

    RUSSIAN = "ru"
    ENGLISH = "en"


class Description(BaseModel):
    """A document in words: different meanings never read alike."""

    text: str
    conditions: dict[str, str] = Field(description="Words of each node, by its path")


class WhyNode(BaseModel):
    """One node for one entity."""

    path: str = Path
    kind: str
    holds: bool
    found: Any = Field(description="Value found; null = unknown, or a group")
    required: Any
    unknown: bool
    data_date: date | None
    children: list["WhyNode"]


class Why(BaseModel):
    """Why an entity is in or out."""

    id: str
    member: bool
    tree: WhyNode | None
    flip: list[str] = Field(description="Paths of a smallest set of conditions whose change flips `member`")
    elapsed_ms: float
    as_of: date
    known_on: date
    release: str


class SensitivityPoint(BaseModel):
    """Size with one threshold."""

    value: Any
    count: int


class Sensitivity(BaseModel):
    """Size as a function of one threshold."""

    path: str = Path
    op: str
    current: Any
    points: list[SensitivityPoint]
    elapsed_ms: float
    as_of: date
    known_on: date
    release: str
