"""What a past date can be asked: facts carry their dates, and so do numbers made of nothing but sums of them; of the
profile those attributes of which history is kept. What was known on an earlier day is told of history alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    Document,
    ListRef,
    Node,
    Not,
    OtherAttribute,
    RelatedTest,
    SegmentRef,
)
from segments.conditions.problems import Problem
from segments.conditions.read import parse
from segments.references import References
from warehouse.catalog.model import Attribute, Case, Catalog, Elapsed, Entity, Number

MESSAGE = "no history of it is kept, so it can be asked at the release's own date only"
KNOWN_NOW = "of this only what is known now is kept, so no earlier day of knowledge can be asked"


@dataclass(frozen=True, slots=True)
class Past:
    """Days at which history is read: `held_on` for values that held then, `known_on` for all others.

    `known_now`: the day of knowledge is the release's own, so values that are as known stand in the entity's table.
    """

    held_on: date
    known_on: date
    known_now: bool


def past_of(as_of: date, known_on: date, released: date, released_known_on: date) -> Past | None:
    """Where a question about (as of, known on) reads; None = the release itself, which describes `released`.

    What holds on a day after the day of knowledge is the latest that was known.
    """
    if as_of >= released and known_on >= released_known_on:
        return None
    return Past(min(as_of, known_on), known_on, known_on >= released_known_on)


@dataclass(frozen=True, slots=True)
class Askable:
    """Finds what can't be asked of the past. `known_now`: see `Past`."""

    catalog: Catalog
    references: References
    known_now: bool = True

    def document(self, document: Document) -> tuple[Problem, ...]:
        """One problem for each condition, at any depth, that would be answered from the present."""
        if document.where is None:
            return ()
        return tuple(self._problems(document.where, self.catalog.entities[document.entity]))

    def shown(self, attributes: Sequence[Attribute], entity: Entity) -> tuple[Problem, ...]:
        """One problem of the question itself for each attribute whose values were asked for and are the present's."""
        return tuple(
            Problem("", f"{attribute.name}: {self._message(attribute)}", "no_history")
            for attribute in attributes
            if not self.kept(attribute, entity)
        )

    def kept(self, attribute: Attribute, entity: Entity) -> bool:
        """Whether the value is worked out from history and dated facts alone.

        What is shown without the protection of its source would tell the source to whoever asks day by day.
        """
        derived = attribute.derived
        if derived is None:
            return attribute.historic is not None
        if isinstance(derived, Number):
            return self.known_now and len(derived.windows) == len(derived.of)
        if attribute.reveals:
            return False
        if isinstance(derived, Elapsed):
            return self.kept(entity.attributes[derived.of], entity)
        return not any(self._branch_problems(derived, entity))

    def children_kept(self, child: Entity) -> bool:
        """Whether it is told which of these there were: on an earlier day of knowledge by their history alone."""
        return self.known_now or child.history is not None

    def _branch_problems(self, derived: Case, entity: Entity) -> Iterator[Problem]:
        for when, _ in derived.branches:
            node = parse({"version": 1, "entity": entity.name, "where": when}).where
            assert node is not None
            yield from self._problems(node, entity)

    def _message(self, attribute: Attribute) -> str:
        return KNOWN_NOW if isinstance(attribute.derived, Number) and not self.known_now else MESSAGE

    def _problems(self, node: Node, entity: Entity) -> Iterator[Problem]:
        match node:
            case AllOf(children) | AnyOf(children):
                for child in children:
                    yield from self._problems(child, entity)
            case Not(child):
                yield from self._problems(child, entity)
            case SegmentRef(segment, version):
                saved = self.references.segment(segment, version)
                if saved is not None and self.document(parse(saved.document)):
                    yield _problem(node.path, MESSAGE)
            case RelatedTest():
                yield from self._values(node, entity)
                yield from self._child_problems(node)
            case AttributeTest() | ListRef():
                yield from self._values(node, entity)
            case _ if not self.known_now:
                yield _problem(node.path, KNOWN_NOW)
            case _:
                yield from self._values(node, entity)

    def _child_problems(self, node: RelatedTest) -> Iterator[Problem]:
        child = self.catalog.entities[self.catalog.relations[node.relation].child]
        if not self.children_kept(child):
            yield _problem(node.path, KNOWN_NOW)
        if node.where is not None:
            yield from self._problems(node.where, child)

    def _values(self, node: Node, entity: Entity) -> Iterator[Problem]:
        """A condition on behaviour that is compared with an attribute asks the profile as well."""
        names = [node.attr] if isinstance(node, AttributeTest) else []
        value = getattr(node, "value", None)
        if isinstance(value, OtherAttribute):
            names.append(value.attr)
        unkept = [name for name in names if not self.kept(entity.attributes[name], entity)]
        if unkept:
            yield _problem(node.path, self._message(entity.attributes[unkept[0]]))


def of_the_present(attribute: Attribute) -> bool:
    """Whether a value follows from what the profile stores, and not from dated facts alone."""
    number = attribute.derived
    return not isinstance(number, Number) or len(number.windows) < len(number.of)


def _problem(path: str, message: str) -> Problem:
    return Problem(path, message, "no_history")
