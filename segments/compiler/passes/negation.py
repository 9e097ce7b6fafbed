"""NOT goes down to the conditions (De Morgan), where a null-safe complement costs no pruning elsewhere."""

from segments.compiler.bound import Always, And, Bound, Complement, Condition, Or
from segments.compiler.passes.context import PassContext, with_inner
from warehouse.catalog.model import Entity


def push(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree with complements around single conditions only."""
    del entity, context
    return _push(bound, positive=True)


def _push(bound: Bound, *, positive: bool) -> Bound:
    match bound:
        case Always(value):
            return Always(value is positive)
        case And(parts):
            return _group(parts, conjunction=positive, positive=positive)
        case Or(parts):
            return _group(parts, conjunction=not positive, positive=positive)
        case Complement(part):
            return _push(part, positive=not positive)
        case _:
            return _condition(bound, positive=positive)


def _group(parts: tuple[Bound, ...], *, conjunction: bool, positive: bool) -> Bound:
    pushed = tuple(_push(part, positive=positive) for part in parts)
    return And(pushed) if conjunction else Or(pushed)


def _condition(condition: Condition, *, positive: bool) -> Bound:
    inner = with_inner(condition, lambda tree, _owner: _push(tree, positive=True))
    return inner if positive else Complement(inner)
