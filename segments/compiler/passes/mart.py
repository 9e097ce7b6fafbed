"""Chooses where behaviour is answered from: the mart's monthly series where they mean exactly the same."""

from dataclasses import replace

from segments.compiler.bound import Behaviour, Bound, Change, Condition
from segments.compiler.monthly import in_mart
from segments.compiler.passes.context import PassContext, each_condition
from warehouse.catalog.model import Entity


def choose(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree with `from_mart` set where every month of every window stands in the entity's table."""

    def rewrite(condition: Condition, owner: Entity | None) -> Bound:
        del owner
        if isinstance(condition, Behaviour) and in_mart(condition.what, (condition.days,), context.columns):
            return replace(condition, from_mart=True)
        if isinstance(condition, Change) and in_mart(condition.what, condition.windows, context.columns):
            return replace(condition, from_mart=True)
        return condition

    return each_condition(bound, entity, rewrite)
