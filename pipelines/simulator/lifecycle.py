"""When customers come and go: growth, churn, prospects, and the falling usage before leaving."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, between
from pipelines.simulator.plan import BLOCK, MAX_CUSTOMERS, Calendar, Plan

LEGAL_SHARE = 0.07
MONTHLY_GROWTH = 0.02
MONTHLY_NEW = 0.017
"""New customers per month after the anchor, as a share of those at the anchor."""
MONTH = 30.4375
CUSTOMER_BASE = 1_000_000
"""Number of the first customer in the billing's own numbering."""
FUTURE_BASE = CUSTOMER_BASE + MAX_CUSTOMERS + 1_000_000
"""Number of the first customer who comes after the anchor."""


@dataclass(frozen=True, slots=True)
class Lives:
    """One row per customer of a block up to the horizon.

    Those of the anchor come first, later ones follow by the day they come: on any day the customers known
    are a prefix. `gone` is NEVER for those who stay beyond the horizon; prospects have no contract.
    """

    number: Ints
    legal: Flags
    prospect: Flags
    postpaid: Flags
    registered: Days
    gone: Days
    prelude: Flags  # usage falls in the months before leaving

    @property
    def size(self) -> int:
        return len(self.number)


def draw_lives(plan: Plan, calendar: Calendar, block: int) -> Lives:
    """Lives of the customers of one block."""
    rng = plan.rng(block, "lives")
    first, last = plan.block_range(block)
    base = last - first
    later = _later(rng, calendar, base)
    size = base + len(later)
    legal = rng.random(size) < LEGAL_SHARE
    prospect = rng.random(size) < np.where(legal, 0.08, 0.015)
    postpaid = rng.random(size) < np.where(legal, 0.9, 0.16)
    registered = np.concatenate([_registered(rng, plan, calendar, prospect[:base]), later])
    gone = np.where(prospect, NEVER, _gone(rng, calendar, registered, legal, postpaid))
    prelude = (gone != NEVER) & (rng.random(size) < 0.7)
    return Lives(_numbers(plan, block, len(later)), legal, prospect, postpaid, registered, gone, prelude)


def _numbers(plan: Plan, block: int, later: int) -> Ints:
    first, last = plan.block_range(block)
    future = FUTURE_BASE + block * (BLOCK // 2) + np.arange(later)
    return np.concatenate([CUSTOMER_BASE + np.arange(first, last), future])


def _later(rng: np.random.Generator, calendar: Calendar, base: int) -> Days:
    span = calendar.horizon - calendar.anchor
    expected = base * MONTHLY_NEW * span / MONTH
    count = int(expected + rng.random())
    return np.sort(calendar.anchor + (rng.random(count) * span).astype(np.int64))


def _registered(rng: np.random.Generator, plan: Plan, calendar: Calendar, prospect: Flags) -> Days:
    size, begin = len(prospect), calendar.origin
    new_share = 1 - (1 + MONTHLY_GROWTH) ** -plan.months
    new = prospect | (rng.random(size) < new_share)
    recent = begin + (rng.random(size) ** 0.9 * (calendar.anchor - begin)).astype(np.int64)
    age = np.minimum(rng.exponential(4.2 * 365, size), 16 * 365).astype(np.int64)
    return np.where(new, recent, begin - 1 - age)


def _gone(
    rng: np.random.Generator, calendar: Calendar, registered: Days, legal: Flags, postpaid: Flags
) -> Days:
    size, begin = len(registered), calendar.origin
    monthly = np.where(legal, 0.005, np.where(postpaid, 0.009, 0.017))
    # Those who come now leave sooner than those who have stayed for long (a shape below 1).
    shape = np.where(registered < begin, 1.0, 0.8)
    stay = rng.exponential(size=size) ** (1 / shape) * MONTH / monthly
    gone = np.maximum(registered, begin) + 1 + np.minimum(stay, 1e6).astype(np.int64)
    long_ago = (registered < begin - 400) & (rng.random(size) < 0.05)
    gone = np.where(long_ago, between(rng, registered + 90, np.full(size, begin)), gone)
    # Leaving falls due beyond the horizon too: the fall of usage before it may be seen already.
    return np.where(gone < calendar.horizon + 365, gone, NEVER)
