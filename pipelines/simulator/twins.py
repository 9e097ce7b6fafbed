"""Duplicate customers, and pairs that only look like ones: who is who is part of the truth.

A duplicate is a person registered a second time: some fields were copied, some mistyped, some left out. A
look-alike is another person who shares a name or a household. On what can be compared the two overlap, so
no search can find all duplicates and nothing else.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import Flags, Ints
from pipelines.simulator.lifecycle import Lives

DUPLICATES, LOOKALIKES = 0.012, 0.010
"""Shares of the people who are the second of a pair."""
NAME = ("same", "mistyped", "other script", "other family name", "without patronymic")
BIRTH = ("same", "unknown", "mistyped", "other")


@dataclass(frozen=True, slots=True)
class Twins:
    """Pairs of people of a block by position; `second` was registered later.

    What the second's row has in common with the first's: `name` and `birth` are positions in NAME and BIRTH.
    """

    second: Ints
    first: Ints
    same_person: Flags
    name: Ints
    birth: Ints
    phone: Flags
    email: Flags
    address: Flags
    pinfl: Flags

    @property
    def duplicates(self) -> tuple[Ints, Ints]:
        """Positions of the real duplicates and of who they are."""
        return self.second[self.same_person], self.first[self.same_person]


def draw_twins(rng: np.random.Generator, lives: Lives) -> Twins:
    """Pairs among the people of a block; nobody is in two of them."""
    people = rng.permutation(np.flatnonzero(~lives.legal))
    count = int(len(people) * (DUPLICATES + LOOKALIKES))
    one, other = people[:count], people[count : 2 * count]
    later = lives.registered[one] > lives.registered[other]
    second, first = np.where(later, one, other), np.where(later, other, one)
    same = np.arange(count) < int(len(people) * DUPLICATES)
    return Twins(second, first, same, *_common(rng, same))


def _common(rng: np.random.Generator, same: Flags) -> tuple[Ints, Ints, Flags, Flags, Flags, Flags]:
    def chance(duplicate: float, lookalike: float) -> Flags:
        return np.asarray(rng.random(len(same)) < np.where(same, duplicate, lookalike))

    def choice(duplicate: list[float], lookalike: list[float]) -> Ints:
        drawn = rng.random(len(same))
        own, alike = np.cumsum(duplicate), np.cumsum(lookalike)
        return np.where(same, np.searchsorted(own, drawn), np.searchsorted(alike, drawn)).astype(np.int64)

    name = choice([0.42, 0.22, 0.16, 0.08, 0.12], [0.60, 0.10, 0.05, 0.15, 0.10])
    birth = choice([0.80, 0.10, 0.10, 0.0], [0.12, 0.13, 0.03, 0.72])
    return name, birth, chance(0.45, 0.30), chance(0.15, 0.04), chance(0.55, 0.35), chance(0.22, 0.0)
