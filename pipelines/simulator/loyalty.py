"""A small system beside the billing: loyalty cards, which the canonical model knows nothing about."""

from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import NEVER, between, dates, decimals, integers, pick, texts
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.plan import Calendar

TIERS = ("BRONZE", "SILVER", "GOLD")


def loyalty_table(rng: np.random.Generator, calendar: Calendar, lives: Lives) -> Any:
    """One row per card, for about a third of the people."""
    holder = ~lives.legal & ~lives.prospect & (rng.random(lives.size) < 0.38)
    at = np.flatnonzero(holder & (lives.registered < calendar.as_of - 60))
    size = len(at)
    joined = between(rng, lives.registered[at], np.minimum(lives.gone[at], calendar.as_of))
    tier = pick(rng, [70, 23, 7], size)
    points = (rng.gamma(1.1, 900, size) * (1 + 2 * tier)).astype(np.int64)
    answered = rng.random(size) < 0.22
    score = np.clip(np.rint(rng.normal(7.4 - 3 * (lives.gone[at] != NEVER), 2.3, size)), 0, 10).astype(
        np.int64
    )
    return pa.table(
        {
            "client_id": integers(lives.number[at]),
            "tier": texts(TIERS, tier),
            "points": integers(points),
            "cashback": decimals(points * rng.integers(0, 40, size), rng.random(size) < 0.9),
            "joined_on": dates(joined),
            "nps": integers(score, answered),
            "news": texts(("no", "yes"), (rng.random(size) < 0.6).astype(np.int64)),
        }
    )
