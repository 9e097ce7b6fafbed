"""The price lists, which tariff each subscription has when, and its changes."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import Days, Flags, Ints, pick
from pipelines.simulator.plan import Calendar


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price list: fee and prices in tiyin (1/100 UZS), allowances per month."""

    name: str
    fee: int
    minutes: int
    megabytes: int
    share: float


TARIFFS = (
    Tariff("Oson 30", 3_000_000, 300, 5_000, 26),
    Tariff("Oson 50", 5_000_000, 600, 15_000, 24),
    Tariff("Yoshlar", 4_000_000, 200, 25_000, 17),
    Tariff("Cheksiz", 9_000_000, 1_500, 60_000, 13),
    Tariff("Oila", 7_500_000, 1_000, 40_000, 9),
    Tariff("Пенсионный", 1_500_000, 250, 1_000, 5),
    Tariff("Premium", 18_000_000, 3_000, 120_000, 3),
    Tariff("Modem", 6_000_000, 0, 80_000, 3),
)
LEGAL_TARIFFS = (
    Tariff("Biznes Start", 5_500_000, 800, 10_000, 45),
    Tariff("Biznes Pro", 11_000_000, 2_000, 50_000, 30),
    Tariff("Корпоративный", 8_000_000, 1_500, 20_000, 17),
    Tariff("M2M", 1_200_000, 0, 300, 8),
)
ALL_TARIFFS = TARIFFS + LEGAL_TARIFFS
FEE = np.array([t.fee for t in ALL_TARIFFS], dtype=np.int64)
MINUTES = np.array([t.minutes for t in ALL_TARIFFS], dtype=np.int64)
MEGABYTES = np.array([t.megabytes for t in ALL_TARIFFS], dtype=np.int64)
CHANGES_PER_YEAR = 0.11


@dataclass(frozen=True, slots=True)
class TariffChanges:
    """Changes of tariff, ordered by day: `sim` is the position of the subscription.

    `campaign` is the number of the campaign that sold the change, -1 for a change of one's own accord.
    """

    sim: Ints
    day: Days
    old: Ints
    new: Ints
    campaign: Ints


def first_tariffs(rng: np.random.Generator, legal: Flags) -> Ints:
    """Positions in ALL_TARIFFS that subscriptions begin with."""
    person = pick(rng, [t.share for t in TARIFFS], len(legal))
    company = len(TARIFFS) + pick(rng, [t.share for t in LEGAL_TARIFFS], len(legal))
    return np.where(legal, company, person)


def own_changes(rng: np.random.Generator, calendar: Calendar, begin: Days, end: Days) -> tuple[Ints, Days]:
    """Changes of one's own accord: position of the subscription and day, at most one for each."""
    years = rng.exponential(1 / CHANGES_PER_YEAR, len(begin))
    day = np.maximum(begin, calendar.origin) + 20 + (np.minimum(years, 100) * 365).astype(np.int64)
    at = np.flatnonzero(day < np.minimum(end, calendar.horizon))
    return at, day[at]


def settle_changes(
    rng: np.random.Generator,
    first: Ints,
    own: tuple[Ints, Days],
    sold: tuple[Ints, Days, Ints, Ints],
) -> TariffChanges:
    """All changes in the order of their days, those sold by campaigns (sim, day, tariff, campaign) included.

    Nobody changes to the tariff they have, and connected things (no voice allowance) keep theirs.
    """
    sim = np.concatenate([own[0], sold[0]])
    day = np.concatenate([own[1], sold[1]])
    offered = np.concatenate([np.full(len(own[0]), -1), sold[2]])
    campaign = np.concatenate([np.full(len(own[0]), -1), sold[3]])
    order = np.lexsort((campaign, sim, day))
    order = order[MINUTES[first[sim[order]]] > 0]
    sim, day, offered, campaign = sim[order], day[order], offered[order], campaign[order]
    new = np.where(offered >= 0, offered, _neighbour(rng, first[sim]))
    old = _previous(sim, new, first)
    real = old != new
    return TariffChanges(sim[real], day[real], old[real], new[real], campaign[real])


def _neighbour(rng: np.random.Generator, tariff: Ints) -> Ints:
    # One up or down among those of the same kind of customer that have a voice allowance.
    step = np.where(rng.random(len(tariff)) < 0.55, 1, -1)
    people = np.clip(tariff + step, 0, len(TARIFFS) - 2)
    companies = np.clip(tariff + step, len(TARIFFS), len(ALL_TARIFFS) - 2)
    return np.where(tariff < len(TARIFFS), people, companies)


def _previous(sim: Ints, new: Ints, first: Ints) -> Ints:
    """The tariff before each change: that of the change before it of the same subscription, or the first."""
    order = np.argsort(sim, kind="stable")
    sorted_sim, sorted_new = sim[order], new[order]
    old = first[sorted_sim]
    again = np.flatnonzero(sorted_sim[1:] == sorted_sim[:-1]) + 1
    old[again] = sorted_new[again - 1]
    out = np.empty_like(old)
    out[order] = old
    return out


def tariffs_by_month(calendar: Calendar, first: Ints, changes: TariffChanges) -> Ints:
    """Tariff in force at the start of each month, months x the first `len(first)` subscriptions."""
    there = changes.sim < len(first)
    changes = TariffChanges(*(getattr(changes, name)[there] for name in TariffChanges.__slots__))
    out = np.empty((calendar.size, len(first)), dtype=np.int64)
    edges = np.searchsorted(changes.day, calendar.starts, side="right")
    current, done = first.copy(), 0
    for month, edge in enumerate(edges):
        # Later changes come later and win.
        current[changes.sim[done:edge]] = changes.new[done:edge]
        out[month], done = current, edge
    return out


def tariffs_on(day: int, first: Ints, changes: TariffChanges) -> Ints:
    """Tariff that is known on a day: changes before it have happened."""
    current = first.copy()
    edge = int(np.searchsorted(changes.day, day, side="left"))
    current[changes.sim[:edge]] = changes.new[:edge]
    return current
