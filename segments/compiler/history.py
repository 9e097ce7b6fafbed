"""What a past as-of date can be asked: facts carry their dates, and so do numbers made of nothing but sums of them;
the stored profile shows the present only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    Document,
    Node,
    Not,
    OtherAttribute,
    RelatedTest,
    SegmentRef,
)
from segments.conditions.problems import Problem
from segments.conditions.read import parse
from segments.references import References
from warehouse.catalog.model import Attribute, Catalog, Entity, Number

MESSAGE = "the profile's history is not kept yet, so attributes can be asked at the release's own date only"


def profile_problems(document: Document, catalog: Catalog, references: References) -> tuple[Problem, ...]:
    """One problem for each condition on what the profile stores, at any depth."""
    if document.where is None:
        return ()
    return tuple(_Finder(catalog, references).problems(document.where, catalog.entities[document.entity]))


def shown_problems(attributes: Sequence[Attribute]) -> tuple[Problem, ...]:
    """One problem of the question itself for each attribute whose values were asked for and are the present's."""
    return tuple(
        Problem("", f"{attribute.name}: {MESSAGE}", "no_history")
        for attribute in attributes
        if of_the_present(attribute)
    )


def of_the_present(attribute: Attribute) -> bool:
    """Whether a value follows from what the profile stores, and not from dated facts alone."""
    number = attribute.derived
    return not isinstance(number, Number) or len(number.windows) < len(number.of)


@dataclass(frozen=True, slots=True)
class _Finder:
    catalog: Catalog
    references: References

    def problems(self, node: Node, entity: Entity) -> Iterator[Problem]:
        match node:
            case AllOf(children) | AnyOf(children):
                for child in children:
                    yield from self.problems(child, entity)
            case Not(child):
                yield from self.problems(child, entity)
            case SegmentRef(segment, version):
                saved = self.references.segment(segment, version)
                if saved is not None and profile_problems(
                    parse(saved.document), self.catalog, self.references
                ):
                    yield _problem(node.path)
            case RelatedTest(relation, where=where):
                yield from self._values(node, entity)
                if where is not None:
                    child_name = self.catalog.relations[relation].child
                    yield from self.problems(where, self.catalog.entities[child_name])
            case _:
                yield from self._values(node, entity)

    def _values(self, node: Node, entity: Entity) -> Iterator[Problem]:
        """A condition on behaviour that is compared with an attribute asks the profile as well."""
        names = [node.attr] if isinstance(node, AttributeTest) else []
        value = getattr(node, "value", None)
        if isinstance(value, OtherAttribute):
            names.append(value.attr)
        if any(of_the_present(entity.attributes[name]) for name in names):
            yield _problem(node.path)


def _problem(path: str) -> Problem:
    return Problem(path, MESSAGE, "no_history")
