"""Phone numbers: the operator's range, and numbers that are given to another subscription after quarantine."""

import numpy as np

from pipelines.simulator.arrays import Days, Flags, Ints
from pipelines.simulator.plan import Calendar

NUMBERS_PER_CUSTOMER = 10
"""Phone numbers set aside per customer of a block: far more than the mean, so that blocks never collide."""
OPERATOR_CODES = np.array([33, 50, 77, 88, 90, 91, 93, 94])
QUARANTINE = 180
"""Days for which the number of an ended subscription rests."""
REUSED = 0.5
"""Share of ended subscriptions whose number somebody else gets, if anybody comes to take it."""


def msisdns(rng: np.random.Generator, calendar: Calendar, begin: Days, end: Days, first: int) -> Ints:
    """A number for each subscription of a block: 12 digits with 998. `first`: the block's first place.

    On any day a number belongs to one subscription at most.
    """
    numbers = _in_range(first + np.arange(len(begin)))
    ended = (end < calendar.horizon) & (rng.random(len(begin)) < REUSED)
    donors = np.flatnonzero(ended)
    free = end[donors] + QUARANTINE + rng.exponential(60, len(donors)).astype(np.int64)
    donor, receiver = _matched(donors, free, begin, ~ended & (begin >= calendar.origin))
    numbers[receiver] = numbers[donor]
    return numbers


def _matched(donors: Ints, free: Days, begin: Days, may_receive: Flags) -> tuple[Ints, Ints]:
    """Each number goes to the first subscription that begins when it is free and has none yet."""
    by_day = np.argsort(free, kind="stable")
    donors, free = donors[by_day], free[by_day]
    waiting = np.flatnonzero(may_receive)
    waiting = waiting[np.argsort(begin[waiting], kind="stable")]
    place = np.arange(len(donors))
    taken = np.maximum.accumulate(np.searchsorted(begin[waiting], free) - place) + place
    enough = taken < len(waiting)
    return donors[enough], waiting[taken[enough]]


def _in_range(places: Ints) -> Ints:
    # A permutation of the whole range: every place has one number, neighbours are far apart.
    scattered = places * 48_271_733 % 80_000_000
    numbers: Ints = 998_00_0000000 + OPERATOR_CODES[scattered // 10_000_000] * 10_000_000
    return numbers + scattered % 10_000_000
