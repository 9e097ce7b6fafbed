"""Document -> bound, rewritten tree, ready for any question on any engine. Touches no database."""

from dataclasses import dataclass

from segments.answers import UsedWindow
from segments.compiler import passes
from segments.compiler.bind import Binder, Setting, entity_rows
from segments.compiler.bound import Always, Behaviour, Bound, Change, conditions, inside
from segments.compiler.lower import Columns
from segments.compiler.passes.context import PassContext
from segments.conditions.canonical import document_hash
from segments.conditions.nodes import Document, Node
from warehouse.catalog.model import Entity

COMPILER_VERSION = "2"
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
        """`mart` or `facts` by the path of each behaviour condition."""
        return dict(_sources(self.tree))


def compile_document(document: Document, setting: Setting, columns: Columns) -> Compiled:
    """Bind and rewrite a checked document. Raises DocumentError for what does not fit the catalogue."""
    entity = setting.catalog.entities[document.entity]
    binder = Binder(setting)
    bound = Always(True) if document.where is None else binder.bind(document.where, entity_rows(entity))
    tree = passes.run(bound, entity, PassContext(setting, columns))
    return Compiled(document, entity, setting, columns, tree, tuple(binder.windows), tuple(binder.references))


def _sources(tree: Bound) -> list[tuple[str, str]]:
    found = []
    for condition in conditions(tree):
        if isinstance(condition, (Behaviour, Change)):
            found.append((condition.path, "mart" if condition.from_mart else "facts"))
        for inner in inside(condition):
            found.extend(_sources(inner))
    return found
