"""A small system beside the billing: loyalty cards, which the canonical model knows nothing about."""

from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import between, dates, decimals, integers, pick, texts
from pipelines.simulator.world import World

TIERS = ("BRONZE", "SILVER", "GOLD")


def loyalty_table(world: World, day: int) -> Any:
    """One row per card that exists before `day`, for about a third of the people."""
    rng, lives, calendar = world.rng("loyalty"), world.lives, world.calendar
    size = lives.size
    joined = between(rng, lives.registered, np.minimum(lives.gone, calendar.horizon))
    holder = ~lives.legal & ~lives.prospect & (rng.random(size) < 0.5)
    tier = pick(rng, [70, 23, 7], size)
    a_month = rng.gamma(1.1, 90, size) * (1 + 2 * tier)
    cashback, with_cashback = rng.integers(0, 40, size), rng.random(size) < 0.9
    answered = rng.random(size) < 0.22
    unhappy = 3 * (lives.gone < day + 90)
    score = np.clip(np.rint(7.4 - unhappy + rng.standard_normal(size) * 2.3), 0, 10).astype(np.int64)
    news = (rng.random(size) < 0.6).astype(np.int64)
    at = np.flatnonzero(holder & (joined < day))
    active = np.minimum(lives.gone[at], day) - joined[at]
    points = (a_month[at] * active / 30).astype(np.int64)
    return pa.table(
        {
            "client_id": integers(lives.number[at]),
            "tier": texts(TIERS, tier[at]),
            "points": integers(points),
            "cashback": decimals(points * cashback[at], with_cashback[at]),
            "joined_on": dates(joined[at]),
            "nps": integers(score[at], answered[at]),
            "news": texts(("no", "yes"), news[at]),
        }
    )
