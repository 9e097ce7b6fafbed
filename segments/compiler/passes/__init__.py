"""Rewrites of bound trees, in order. One module is one pass: a function of tree, entity and context."""

from collections.abc import Callable

from segments.compiler.bound import Bound
from segments.compiler.passes import children, constants, derived, mart, negation
from segments.compiler.passes.context import PassContext
from warehouse.catalog.model import Entity

Pass = Callable[[Bound, Entity, PassContext], Bound]

PASSES: tuple[Pass, ...] = (
    derived.expand,  # first: it brings in new conditions
    children.without_all,  # before negation: it adds complements
    negation.push,
    constants.fold,
    mart.choose,  # last: it looks at conditions as they will be lowered
)


def run(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree after all passes."""
    for rewrite in PASSES:
        context.setting.between()
        bound = rewrite(bound, entity, context)
    return bound
