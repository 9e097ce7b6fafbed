"""What must be true wherever a node is true: boxes over groups, by cases, never claiming too much."""

from collections.abc import Iterator, Mapping, Sequence

from segments.conditions.lint.literals import Literal, literal
from segments.conditions.lint.regions import Box, covering, narrowed
from segments.conditions.nodes import AllOf, AnyOf, Condition, Node, Not
from warehouse.catalog.model import Attribute, Catalog

MAX_STEPS = 30_000
"""Restrictions looked at before a linter gives up: it then knows less, but says nothing wrong."""
MAX_ROUNDS = 3

Claim = tuple[Node, bool]
"""A node and whether it is said to be true or false."""


class Reasoner:
    """Reasons about the rows whose attributes are `rows`."""

    def __init__(self, rows: Mapping[str, Attribute], catalog: Catalog) -> None:
        self._rows = rows
        self._catalog = catalog
        self._literals: dict[int, tuple[Condition, Literal]] = {}
        self._steps = 0

    def refined(self, claims: Sequence[Claim], box: Box) -> Box | None:
        """The box narrowed by claims that hold together; None = they can't."""
        simple, cases = self._split(claims)
        for node, truth in simple:
            narrower = self._leaf(node, truth, box)
            if narrower is None:
                return None
            box = narrower
        for _ in range(MAX_ROUNDS):
            before = box
            for case in cases:
                narrower = self._cases(case, box)
                if narrower is None:
                    return None
                box = narrower
            if box == before or self._steps > MAX_STEPS:
                break
        return box

    def is_impossible(self, claims: Sequence[Claim], box: Box) -> bool:
        """Whether the claims certainly can't hold together inside the box."""
        return self.refined(claims, box) is None

    def _split(self, claims: Sequence[Claim]) -> tuple[list[tuple[Condition, bool]], list[list[Claim]]]:
        """Claims on single conditions, and the alternatives of each claim that is a choice."""
        simple: list[tuple[Condition, bool]] = []
        cases: list[list[Claim]] = []
        for node, truth in self._flat(claims):
            if isinstance(node, (AllOf, AnyOf)):
                cases.append([(child, truth) for child in node.children])
            else:
                assert not isinstance(node, Not)
                simple.append((node, truth))
        return simple, cases

    def _flat(self, claims: Sequence[Claim]) -> Iterator[Claim]:
        for node, truth in claims:
            if isinstance(node, Not):
                yield from self._flat([(node.child, not truth)])
            elif (isinstance(node, AllOf) and truth) or (isinstance(node, AnyOf) and not truth):
                yield from self._flat([(child, truth) for child in node.children])
            elif isinstance(node, (AllOf, AnyOf)) and len(node.children) == 1:
                yield from self._flat([(node.children[0], truth)])
            else:
                yield node, truth

    def _cases(self, alternatives: list[Claim], box: Box) -> Box | None:
        if self._steps > MAX_STEPS:
            return box
        possible = [found for claim in alternatives if (found := self.refined([claim], box)) is not None]
        return covering(possible) if possible else None

    def _leaf(self, node: Condition, truth: bool, box: Box) -> Box | None:
        found = self._literal(node)
        restrictions = found.yes if truth else found.no
        self._steps += len(restrictions)
        return narrowed(box, restrictions)

    def _literal(self, node: Condition) -> Literal:
        # Keyed by identity: equal nodes are cheap to work out twice, long value lists are not to hash.
        if id(node) not in self._literals:
            self._literals[id(node)] = (node, literal(node, self._rows, self._catalog))
        return self._literals[id(node)][1]
