"""What a language must be able to say. The narrator decides what is said, a language only how."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from segments.conditions.nodes import Window
from warehouse.catalog.model import ValueType

NUMBERS = frozenset({ValueType.INTEGER, ValueType.DECIMAL})
DATES = frozenset({ValueType.DATE, ValueType.TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The parts of an aggregate over a fact, in words. `where` is None where every row counts."""

    agg: str
    fact: str
    measure: str | None
    where: str | None


def style_of(kind: ValueType | None) -> str:
    """The key of a predicate's wording: `number`, `date`, `boolean` or `text`."""
    if kind in NUMBERS:
        return "number"
    if kind in DATES:
        return "date"
    return "boolean" if kind is ValueType.BOOLEAN else "text"


class Language(ABC):
    """Words and grammar of one language."""

    code: str
    marks: str
    """Opening and closing quotation mark of labels."""
    predicates: Mapping[str, Mapping[str, str]]
    """Operator -> style (`other` = any) -> wording: `{a}`, `{b}` are values, `{ag}`, `{bg}` the same after a
    comparing word, `{an}`, `{bn}` without unit; `{p}` a period, `{pg}` in the genitive; `{list}` a list."""
    against: Mapping[str, Mapping[str, str]]
    """The same for a comparison with another attribute, `{o}`."""
    or_unknown: str
    or_either_unknown: str
    with_unknown: str
    with_no_rows: str
    lines: Mapping[str, str]
    """How a tree names `all`, `any` and `not`."""
    notes: Mapping[str, str]
    """Sentences that follow the description, by name, in the order in which they are said."""

    def predicate(self, op: str, kind: ValueType | None, words: Mapping[str, str]) -> str:
        """The wording of an operator with its values filled in."""
        return _worded(self.predicates[op], kind).format(**words)

    def comparison(self, op: str, kind: ValueType | None, other: str) -> str:
        """The wording of a comparison with another attribute."""
        return _worded(self.against[op], kind).format(o=other)

    @abstractmethod
    def number(self, value: Decimal) -> str:
        """All digits, grouped by thousands."""

    @abstractmethod
    def day(self, value: date) -> str:
        """A date that can't be read in two ways."""

    @abstractmethod
    def moment(self, text: str) -> str:
        """A date or a time (ISO text) that a timestamp is compared with."""

    @abstractmethod
    def truth(self, value: bool) -> str:
        """yes or no."""

    @abstractmethod
    def quantity(self, value: Decimal, unit: str, *, compared: bool) -> str:
        """A number with its unit; `compared` = after a word such as "more than"."""

    @abstractmethod
    def period(self, n: int, unit: str) -> str:
        """n units of time."""

    def period_after(self, n: int, unit: str) -> str:
        """The same where the language declines it."""
        return self.period(n, unit)

    @abstractmethod
    def product(self, other: str, times: Decimal) -> str:
        """Another attribute times a number."""

    @abstractmethod
    def test(self, subject: str, predicate: str) -> str:
        """A subject and what is said of it."""

    @abstractmethod
    def window(self, window: Window) -> str:
        """When: the days that a window holds."""

    @abstractmethod
    def behaviour(self, parts: Behaviour, window: Window) -> str:
        """An aggregate over a window."""

    @abstractmethod
    def change(self, parts: Behaviour, window: Window, how: "Change") -> str:
        """A change of an aggregate against the windows before."""

    @abstractmethod
    def related(self, relation: str, quantifier: str, where: str | None) -> str:
        """A statement about children; for `count` the subject of a test."""

    @abstractmethod
    def segment(self, segment: str, version: int | None) -> str:
        """Membership in a saved segment."""

    @abstractmethod
    def id_list(self, list_id: str) -> str:
        """Membership in an uploaded list."""

    @abstractmethod
    def sequence(self, steps: Sequence[tuple[str, str | None]], within: str, window: Window) -> str:
        """Events in order: (fact, where) per step."""

    @abstractmethod
    def group(self, kind: str, parts: Sequence[str]) -> str:
        """`all` or `any` of the parts; composite parts come in brackets already."""

    @abstractmethod
    def negation(self, part: str) -> str:
        """Not the part."""

    @abstractmethod
    def document(self, entity: str, where: str | None) -> str:
        """The whole sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a change is measured; `least` is the smallest base, in words."""

    previous: int
    percent: bool
    per_day: bool
    least: str


def _worded(wordings: Mapping[str, str], kind: ValueType | None) -> str:
    return wordings.get(style_of(kind)) or wordings["other"]


def ended(sentence: str) -> str:
    """The sentence with one full stop, also after an abbreviation."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def grouped(value: Decimal, separator: str, point: str) -> str:
    """All digits of a number: thousands apart, a true minus sign, no exponent."""
    sign, plain = ("\N{MINUS SIGN}" if value < 0 else ""), format(abs(value), "f")
    whole, _, rest = plain.partition(".")
    digits = f"{int(whole):,}".replace(",", separator)
    rest = rest.rstrip("0")
    return f"{sign}{digits}{point}{rest}" if rest else f"{sign}{digits}"
