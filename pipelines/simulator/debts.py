"""Debt careers of accounts that pay by bill: who stops paying when, pays in part, and pays up or never."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Flags, Floats, Ints, pick
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.lifecycle import MONTH, Lives
from pipelines.simulator.plan import Calendar

CAREERS = ("forgets", "struggles", "stops")
"""forgets: pays nothing for a month or two, then all; struggles: pays a part for long; stops: never pays again."""
IN_24_MONTHS = 0.16


@dataclass(frozen=True, slots=True)
class Debts:
    """One entry per account. `begin` NEVER = no debt; `career` is a position in CAREERS, -1 without one."""

    begin: Days
    end: Days  # day from which everything is paid again, NEVER = not any more
    career: Ints
    part: Floats  # share of a bill that is paid during the debt
    tardiness: Floats  # how late in the month bills are paid, 1 = usual: the noise debts must be told from


def draw_debts(rng: np.random.Generator, calendar: Calendar, lives: Lives, holdings: Holdings) -> Debts:
    """Debts of all accounts of a block up to the horizon."""
    size = len(holdings.account_id)
    span = calendar.horizon - calendar.origin
    begin = calendar.origin + (rng.random(size) * span).astype(np.int64)
    indebted: Flags = lives.postpaid[holdings.account_customer]
    indebted &= rng.random(size) < IN_24_MONTHS * span / (24 * MONTH)
    indebted &= (begin > holdings.account_begin + 30) & (begin < holdings.account_end)
    career = pick(rng, [40, 35, 25], size)
    lasts = np.where(career == 0, 35 + rng.exponential(20, size), 90 + rng.exponential(170, size))
    end = np.where(career == 2, NEVER, begin + lasts.astype(np.int64))
    part = np.where(career == 1, rng.uniform(0.2, 0.6, size), 0.0)
    return Debts(
        np.where(indebted, begin, NEVER),
        np.where(indebted, end, NEVER),
        np.where(indebted, career, -1),
        part,
        rng.lognormal(0, 0.5, size),
    )
