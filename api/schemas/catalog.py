"""The catalogue as the service publishes it: everything that can be asked, language neutral."""

from datetime import date

from pydantic import BaseModel, Field

Labels = dict[str, str]


class ValueInfo(BaseModel):
    """One value of a closed list."""

    value: str = Field(examples=["legal_entity"])
    labels: Labels = Field(examples=[{"ru": "Юридическое лицо", "en": "Legal entity"}])


class AttributeInfo(BaseModel):
    """A property that can be asked for, shown or aggregated."""

    name: str = Field(examples=["tenure_months"])
    type: str = Field(examples=["integer"])
    labels: Labels = Field(examples=[{"ru": "Стаж, месяцев", "en": "Tenure, months"}])
    group: str = Field(description="Name of the heading it stands under", examples=["contract"])
    unit: str = Field(examples=["month"])
    scale: int = Field(description="Decimal places, for decimals")
    description: Labels
    null_meaning: Labels = Field(description="What it means that there is no value")
    values: list[ValueInfo] = Field(description="Closed list of values; empty = any value of the type")
    operators: list[str] = Field(examples=[["eq", "ge", "le"]])
    sensitivity: str = Field(examples=["internal"])
    usable: bool = Field(description="Whether the caller may see it and use it in conditions")
    lineage: str = Field(description="Where it comes from")


class EntityInfo(BaseModel):
    """A thing that can be counted."""

    name: str = Field(examples=["customer"])
    id: str = Field(
        description="Name of the business id; an attribute of that name may exist", examples=["customer_id"]
    )
    labels: Labels
    attributes: list[AttributeInfo]


class FactInfo(BaseModel):
    """Something that happened to entities; complete for [complete_from, complete_before)."""

    name: str = Field(examples=["payment"])
    labels: Labels
    entities: list[str] = Field(description="Entities it happens to", examples=[["customer", "account"]])
    grain: str = Field(examples=["event"])
    measures: list[AttributeInfo]
    attributes: list[AttributeInfo]
    complete_from: date | None
    complete_before: date | None


class RelationInfo(BaseModel):
    """Children of an entity."""

    name: str = Field(examples=["subscriptions"])
    parent: str = Field(examples=["customer"])
    child: str = Field(examples=["subscription"])
    labels: Labels


class GroupInfo(BaseModel):
    """A heading of attributes."""

    name: str = Field(examples=["contract"])
    labels: Labels
    sources: list[str] = Field(
        description="Whom to believe where several sources say something, the first before all others",
        examples=[["billing", "statistics"]],
    )


class OperatorInfo(BaseModel):
    """An operator and the form of its value: none, one, many, range or relative (a number of units)."""

    name: str = Field(examples=["within_last"])
    value: str = Field(examples=["relative"])
    types: list[str] = Field(description="Types it is for", examples=[["date", "timestamp"]])
    units: list[str] = Field(description="Units of a relative value", examples=[["day", "week", "month"]])
    other_attribute: bool = Field(description="Whether the value may be another attribute")


class AggregateInfo(BaseModel):
    """An aggregate over a fact's rows: which measures it takes, and the type of its result."""

    name: str = Field(examples=["sum"])
    measure: bool
    measure_types: list[str] = Field(examples=[["integer", "decimal"]])
    result: str = Field(description="A type, or `measure` = that of the measure", examples=["measure"])
    change: bool = Field(description="Whether a change of it can be asked for")


class CatalogAnswer(BaseModel):
    """Everything that can be asked of the current release."""

    release: str
    version: str
    as_of: date
    time_zone: str
    entities: list[EntityInfo]
    facts: list[FactInfo]
    relations: list[RelationInfo]
    groups: list[GroupInfo]
    operators: list[OperatorInfo]
    aggregates: list[AggregateInfo]
    units: list[str]
    quantifiers: list[str]
