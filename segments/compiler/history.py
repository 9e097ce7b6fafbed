"""What a past as-of date can be asked: facts carry their dates, the stored profile shows the present only."""

from collections.abc import Sequence

from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    ChangeTest,
    Document,
    FactTest,
    Node,
    Not,
    OtherAttribute,
    RelatedTest,
    SegmentRef,
)
from segments.conditions.problems import Problem
from segments.conditions.read import parse
from segments.references import References

MESSAGE = "the profile's history is not kept yet, so attributes can be asked at the release's own date only"


def profile_problems(document: Document, references: References) -> tuple[Problem, ...]:
    """One problem for each condition on stored attributes, at any depth."""
    return () if document.where is None else tuple(_problems(document.where, references))


def shown_problems(attributes: Sequence[str]) -> tuple[Problem, ...]:
    """One problem of the question itself for each attribute whose values were asked for."""
    return tuple(Problem("", f"{name}: {MESSAGE}", "no_history") for name in attributes)


def _problems(node: Node, references: References) -> list[Problem]:
    match node:
        case AllOf(children) | AnyOf(children):
            return [problem for child in children for problem in _problems(child, references)]
        case Not(child):
            return _problems(child, references)
        case SegmentRef(segment, version):
            saved = references.segment(segment, version)
            inside = () if saved is None else profile_problems(parse(saved.document), references)
            return [_problem(node.path)] if inside else []
        case RelatedTest(where=where) if where is not None:
            return _compared(node) + _problems(where, references)
        case _:
            return [_problem(node.path)] if isinstance(node, AttributeTest) else _compared(node)


def _compared(node: Node) -> list[Problem]:
    """A condition on behaviour that is compared with an attribute asks the profile as well."""
    value = node.value if isinstance(node, (FactTest, ChangeTest, RelatedTest)) else None
    return [_problem(node.path)] if isinstance(value, OtherAttribute) else []


def _problem(path: str) -> Problem:
    return Problem(path, MESSAGE, "no_history")
