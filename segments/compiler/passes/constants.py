"""Parts that are true or false for everyone disappear, groups in groups of the same kind are flattened."""

from segments.compiler.bound import Always, And, Bound, Complement, Or
from segments.compiler.passes.context import PassContext, with_inner
from warehouse.catalog.model import Entity


def fold(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree without needless parts."""
    del entity, context
    return _fold(bound)


def _fold(bound: Bound) -> Bound:
    match bound:
        case Always():
            return bound
        case And(parts):
            return _group(And, parts, absorbing=False)
        case Or(parts):
            return _group(Or, parts, absorbing=True)
        case Complement(part):
            inner = _fold(part)
            return Always(not inner.value) if isinstance(inner, Always) else Complement(inner)
        case _:
            return with_inner(bound, lambda tree, _owner: _fold(tree))


def _group(kind: type[And] | type[Or], parts: tuple[Bound, ...], *, absorbing: bool) -> Bound:
    kept: list[Bound] = []
    for part in map(_fold, parts):
        if isinstance(part, Always):
            if part.value is absorbing:
                return part
        elif isinstance(part, (And, Or)) and type(part) is kind:
            kept.extend(part.parts)
        else:
            kept.append(part)
    if not kept:
        return Always(not absorbing)
    return kept[0] if len(kept) == 1 else kind(tuple(kept))
