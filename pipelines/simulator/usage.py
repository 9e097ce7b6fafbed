"""Usage per subscription and month: levels, seasons, growth of data, falling before leaving, trips abroad."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Flags, Floats, Ints
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.lifecycle import MONTH, Lives
from pipelines.simulator.plan import Calendar, Drawing
from pipelines.simulator.tariffs import MEGABYTES, MINUTES
from pipelines.simulator.trips import Trips

VOICE_SEASON = np.array([0.97, 0.94, 1.06, 1.01, 1.02, 1.0, 0.97, 0.96, 1.03, 1.01, 0.99, 1.08])
DATA_SEASON = np.array([1.05, 0.97, 1.0, 0.98, 0.97, 1.0, 1.06, 1.04, 0.96, 0.98, 1.02, 1.08])
VOICE_TREND, DATA_TREND = 0.997, 1.02
ALLOWANCE_POWER = 0.4
"""How far usage follows a change of tariff: the power of the new allowance against the first one."""

FALL_PER_MONTH, FALL_END = 0.22, 0.05
FALL_MONTHS = (1 - FALL_END) / FALL_PER_MONTH
"""How long before leaving usage begins to fall."""
DIP_DEPTH, DIP_PER_MONTH = 0.2, 0.25
RECOVERY_MONTHS = (1 - DIP_DEPTH) / DIP_PER_MONTH
"""How far from its middle a dip begins and has recovered: at about the pace of a fall before leaving."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What is peculiar to each subscription, drawn once; all arrays have one entry per subscription."""

    minutes: Floats  # usual use of the first tariff's allowance
    megabytes: Floats
    sms: Floats  # a month
    data_known: Flags
    dipped: Flags  # a dip that recovers, planted as noise
    dip_month: Floats  # its middle, in months since the origin
    step_month: Floats  # a change for good that nothing explains
    step: Floats


@dataclass(frozen=True, slots=True)
class Usage:
    """Months x subscriptions. Volumes in hundredths of a minute or megabyte; 0 where there is no row.

    A month that is still running is drawn whole: what of it is known is for the writer to say.
    """

    share: Floats  # part of the month the subscription was in force
    level: Floats  # what is left of the usual use, before season and noise: the planted signal
    row: Flags  # a usage record exists
    voice: Ints
    data: Ints
    sms: Ints
    roaming: Ints
    voice_known: Flags  # per subscription
    data_known: Flags


def draw_habits(rng: np.random.Generator, calendar: Calendar, holdings: Holdings) -> Habits:
    """Habits of all subscriptions of a block up to the horizon."""
    size, tariff = len(holdings.sim_id), holdings.sim_tariff
    span = (calendar.horizon - calendar.origin) / MONTH
    return Habits(
        minutes=MINUTES[tariff] * rng.lognormal(-0.75, 0.8, size),
        megabytes=MEGABYTES[tariff] * rng.lognormal(-0.75, 0.8, size),
        sms=rng.gamma(0.6, 12, size),
        data_known=rng.random(size) < 0.9,
        # One in twenty over 24 months.
        dipped=rng.random(size) < 0.05 * span / 24,
        dip_month=rng.uniform(0, span, size),
        step_month=rng.uniform(0, 72, size),
        step=rng.lognormal(-0.1, 0.4, size),
    )


def draw_usage(
    drawing: Drawing,
    lives: Lives,
    holdings: Holdings,
    habits: Habits,
    tariffs: Ints,
    trips: Trips,
) -> Usage:
    """Usage of the subscriptions that are known, month by month. `tariffs`: months x subscriptions."""
    calendar = drawing.calendar
    share = in_force(calendar, holdings.sim_begin, holdings.sim_end)
    habits = Habits(*(getattr(habits, name)[: share.shape[1]] for name in Habits.__slots__))
    usage = _nothing(share, holdings, habits, share * _level(calendar, lives, holdings, habits))
    voice_scale = np.power(np.maximum(MINUTES, 1), ALLOWANCE_POWER)
    data_scale = np.power(np.maximum(MEGABYTES, 1), ALLOWANCE_POWER)
    first = holdings.sim_tariff
    minutes = habits.minutes / voice_scale[first]
    megabytes = habits.megabytes / data_scale[first] * usage.data_known
    for month, number in enumerate(calendar.months):
        # One stream per month and quantity: a draw never depends on who or what comes later.
        row, voice, data, sms = drawing.rng(f"usage {number}").spawn(4)
        season = int(number) % 12
        level = usage.level[month]
        usage.row[month] = (level > 0) & (row.random(len(level), np.float32) > 0.03)
        there = usage.row[month]
        expected = minutes * voice_scale[tariffs[month]] * VOICE_SEASON[season] * VOICE_TREND**month
        usage.voice[month] = _volume(voice, level * expected) * there
        expected = megabytes * data_scale[tariffs[month]] * DATA_SEASON[season] * DATA_TREND**month
        usage.data[month] = _volume(data, level * expected) * there
        usage.sms[month] = sms.poisson(level * habits.sms * usage.voice_known) * there
    at = (trips.month < calendar.size) & (trips.sim < share.shape[1])
    np.add.at(usage.roaming, (trips.month[at], trips.sim[at]), trips.minutes[at])
    usage.roaming[:] = np.where(usage.row & usage.voice_known, usage.roaming, 0)
    return usage


def _nothing(share: Floats, holdings: Holdings, habits: Habits, level: Floats) -> Usage:
    voice, data, sms, roaming = (np.zeros(share.shape, dtype=np.int64) for _ in range(4))
    row = np.zeros(share.shape, dtype=np.bool_)
    known = MINUTES[holdings.sim_tariff] > 0
    return Usage(share, level, row, voice, data, sms, roaming, known, habits.data_known)


def in_force(calendar: Calendar, begin: Days, end: Days) -> Floats:
    """Part of each month between `begin` and `end`, months x things."""
    low = np.maximum(begin, calendar.starts[:, None])
    high = np.minimum(end, calendar.nexts[:, None])
    share: Floats = np.maximum(high - low, 0) / (calendar.nexts - calendar.starts)[:, None]
    return share


def _level(calendar: Calendar, lives: Lives, holdings: Holdings, habits: Habits) -> Floats:
    month = np.arange(calendar.size)[:, None]
    end = np.where(lives.prelude[holdings.sim_customer], holdings.sim_end, NEVER)
    left = (end - calendar.starts[:, None]) / MONTH
    falling = np.clip(FALL_END + FALL_PER_MONTH * left, 0.0, 1.0)
    dip = np.clip(DIP_DEPTH + DIP_PER_MONTH * np.abs(month - habits.dip_month), 0, 1)
    step = np.where(month >= habits.step_month, habits.step, 1.0)
    level: Floats = falling * np.where(habits.dipped, dip, 1.0) * step
    return level


def _volume(rng: np.random.Generator, expected: Floats) -> Ints:
    noise = np.exp(rng.standard_normal(len(expected), np.float32) * np.float32(0.22) - np.float32(0.024))
    volume: Ints = np.rint(expected * noise * 100).astype(np.int64)
    return volume
