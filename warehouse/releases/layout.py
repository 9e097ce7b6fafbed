"""How a release lays its tables out: in which order, by which key the change feed names rows, in which parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from warehouse.catalog.model import CUSTOMER, HELD_FROM, HELD_TO, KNOWN_FROM, Catalog, Fact

MONTHS_FROM_ROWS = 1_000_000
"""A fact of so many rows is stored by month: a release then writes and compares the months that changed."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Days that have a part of their own month; wrong dates outside must not make parts without end."""
WHOLE, OTHER = "all", "other"


@dataclass(frozen=True, slots=True)
class Layout:
    """Of one table: each part is sorted by `order`; `key` tells its rows apart; `day` is the date whose months part it.

    `day` None: never parted, and the hash of each row is kept beside the rows.
    """

    order: tuple[str, ...]
    key: tuple[str, ...]
    day: str | None = None


def table_layouts(catalog: Catalog) -> Mapping[str, Layout]:
    """By customer: who asks for a few reads little, rows counted per customer lie together; histories by their key."""
    layouts: dict[str, Layout] = {}
    for entity in catalog.entities.values():
        layouts[entity.table] = Layout(_once(entity.customer, entity.key), (entity.key,))
        if entity.history:
            versions = (entity.key, HELD_FROM, HELD_TO, KNOWN_FROM)
            layouts[entity.history] = Layout(versions, versions)
    for fact in catalog.facts.values():
        # The date is part of the key: all rows of a key lie in one month's part. Without a declared key whatever tells
        # rows apart has to do.
        key = (
            _once(*fact.key, fact.business_date)
            if fact.key
            else _once(fact.business_date, *fact.keys.values(), *fact.order)
        )
        layouts[fact.table] = Layout(_fact_order(fact), key, fact.business_date)
    return layouts


def _fact_order(fact: Fact) -> tuple[str, ...]:
    """Numbers and dates alone: sorting millions of rows by ids costs more than all else about them."""
    owner = fact.keys.get(CUSTOMER)
    return (owner, fact.business_date) if owner else (fact.business_date,)


def month_of(day: str) -> str:
    """SQL: the first day of the month of column `day`; NULL for what has no month of its own."""
    return f"case when {_has_month(day)} then date_trunc('month', \"{day}\")::date end"


def part_name(month: date | None) -> str:
    """The name of a month's part."""
    return OTHER if month is None else f"{month:%Y-%m}"


def in_part(part: str, day: str | None) -> str:
    """SQL condition: the row belongs to the part."""
    if part == WHOLE or day is None:
        return "true"
    if part == OTHER:
        return f"({_has_month(day)}) is not true"
    first = date.fromisoformat(f"{part}-01")
    return f"\"{day}\" >= date '{first}' and \"{day}\" < date '{first}' + interval 1 month"


def _has_month(day: str) -> str:
    return f"\"{day}\" between date '{FIRST_DAY}' and date '{LAST_DAY}'"


def _once(*columns: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(columns))
