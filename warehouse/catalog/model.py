"""The attribute catalogue: what exists, of which type, what may be asked of it and who may see it.

Builder, checker, compiler, card, API, export, masking and documentation all follow from these values.
They are frozen: a catalogue is read once (`loader`) and travels with the release it describes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CUSTOMER = "customer"
"""The entity to which all others belong; row scope is decided on its attributes."""


class ValueType(StrEnum):
    """Type of a value as people and documents see it; each engine has its own physical form."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


class Sensitivity(StrEnum):
    """Who may see a value: everyone who may see the entity, or only holders of the group's right."""

    INTERNAL = "internal"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105 - a level of sensitivity, no password


class Historic(StrEnum):
    """At which day the value of an earlier date is looked up: the as-of date, or the day on which it was known.

    `AS_OF` values hold from the day on which they are said; a `KNOWN` value is a date with a validity of its own,
    or something that never changes, so that a correction of it corrects the past too.
    """

    AS_OF = "as_of"
    KNOWN = "known"


HELD_FROM, HELD_TO, KNOWN_FROM, KNOWN_TO = "held_from", "held_to", "known_from", "known_to"
PRESENT = "present"
HISTORY_COLUMNS = (HELD_FROM, HELD_TO, KNOWN_FROM, KNOWN_TO, PRESENT)
"""Columns of a history table beside the entity's key and the historic attributes'."""


EQUALITY = frozenset({"eq", "ne", "in", "not_in", "is_set", "is_not_set"})
ORDER = frozenset({"lt", "le", "gt", "ge", "between"})
TEXT_SEARCH = frozenset({"contains", "not_contains", "starts_with", "ends_with"})
CALENDAR = frozenset({"within_last", "more_than_ago", "within_next"})
ANNIVERSARY = frozenset({"anniversary_within"})
TRUTH = frozenset({"is_true", "is_false"})

OPERATORS: Mapping[ValueType, frozenset[str]] = {
    ValueType.TEXT: EQUALITY | TEXT_SEARCH,
    ValueType.INTEGER: EQUALITY | ORDER,
    ValueType.DECIMAL: EQUALITY | ORDER,
    ValueType.BOOLEAN: EQUALITY | TRUTH,
    ValueType.DATE: EQUALITY | ORDER | CALENDAR | ANNIVERSARY,
    ValueType.TIMESTAMP: EQUALITY | ORDER | CALENDAR,
}
"""Operators that fit a type (the table of SEGMENTS.md); an attribute may declare fewer."""


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """One value of a closed list, with what people call it."""

    value: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Whole units from the date attribute `of` up to the as-of date: age, tenure, days since.

    n units have passed when `of` plus n units (month arithmetic keeps to the end of a shorter month) is
    not after the as-of date. Negative for dates in the future: the largest n for which that holds.
    """

    unit: str  # day | month | year
    of: str


@dataclass(frozen=True, slots=True)
class Case:
    """First branch whose condition holds gives the value; `otherwise` may be None (unknown).

    `when` is a node of SEGMENTS.md over attributes of the same entity, kept as its JSON form: the catalogue
    stores conditions, `segments` gives them meaning.
    """

    branches: tuple[tuple[Mapping[str, Any], str], ...]
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class WindowSum:
    """The sum of a fact's measure over `months` full calendar months that end `back` months before the one that
    holds the as-of date; with `mean` divided by `months`.
    """

    fact: str
    measure: str
    months: int
    back: int = 0
    mean: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal worked out of sums over months and of stored numbers (a text names an attribute of the entity).

    `form` says how, of its operands a, b ...: `value` a; `total` a + b + ...; `difference` a - b; `ratio` a / b;
    `share` 100 * a / b; `change` 100 * (a - b) / b. Exact, then rounded half away from zero to the attribute's scale.
    """

    form: str
    of: tuple[WindowSum | str, ...]

    @property
    def windows(self) -> tuple[WindowSum, ...]:
        """Its sums over months."""
        return tuple(operand for operand in self.of if isinstance(operand, WindowSum))


Derived = Elapsed | Case | Number
"""How a value follows from others: `Elapsed` an integer, `Case` a text, `Number` a decimal."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One property of an entity, or of a fact's row.

    Exactly one of `column` and `derived` is set. `scale` is the number of decimal places (decimals only).
    `folded` names the column with the folded copy that text search reads; a text attribute without it
    offers no text search. A derived attribute that tells of protected ones has their sensitivity and group, or
    `reveals` names those whose protection it does without (age, of a birth date). `historic`: whether, and at which
    day, the entity's history table holds its earlier values.
    """

    name: str
    type: ValueType
    labels: Mapping[str, str]
    group: str = ""
    unit: str = ""
    scale: int = 0
    description: Mapping[str, str] = field(default_factory=dict)
    null_meaning: Mapping[str, str] = field(default_factory=dict)
    values: tuple[AllowedValue, ...] = ()
    operators: frozenset[str] = frozenset()
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    column: str | None = None
    folded: str | None = None
    derived: Derived | None = None
    reveals: tuple[str, ...] = ()
    lineage: str = ""
    historic: Historic | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that can be counted. One row of `table` per entity.

    `key` is the unique column joins use (for customers the integer `customer_no`), `id` the business id
    (text) that people and documents see. `customer` is the column with the owning customer's
    `customer_no`: row scope is decided there. `exists_from` is the date column from which the entity
    exists; without it, or where it is NULL, the entity has always existed and changes are unknown. `history` is
    the table with the versions of its historic attributes that hold no more (docs/decisions/0009). `public`: reference
    data of nobody, such as a price list; whoever may see some customers sees all of its rows.
    """

    name: str
    table: str
    key: str
    id: str
    customer: str
    labels: Mapping[str, str]
    exists_from: str | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    history: str | None = None
    public: bool = False

    @property
    def presence(self) -> Historic:
        """At which day history says whether it was there. Where all that is historic is asked as known, the rows state
        their own validity, and that there was one is asked as known too.
        """
        asked = {attribute.historic for attribute in self.attributes.values()}
        return Historic.AS_OF if Historic.AS_OF in asked else Historic.KNOWN


@dataclass(frozen=True, slots=True)
class MonthlySeries:
    """Where the mart holds a measure's sum per calendar month: column `prefix` + `YYYY_MM` of the entity's table.

    NULL there means no row, or no known measure, in that month.
    """

    entity: str
    measure: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to entities on a business date. One row of `table` per event.

    `keys` maps an entity's name to the column that holds its key. `business_date` is a DATE column (NULL =
    in no window); `event_time` the UTC instant where the source has one; `order` is the total order of
    rows of one entity on one date, used by `latest`. `grain` is `event`, or `day` / `month` where a row
    already stands for a whole period that begins on its business date. `key`: the columns that tell events apart,
    by which the change feed names them. `measures` can be aggregated, `attributes` can be asked for in a fact's
    own `where`.
    """

    name: str
    table: str
    keys: Mapping[str, str]
    business_date: str
    labels: Mapping[str, str]
    event_time: str | None = None
    order: tuple[str, ...] = ()
    grain: str = "event"
    key: tuple[str, ...] = ()
    measures: Mapping[str, Attribute] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    monthly: tuple[MonthlySeries, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """Children of an entity: rows of `child`'s table whose column `child_key` equals the parent's key."""

    name: str
    parent: str
    child: str
    child_key: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which attributes are shown and by which rights are given."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that can be asked, validated. `version` is a hash of the whole content."""

    version: str
    entities: Mapping[str, Entity]
    facts: Mapping[str, Fact]
    relations: Mapping[str, Relation]
    groups: Mapping[str, Group] = field(default_factory=dict)
