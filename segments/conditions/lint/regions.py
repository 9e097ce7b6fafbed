"""What is known about several subjects at once: for each, the values it may have, and whether none."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from segments.conditions.lint.sets import Choice, Search, ValueSet

Subject = Hashable
Axis = str | Search
"""A measure of the values by its name, or whether a text search finds the value."""


@dataclass(frozen=True, slots=True)
class Region:
    """What a subject may be. `axes` restrict the known values, each in its own measure; others are free.
    `known` = it may have a value, `null` = it may have none.
    """

    known: bool = True
    null: bool = True
    axes: Mapping[Axis, ValueSet] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the subject can't be anything."""
        return not self.known and not self.null

    @property
    def is_free(self) -> bool:
        """Whether nothing is said."""
        return self.known and self.null and not self.axes

    def __and__(self, other: "Region") -> "Region":
        axes = dict(self.axes)
        for axis, allowed in other.axes.items():
            axes[axis] = meet(axes[axis], allowed) if axis in axes else allowed
        axes = _searched(axes)
        known = self.known and other.known and not any(allowed.is_empty for allowed in axes.values())
        return Region(known, self.null and other.null, axes if known else {})

    def __or__(self, other: "Region") -> "Region":
        null = self.null or other.null
        if not (self.known and other.known):
            one = self if self.known else other
            return Region(one.known, null, one.axes)
        both = {axis: join(self.axes[axis], other.axes[axis]) for axis in self.axes if axis in other.axes}
        return Region(
            True, null, {axis: allowed for axis, allowed in both.items() if not allowed.is_everything}
        )


def _searched(axes: dict[Axis, ValueSet]) -> dict[Axis, ValueSet]:
    """Of values that are listed, only those are left which each search finds, or misses, as it should."""
    searches = {search: truths for search, truths in axes.items() if isinstance(search, Search)}
    listed = axes.get("value")
    if not searches or not isinstance(listed, Choice) or (found := listed.listed()) is None:
        return axes
    left = (
        v for v in found if all(t.admits(s.finds(v)) for s, t in searches.items() if isinstance(t, Choice))
    )
    return axes | {"value": Choice(frozenset(left), universe=listed.universe)}


def meet(one: Any, other: Any) -> ValueSet:
    """Intersection; the sets of one axis are of one kind."""
    found: ValueSet = one & other
    return found


def join(one: Any, other: Any) -> ValueSet:
    """Union; the sets of one axis are of one kind."""
    found: ValueSet = one | other
    return found


FREE = Region()
Box = Mapping[Subject, Region]
"""Restrictions that hold together; a subject that is not named is free."""


def narrowed(box: Box, restrictions: Iterable[tuple[Subject, Region]]) -> Box | None:
    """The box with the restrictions added; None where nothing can satisfy them all."""
    found = dict(box)
    for subject, region in restrictions:
        found[subject] = found.get(subject, FREE) & region
        if found[subject].is_empty:
            return None
    return found


def covering(boxes: list[Box]) -> Box:
    """The smallest box we can state that holds all of them (at least one)."""
    found: dict[Subject, Region] = {}
    for subject, region in boxes[0].items():
        merged = region
        for other in boxes[1:]:
            there = other.get(subject, FREE)
            if there is not merged:  # untouched by any case, as most subjects are
                merged = merged | there
        if not merged.is_free:
            found[subject] = merged
    return found
