"""Walks a document and says what can be left out, never holds, always holds, or looks like a mistake."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from segments.conditions.canonical import document_hash
from segments.conditions.lint.reasoning import Claim, Reasoner
from segments.conditions.lint.regions import Box
from segments.conditions.lint.signatures import signature
from segments.conditions.lint.suspicions import suspicions
from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    ChangeTest,
    Document,
    FactTest,
    Node,
    Not,
    RelatedTest,
    SequenceTest,
)
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.references import SavedSegment
from warehouse.catalog.model import Attribute, Catalog


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. `path` is the JSON pointer of the node in the submitted document.

    Codes: `contradiction` (never holds), `tautology` (always holds), `dead_branch` (can't hold where it
    stands), `redundant` (without it the segment is the same), `duplicate` (says what a neighbour says),
    `same_as_saved`, and suspicions: `unlisted_value`, `grain`, `empty_window`.
    """

    path: str
    code: str
    message: str


def lint(document: Document, catalog: Catalog, saved: Iterable[SavedSegment] = ()) -> tuple[Finding, ...]:
    """Remarks on a document that the checker accepted, in the order of its nodes; none of them forbids it."""
    findings = [*_same(document, saved)]
    if document.where is not None:
        entity = catalog.entities[document.entity]
        findings += _Linter(catalog, entity.name, entity.attributes).root(document.where)
    return tuple(findings)


def _same(document: Document, saved: Iterable[SavedSegment]) -> Iterator[Finding]:
    own = document_hash(document)
    for segment in saved:
        try:
            other = document_hash(parse(segment.document))
        except DocumentError:
            # A saved segment that can't be read any more is reported where it is used; it equals nothing.
            continue
        if other == own:
            yield Finding(
                "",
                "same_as_saved",
                f"the saved segment {segment.id}, version {segment.version}, says the same",
            )


class _Linter:
    """One kind of rows: the document's entity, the children of a relation, the rows of a fact."""

    def __init__(self, catalog: Catalog, name: str, rows: Mapping[str, Attribute]) -> None:
        self._catalog = catalog
        self._name = name
        self._rows = rows
        self._reasoner = Reasoner(rows, catalog)
        self._found: list[Finding] = []

    def root(self, node: Node) -> list[Finding]:
        """Findings for a whole tree, in the order of its nodes."""
        self._visit(node, {})
        order = {path: i for i, path in enumerate(_paths(node))}
        return sorted(self._found, key=lambda finding: order.get(finding.path, 0))

    def _visit(self, node: Node, box: Box) -> None:
        if self._judged(node, box):
            return
        match node:
            case AllOf(children):
                self._conjunction(children, box)
            case AnyOf(children):
                self._alternatives(children, box)
            case Not(child):
                self._visit(child, box)
            case _:
                self._condition(node)

    def _judged(self, node: Node, box: Box) -> bool:
        """Say whether the node can never hold here, or always does."""
        if self._reasoner.is_impossible([(node, True)], box):
            self._impossible(node)
        elif self._reasoner.is_impossible([(node, False)], box):
            always = self._reasoner.is_impossible([(node, False)], {})
            code = "tautology" if always else "redundant"
            message = "always holds" if always else "always holds where the conditions around it do"
            self._say(node, code, f"{message}; it can be left out")
        else:
            return False
        return True

    def _impossible(self, node: Node) -> None:
        if not self._reasoner.is_impossible([(node, True)], {}):
            self._say(node, "dead_branch", "can't hold where the conditions around it do; it adds nobody")
            return
        clash = self._clash(node) if isinstance(node, AllOf) else ()
        self._say(node, "contradiction", f"never holds{_reason([child.path for child in clash])}")

    def _clash(self, node: AllOf) -> Sequence[Node]:
        """A smallest set of children that exclude each other."""
        kept = list(node.children)
        for child in node.children:
            fewer = [other for other in kept if other is not child]
            if fewer and self._reasoner.is_impossible([(other, True) for other in fewer], {}):
                kept = fewer
        return kept

    def _conjunction(self, children: Sequence[Node], box: Box) -> None:
        kept = list(children)
        for child in reversed(children):
            others = [other for other in kept if other is not child]
            inside = self._reasoner.refined([(other, True) for other in others], box)
            assert inside is not None, "the group was found possible"
            if others and self._reasoner.is_impossible([(child, False)], inside):
                self._spare(child, others, "the others imply it")
                kept = others
            else:
                self._visit(child, inside)

    def _alternatives(self, children: Sequence[Node], box: Box) -> None:
        kept = list(children)
        for child in reversed(children):
            others = [other for other in kept if other is not child]
            claims: list[Claim] = [(other, False) for other in others]
            if self._reasoner.is_impossible([(child, True)], box):
                self._impossible(child)
                kept = others
            elif others and self._reasoner.is_impossible([*claims, (child, True)], box):
                self._spare(child, others, "the others hold wherever it does")
                kept = others
            else:
                self._visit(child, box)

    def _spare(self, child: Node, others: Sequence[Node], reason: str) -> None:
        twin = next((other for other in others if signature(other) == signature(child)), None)
        if twin is not None:
            self._say(child, "duplicate", f"says the same as {twin.path}")
        else:
            self._say(child, "redundant", f"changes nothing: {reason}")

    def _condition(self, node: Node) -> None:
        for code, message in suspicions(node, self._name, self._rows, self._catalog):
            self._say(node, code, message)
        for name, rows, where in _inside(node, self._catalog):
            self._found += _Linter(self._catalog, name, rows).root(where)

    def _say(self, node: Node, code: str, message: str) -> None:
        self._found.append(Finding(node.path, code, message))


def _reason(clash: Sequence[str]) -> str:
    if not clash:
        return ""
    return f": {', '.join(clash)} exclude each other" if len(clash) > 1 else f": {clash[0]} never holds"


def _inside(node: Node, catalog: Catalog) -> Iterator[tuple[str, Mapping[str, Attribute], Node]]:
    """Conditions about other rows: (what they are rows of, their attributes, the condition)."""
    match node:
        case RelatedTest(relation, where=where) if where is not None:
            child = catalog.entities[catalog.relations[relation].child]
            yield child.name, child.attributes, where
        case FactTest(fact, where=where) | ChangeTest(fact, where=where) if where is not None:
            yield fact, _described(fact, catalog), where
        case SequenceTest(steps):
            for step in steps:
                if step.where is not None:
                    yield step.fact, _described(step.fact, catalog), step.where


def _described(fact: str, catalog: Catalog) -> Mapping[str, Attribute]:
    found = catalog.facts[fact]
    return {**found.measures, **found.attributes}


def _paths(node: Node) -> Iterator[str]:
    """Paths of all nodes in document order, those inside conditions too."""
    yield node.path
    match node:
        case AllOf(children) | AnyOf(children):
            below: tuple[Node, ...] = children
        case Not(child):
            below = (child,)
        case RelatedTest(where=where) | FactTest(where=where) | ChangeTest(where=where):
            below = () if where is None else (where,)
        case SequenceTest(steps):
            below = tuple(step.where for step in steps if step.where is not None)
        case _:
            below = ()
    for child in below:
        yield from _paths(child)
