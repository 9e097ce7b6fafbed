"""The description in English."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from segments.conditions.describe.language import Behaviour, Change, Language, ended, grouped
from segments.conditions.nodes import AllWindow, DatesWindow, LastWindow, ThisWindow, Window

UNITS: Mapping[str, tuple[str, str]] = {
    "day": ("day", "days"),
    "week": ("week", "weeks"),
    "month": ("month", "months"),
    "quarter": ("quarter", "quarters"),
    "year": ("year", "years"),
    "hour": ("hour", "hours"),
    "minute": ("minute", "minutes"),
    "second": ("second", "seconds"),
    "person": ("person", "people"),
    "message": ("message", "messages"),
    "megabyte": ("MB", "MB"),
    "gigabyte": ("GB", "GB"),
    "money": ("currency unit", "currency units"),
    "percent": ("percent", "percent"),
}

AGGREGATES: Mapping[str, str] = {
    "count": "the number of {fact} rows{where}",
    "count_distinct": "the number of different {measure} values in {fact} rows{where}",
    "sum": "the sum of {measure} in {fact} rows{where}",
    "avg": "the average of {measure} in {fact} rows{where}",
    "min": "the smallest {measure} in {fact} rows{where}",
    "max": "the largest {measure} in {fact} rows{where}",
    "first": "the date of the first {fact} row{where}",
    "last": "the date of the last {fact} row{where}",
    "latest": "the latest {measure} in {fact} rows{where}",
}

QUANTIFIERS: Mapping[str, str] = {
    "any": "there is at least one related {relation} row{where}",
    "all": "every related {relation} row meets {where} (also when there are none)",
    "none": "there is no related {relation} row{where} (also when there are none at all)",
    "count": "the number of related {relation} rows{where}",
}


class English(Language):
    """English: ISO dates, decimal point."""

    code = "en"
    marks = "“”"
    or_unknown = " (or has no value)"
    or_either_unknown = " (or either value is unknown)"
    with_unknown = " (including those with no value)"
    with_no_rows = " (including those with no rows)"
    lines: Mapping[str, str] = {"all": "all of", "any": "at least one of", "not": "not"}
    notes: Mapping[str, str] = {
        "unknown": "A comparison with an unknown value is false, so NOT takes in those with no value.",
        "folded": "Text search takes capital and small letters, “ё” and “е”, and all apostrophes as alike.",
        "sum": "A sum without rows, or without known values, is 0.",
        "change": (
            "A change is unknown (and its comparison false) when a period begins before the object existed "
            "or reaches outside complete data, when the base is below the stated one, and in percent when "
            "the base is 0."
        ),
        "contact": "Purpose: contact; stop-lists and withheld consent are subtracted last.",
        "contact_unlisted": (
            "Purpose: contact; but no stop-lists or consents are kept here, so nobody is left out."
        ),
    }
    predicates: Mapping[str, Mapping[str, str]] = {
        "eq": {"number": "is exactly {a}", "boolean": "is equal to {a}", "other": "is {a}"},
        "ne": {"other": "is not {a}"},
        "in": {"other": "is one of [{list}]"},
        "not_in": {"other": "is none of [{list}]"},
        "lt": {"date": "is before {a}", "other": "is less than {a}"},
        "le": {"date": "is on or before {a}", "other": "is at most {a}"},
        "gt": {"date": "is after {a}", "other": "is more than {a}"},
        "ge": {"date": "is on or after {a}", "other": "is at least {a}"},
        "between": {"other": "is from {an} to {b} inclusive"},
        "contains": {"other": "contains {a}"},
        "not_contains": {"other": "does not contain {a}"},
        "starts_with": {"other": "starts with {a}"},
        "ends_with": {"other": "ends with {a}"},
        "is_set": {"other": "has a value"},
        "is_not_set": {"other": "has no value"},
        "is_true": {"other": "is yes"},
        "is_false": {"other": "is no"},
        "within_last": {"other": "is within the {p} before the as-of date (rolling, that date not included)"},
        "more_than_ago": {"other": "is more than {p} before the as-of date (rolling)"},
        "within_next": {"other": "is within the {p} from the as-of date on (rolling, that date included)"},
        "anniversary_within": {
            "other": "has its anniversary (day and month) within the {p} from the as-of date on "
            "(that date included)"
        },
    }
    against: Mapping[str, Mapping[str, str]] = {
        "eq": {"other": "is equal to {o}"},
        "ne": {"other": "is not equal to {o}"},
        "lt": {"date": "is before {o}", "other": "is less than {o}"},
        "le": {"date": "is on or before {o}", "other": "is at most {o}"},
        "gt": {"date": "is after {o}", "other": "is more than {o}"},
        "ge": {"date": "is on or after {o}", "other": "is at least {o}"},
    }

    def number(self, value: Decimal) -> str:
        return grouped(value, ",", ".")

    def day(self, value: date) -> str:
        return value.isoformat()

    def moment(self, text: str) -> str:
        return f"the local date {text}" if len(text) == 10 else text

    def truth(self, value: bool) -> str:
        return "yes" if value else "no"

    def quantity(self, value: Decimal, unit: str, *, compared: bool) -> str:  # noqa: ARG002 - English does not decline
        one, many = UNITS.get(unit, (unit, unit))
        return f"{self.number(value)} {one if value == 1 else many}".rstrip()

    def period(self, n: int, unit: str) -> str:
        return f"{self.number(Decimal(n))} {UNITS[unit][n != 1]}"

    def product(self, other: str, times: Decimal) -> str:
        return f"{other} × {self.number(times)}"

    def test(self, subject: str, predicate: str) -> str:
        return f"{subject} {predicate}"

    def window(self, window: Window) -> str:
        match window:
            case LastWindow(n, "day"):
                return f"in the {self.period(n, 'day')} before the as-of date"
            case LastWindow(n, unit):
                count = "" if n == 1 else f"{self.number(Decimal(n))} "
                return f"in the last {count}full calendar {UNITS[unit][n != 1]}"
            case ThisWindow(unit):
                return (
                    f"from the start of the {unit} that holds the as-of date up to that date (not included)"
                )
            case DatesWindow(start, before):
                return f"from {start} up to {before} (that day not included; never past the as-of date)"
            case AllWindow():
                return "in all time before the as-of date"

    def behaviour(self, parts: Behaviour, window: Window) -> str:
        return f"{self._aggregate(parts)} {self.window(window)}"

    def change(self, parts: Behaviour, window: Window, how: Change) -> str:
        before = "the same period before it"
        if how.previous > 1:
            before = f"the mean of the {self.number(Decimal(how.previous))} same periods before it"
        unit = "in percent" if how.percent else "absolute"
        daily = ", each per day" if how.per_day else ""
        return (
            f"the change of {self._aggregate(parts)} {self.window(window)} against {before}"
            f" ({unit}{daily}, base at least {how.least})"
        )

    def _aggregate(self, parts: Behaviour) -> str:
        return AGGREGATES[parts.agg].format(
            fact=parts.fact, measure=parts.measure, where=self._where(parts.where)
        )

    def _where(self, where: str | None) -> str:
        return "" if where is None else f" with [{where}]"

    def related(self, relation: str, quantifier: str, where: str | None) -> str:
        condition = self._where(where)
        if quantifier == "all":
            condition = "any condition" if where is None else f"[{where}]"
        return QUANTIFIERS[quantifier].format(relation=relation, where=condition)

    def segment(self, segment: str, version: int | None) -> str:
        which = "its current version" if version is None else f"version {version}"
        return f"it is in the segment {segment} ({which})"

    def id_list(self, list_id: str) -> str:
        return f"it is in the list {list_id}"

    def sequence(self, steps: Sequence[tuple[str, str | None]], within: str, window: Window) -> str:
        said = "; ".join(f"{i}) {fact}{self._where(where)}" for i, (fact, where) in enumerate(steps, 1))
        return (
            f"there are rows, each strictly later than the one before, the last less than {within} "
            f"after the first, {self.window(window)}, in this order: [{said}]"
        )

    def group(self, kind: str, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return f"{'ALL' if kind == 'all' else 'ANY'} OF {parts[0]}"
        return (" AND " if kind == "all" else " OR ").join(parts)

    def negation(self, part: str) -> str:
        return f"NOT ({part})"

    def document(self, entity: str, where: str | None) -> str:
        return ended(f"Every {entity}" if where is None else f"Every {entity} for which: {where}")
