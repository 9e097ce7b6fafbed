"""Campaigns, who was contacted, who answered and who bought: with a control group and a planted uplift."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, pick
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.plan import Plan, calendar, month_start
from pipelines.simulator.tariffs import ALL_TARIFFS, MINUTES, TARIFFS

CHANNELS = ("sms", "telegram", "email", "call", "push")
RESULTS = ("failed", "sent", "delivered", "opened", "answered", "not_answered")
INTERESTS = ("clicked", "replied", "accepted", "refused", "unsubscribed", "complained")
PER_MONTH = 3
REACH = 0.09
"""Share of the eligible subscriptions that a campaign takes, control group included."""
CONTROL = 0.1
BASE_RATE = 0.006
"""Share that buys within the month without being asked."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign. `uplift`: buyers among the contacted less buyers in the control group, planted; may be 0."""

    number: int
    name: str
    channel: int
    day: int
    legal: bool
    tariff: int  # offered: position in ALL_TARIFFS
    uplift: float


@dataclass(frozen=True, slots=True)
class Contacts:
    """One row per subscription taken into a campaign.

    Rows of the control group have no contact and no interest, but may buy. `second`: of the day.
    """

    campaign: Ints  # number of the campaign
    sim: Ints
    control: Flags
    channel: Ints
    day: Days
    second: Ints
    result: Ints  # position in RESULTS
    interest: Ints  # position in INTERESTS, -1 where there is none
    interest_after: Ints  # seconds from the contact
    bought: Days  # day of the purchase (the tariff changes on it), NEVER where there is none


def campaigns(plan: Plan) -> tuple[Campaign, ...]:
    """All campaigns up to the horizon, the same for every block."""
    times = calendar(plan)
    return _campaigns(plan.seed, int(times.months[0]), times.horizon)


@cache
def _campaigns(seed: int, first_month: int, horizon: int) -> tuple[Campaign, ...]:
    made: list[Campaign] = []
    month = first_month
    while (start := int(month_start(np.array([month]))[0])) < horizon:
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(7, month))))
        made += [
            _campaign(rng, month * PER_MONTH + place, start, legal=place == PER_MONTH - 1)
            for place in range(PER_MONTH)
        ]
        month += 1
    return tuple(made)


def _campaign(rng: np.random.Generator, number: int, start: int, *, legal: bool) -> Campaign:
    first = len(TARIFFS) if legal else 0
    last = len(ALL_TARIFFS) - 2 if legal else len(TARIFFS) - 2
    tariff = int(rng.integers(first + 1, last + 1))
    channel = int(pick(rng, [40, 20, 15, 15, 10], 1)[0])
    # One in four sells nothing that would not have been sold anyway.
    uplift = 0.0 if rng.random() < 0.25 else float(rng.uniform(0.005, 0.04))
    name = f"{ALL_TARIFFS[tariff].name} {number // PER_MONTH // 12}-{number // PER_MONTH % 12 + 1:02d}"
    return Campaign(number, name, channel, start + int(rng.integers(2, 20)), legal, tariff, uplift)


def draw_contacts(
    rng: np.random.Generator, chosen: tuple[Campaign, ...], lives: Lives, holdings: Holdings
) -> Contacts:
    """What the campaigns did to the subscriptions of a block, in the order of the campaigns."""
    eligible = MINUTES[holdings.sim_tariff] > 0
    legal = lives.legal[holdings.sim_customer]
    taken = [np.flatnonzero(eligible & (legal == kind)) for kind in (False, True)]
    sims = [_taken(rng, campaign, taken[campaign.legal], holdings) for campaign in chosen]
    number = np.repeat([campaign.number for campaign in chosen], [len(sim) for sim in sims])
    place = np.repeat(np.arange(len(chosen)), [len(sim) for sim in sims])
    return _contacted(rng, chosen, number, place, np.concatenate(sims), holdings)


def _taken(rng: np.random.Generator, campaign: Campaign, sims: Ints, holdings: Holdings) -> Ints:
    sims = sims[rng.random(len(sims)) < REACH]
    in_force = (holdings.sim_begin[sims] + 30 < campaign.day) & (holdings.sim_end[sims] > campaign.day + 3)
    chosen: Ints = sims[in_force & (holdings.sim_tariff[sims] != campaign.tariff)]
    return chosen


def _contacted(
    rng: np.random.Generator,
    chosen: tuple[Campaign, ...],
    number: Ints,
    place: Ints,
    sim: Ints,
    holdings: Holdings,
) -> Contacts:
    size = len(sim)
    control = rng.random(size) < CONTROL
    channel = np.array([c.channel for c in chosen], dtype=np.int64)[place]
    first_day = np.array([c.day for c in chosen], dtype=np.int64)[place]
    result = _results(rng, channel)
    reached = ~control & (result >= 1) & (result < 5)
    uplift = np.array([c.uplift for c in chosen])[place]
    buys = rng.random(size) < BASE_RATE + uplift * reached
    # Who buys has mostly shown interest before; some who show it never buy.
    interest = np.where(
        rng.random(size) < np.where(buys, 0.7, 0.05), pick(rng, [50, 15, 10, 15, 7, 3], size), -1
    )
    day = first_day + rng.integers(0, 3, size)
    bought = day + 1 + np.minimum(rng.exponential(6, size), 28).astype(np.int64)
    real = buys & (bought < holdings.sim_end[sim])
    return Contacts(
        number, sim, control, channel, day, 10 * 3600 + rng.integers(0, 9 * 3600, size), result,
        np.where(reached, interest, -1), rng.integers(60, 36 * 3600, size), np.where(real, bought, NEVER),
    )  # fmt: skip


def _results(rng: np.random.Generator, channel: Ints) -> Ints:
    message, call = [6.0, 9.0, 60.0, 25.0, 0.0, 0.0], [5.0, 0.0, 0.0, 0.0, 58.0, 37.0]
    size = len(channel)
    return np.where(channel == CHANNELS.index("call"), pick(rng, call, size), pick(rng, message, size))


def sales(chosen: tuple[Campaign, ...], contacts: Contacts) -> tuple[Ints, Days, Ints, Ints]:
    """What was bought, as tariff changes: subscription, day, tariff, number of the campaign."""
    at = np.flatnonzero(contacts.bought != NEVER)
    offered = np.array([campaign.tariff for campaign in chosen], dtype=np.int64)
    number = contacts.campaign[at]
    first = chosen[0].number
    return contacts.sim[at], contacts.bought[at], offered[number - first], number
