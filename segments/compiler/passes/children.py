"""`all` children satisfy X = `none` of them does not: only two quantifiers are left to lower."""

from dataclasses import replace

from segments.compiler.bound import Always, Bound, Complement, Condition, Related
from segments.compiler.passes.context import PassContext, each_condition
from warehouse.catalog.model import Entity


def without_all(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree without the quantifier `all`."""
    del context

    def rewrite(condition: Condition, owner: Entity | None) -> Bound:
        del owner
        if not isinstance(condition, Related) or condition.quantifier != "all":
            return condition
        if condition.where is None:
            return Always(True)
        return replace(condition, quantifier="none", where=Complement(condition.where))

    return each_condition(bound, entity, rewrite)
