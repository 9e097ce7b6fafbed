"""Trips abroad of subscribers, with the minutes spoken there."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import Days, Ints, pick
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.plan import Calendar, month_start
from pipelines.simulator.tariffs import MINUTES

TRAVEL_SEASON = np.array([1.2, 0.7, 0.8, 0.9, 1.0, 1.3, 2.0, 2.1, 1.2, 0.8, 0.7, 1.3])
COUNTRIES = ("KZ", "RU", "TR", "KG", "TJ", "AE", "SA", "CN", "KR", "DE")
TRAVELLERS, A_MONTH = 0.15, 0.07


@dataclass(frozen=True, slots=True)
class Trips:
    """One row per trip, by month. A trip lies within one month."""

    sim: Ints
    month: Ints  # since the origin
    begin: Days
    end: Days  # day of coming back, exclusive
    country: Ints  # position in COUNTRIES
    minutes: Ints  # hundredths


def draw_trips(rng: np.random.Generator, calendar: Calendar, holdings: Holdings) -> Trips:
    """Trips of all subscriptions of a block up to the horizon."""
    first = int(calendar.months[0])
    size = len(holdings.sim_id)
    last = int(np.datetime64(calendar.horizon, "D").astype("datetime64[M]").astype(np.int64)) + 1970 * 12
    travellers = np.flatnonzero((rng.random(size) < TRAVELLERS) & (MINUTES[holdings.sim_tariff] > 0))
    home = pick(rng, [0.8**i for i in range(len(COUNTRIES))], size)
    chance = A_MONTH * TRAVEL_SEASON[np.arange(first, last) % 12]
    month, place = np.nonzero(rng.random((last - first, len(travellers)), np.float32) < chance[:, None])
    sim = travellers[place]
    starts = month_start(np.arange(first, last + 1))
    begin = starts[month] + rng.integers(0, 26, len(sim))
    end = np.minimum(begin + 2 + rng.geometric(0.14, len(sim)), starts[month + 1])
    real = (begin >= holdings.sim_begin[sim]) & (end <= holdings.sim_end[sim])
    # Most go where they went before.
    country = np.where(rng.random(len(sim)) < 0.7, home[sim], rng.integers(0, len(COUNTRIES), len(sim)))
    minutes = np.rint(rng.gamma(1.2, 2.6, len(sim)) * (end - begin) * 100).astype(np.int64)
    return Trips(sim[real], month[real], begin[real], end[real], country[real], minutes[real])
