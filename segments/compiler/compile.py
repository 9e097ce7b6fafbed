"""Document -> bound, rewritten tree, ready for any question on any engine. Touches no database."""

from collections.abc import Iterator
from dataclasses import dataclass

from segments.answers import UsedWindow
from segments.compiler import passes
from segments.compiler.bind import Binder, Setting, entity_rows
from segments.compiler.bound import Always, Behaviour, Bound, Change, Related, Test, conditions, inside
from segments.compiler.monthly import Columns
from segments.compiler.numbers import all_in_mart
from segments.compiler.passes.context import PassContext
from segments.conditions.canonical import document_hash
from segments.conditions.nodes import Document, Node
from warehouse.catalog.model import Entity, Number

COMPILER_VERSION = "3"
"""Part of every cache key: to be raised whenever an answer could change for an unchanged document."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A document with its meaning at a date. `tree` is what is lowered; `references` name what it read."""

    document: Document
    entity: Entity
    setting: Setting
    columns: Columns
    tree: Bound
    windows: tuple[UsedWindow, ...]
    references: tuple[tuple[str, str, str], ...]

    @property
    def hash(self) -> str:
        """Of the canonical document."""
        return document_hash(self.document)

    def condition(self, node: Node) -> Bound:
        """The tree of one node of the document alone."""
        bound = Binder(self.setting).bind(node, entity_rows(self.entity))
        return passes.run(bound, self.entity, PassContext(self.setting, self.columns))

    def answered_from(self) -> dict[str, str]:
        """`mart` or `facts` by the path of each condition on behaviour, or on a number made of it."""
        return dict(self._sources(self.tree, self.entity))

    def _sources(self, tree: Bound, entity: Entity) -> Iterator[tuple[str, str]]:
        for condition in conditions(tree):
            if isinstance(condition, (Behaviour, Change)):
                yield condition.path, "mart" if condition.from_mart else "facts"
            if isinstance(condition, Test) and isinstance(condition.attribute.derived, Number):
                yield condition.path, self._source(condition.attribute.derived, entity)
            child = condition.child if isinstance(condition, Related) else entity
            for inner in inside(condition):
                yield from self._sources(inner, child)

    def _source(self, number: Number, entity: Entity) -> str:
        return "mart" if all_in_mart(number, entity, self.setting, self.columns) else "facts"


def compile_document(document: Document, setting: Setting, columns: Columns) -> Compiled:
    """Bind and rewrite a checked document. Raises DocumentError for what does not fit the catalogue."""
    entity = setting.catalog.entities[document.entity]
    binder = Binder(setting)
    bound = Always(True) if document.where is None else binder.bind(document.where, entity_rows(entity))
    tree = passes.run(bound, entity, PassContext(setting, columns))
    return Compiled(document, entity, setting, columns, tree, tuple(binder.windows), tuple(binder.references))
