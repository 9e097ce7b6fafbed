"""Services sold besides the tariff, and which subscription has which when."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Ints, between, pick
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.plan import Calendar
from pipelines.simulator.tariffs import MINUTES

SHARE = 0.16
"""Share of subscriptions that have a service at some time."""


@dataclass(frozen=True, slots=True)
class Service:
    """An additional service: `fee` in tiyin a month."""

    code: str
    name: str
    kind: str  # voice | data | sms | roaming | content | security | other
    fee: int
    share: float


SERVICES = (
    Service("NET5", "Internet +5 GB", "data", 1_500_000, 25),
    Service("NET20", "Internet +20 GB", "data", 3_500_000, 10),
    Service("SMS300", "SMS 300", "sms", 400_000, 12),
    Service("CALLBACK", "Кто звонил", "voice", 200_000, 20),
    Service("ROAMDAY", "Rouming qulay", "roaming", 990_000, 8),
    Service("MUSIC", "Музыка", "content", 990_000, 15),
    Service("SAFE", "Антивирус", "security", 590_000, 10),
)
FEES = np.array([service.fee for service in SERVICES], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Services:
    """One row per service switched on at a subscription, by position; `end` NEVER = still on."""

    sim: Ints
    service: Ints  # position in SERVICES
    begin: Days
    end: Days


def draw_services(rng: np.random.Generator, calendar: Calendar, holdings: Holdings) -> Services:
    """Services of all subscriptions of a block up to the horizon: one or none each."""
    has = (rng.random(len(holdings.sim_id)) < SHARE) & (MINUTES[holdings.sim_tariff] > 0)
    sim = np.flatnonzero(has)
    last = np.minimum(holdings.sim_end[sim], calendar.horizon)
    begin = between(rng, np.maximum(holdings.sim_begin[sim], calendar.origin - 365), last)
    until = begin + 25 + rng.exponential(500, len(sim)).astype(np.int64)
    end = np.minimum(until, holdings.sim_end[sim])
    service = pick(rng, [s.share for s in SERVICES], len(sim))
    return Services(sim, service, begin, np.where(end < calendar.horizon, end, NEVER))
