"""Chooses where behaviour is answered from: the mart's monthly series where they mean exactly the same."""

from collections.abc import Mapping
from dataclasses import replace

from segments.compiler.bound import Behaviour, Bound, Change, Condition
from segments.compiler.calendar import Days
from segments.compiler.monthly import monthly_columns
from segments.compiler.passes.context import PassContext, each_condition
from warehouse.catalog.model import Entity


def choose(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree with `from_mart` set where every month of every window stands in the entity's table."""

    def rewrite(condition: Condition, owner: Entity | None) -> Bound:
        del owner
        if isinstance(condition, Behaviour) and _stored(condition, (condition.days,), context.columns):
            return replace(condition, from_mart=True)
        if isinstance(condition, Change) and _stored(condition, condition.windows, context.columns):
            return replace(condition, from_mart=True)
        return condition

    return each_condition(bound, entity, rewrite)


def _stored(
    condition: Behaviour | Change, windows: tuple[Days, ...], columns: Mapping[str, Mapping[str, str]]
) -> bool:
    known = columns.get(condition.what.entity.table, {})
    for days in windows:
        names = monthly_columns(condition.what, days)
        if names is None or not all(name in known for name in names):
            return False
    return True
