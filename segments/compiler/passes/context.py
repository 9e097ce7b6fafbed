"""What passes may know, and how a pass reaches every condition of a tree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from segments.compiler.bind import Setting
from segments.compiler.bound import (
    Always,
    And,
    Behaviour,
    Bound,
    Change,
    Complement,
    Condition,
    Or,
    Related,
    Sequence,
)
from warehouse.catalog.model import Entity


@dataclass(frozen=True, slots=True)
class PassContext:
    """The setting of the document and the columns of the release's tables."""

    setting: Setting
    columns: Mapping[str, Mapping[str, str]]


Rewrite = Callable[[Condition, Entity | None], Bound]
"""A condition and the entity its rows belong to (None inside a fact) -> what stands in its place."""


def each_condition(bound: Bound, entity: Entity | None, rewrite: Rewrite) -> Bound:
    """The tree with every condition rewritten, those inside other conditions first."""
    match bound:
        case Always():
            return bound
        case And(parts):
            return And(tuple(each_condition(part, entity, rewrite) for part in parts))
        case Or(parts):
            return Or(tuple(each_condition(part, entity, rewrite) for part in parts))
        case Complement(part):
            return Complement(each_condition(part, entity, rewrite))
        case _:
            return rewrite(
                with_inner(bound, lambda tree, owner: each_condition(tree, owner, rewrite)), entity
            )


def with_inner(condition: Condition, rewrite: Callable[[Bound, Entity | None], Bound]) -> Condition:
    """The condition with the trees about other rows rewritten."""
    match condition:
        case Behaviour(what) | Change(what) if what.where is not None:
            return replace(condition, what=replace(what, where=rewrite(what.where, None)))
        case Related(where=where, child=child) if where is not None:
            return replace(condition, where=rewrite(where, child))
        case Sequence(steps=steps):
            inside = [None if step.where is None else rewrite(step.where, None) for step in steps]
            rewritten = (replace(step, where=where) for step, where in zip(steps, inside, strict=True))
            return replace(condition, steps=tuple(rewritten))
        case _:
            return condition
