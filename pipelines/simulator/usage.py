"""Usage per subscription and month: levels, seasons, growth of data, falling before leaving, trips abroad."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import NEVER, Flags, Floats, Ints, dates, decimals, integers
from pipelines.simulator.contracts import ALL_TARIFFS, Holdings
from pipelines.simulator.lifecycle import MONTH, Lives
from pipelines.simulator.plan import Calendar

VOICE_SEASON = np.array([0.97, 0.94, 1.06, 1.01, 1.02, 1.0, 0.97, 0.96, 1.03, 1.01, 0.99, 1.08])
DATA_SEASON = np.array([1.05, 0.97, 1.0, 0.98, 0.97, 1.0, 1.06, 1.04, 0.96, 0.98, 1.02, 1.08])
TRAVEL_SEASON = np.array([1.2, 0.7, 0.8, 0.9, 1.0, 1.3, 2.0, 2.1, 1.2, 0.8, 0.7, 1.3])


@dataclass(frozen=True, slots=True)
class Usage:
    """Subscriptions x months. Volumes in hundredths of a minute or megabyte; 0 where there is no row."""

    share: Floats  # part of the month the subscription was in force
    row: Flags  # a usage record exists
    voice: Ints
    data: Ints
    sms: Ints
    roaming: Ints
    voice_known: Flags
    data_known: Flags
    dipped: Flags  # per subscription: a dip that recovers, planted as noise


def draw_usage(rng: np.random.Generator, calendar: Calendar, lives: Lives, holdings: Holdings) -> Usage:
    """Usage of all subscriptions of a block in all months."""
    share = in_force(calendar, holdings.sim_begin, holdings.sim_end)
    size = len(share)
    dipped = rng.random(size) < 0.05
    level = share * _falling(calendar, lives, holdings)
    level *= _dip(rng, calendar, dipped) * _step(rng, calendar, size)
    row = (level > 0) & (rng.random(share.shape, np.float32) > 0.03)
    month = calendar.months % 12
    tariff = holdings.sim_tariff
    voice_known = np.array([t.minutes > 0 for t in ALL_TARIFFS])[tariff]
    data_known = rng.random(size) < 0.9
    voice = _volume(rng, level, _base(rng, tariff, "minutes") * voice_known, VOICE_SEASON[month], 0.997)
    data = _volume(rng, level, _base(rng, tariff, "megabytes") * data_known, DATA_SEASON[month], 1.02)
    sms = rng.poisson(level * (rng.gamma(0.6, 12, size) * voice_known)[:, None])
    roaming = _trips(rng, level, TRAVEL_SEASON[month])
    return Usage(
        share, row, voice * row, data * row, sms * row, roaming * row * voice_known[:, None],
        voice_known, data_known, dipped,
    )  # fmt: skip


def in_force(calendar: Calendar, begin: Ints, end: Ints) -> Floats:
    """Part of each month between `begin` and `end`, things x months."""
    low = np.maximum(begin[:, None], calendar.starts)
    high = np.minimum(end[:, None], calendar.ends)
    share: Floats = np.maximum(high - low, 0) / (calendar.nexts - calendar.starts)
    return share


def _falling(calendar: Calendar, lives: Lives, holdings: Holdings) -> Floats:
    end = np.where(lives.prelude[holdings.sim_customer], holdings.sim_end, NEVER)
    months_left = (end[:, None] - calendar.starts) / MONTH
    return np.clip(0.05 + 0.22 * months_left, 0.0, 1.0)


def _dip(rng: np.random.Generator, calendar: Calendar, dipped: Flags) -> Floats:
    middle = rng.uniform(0, calendar.size, len(dipped))[:, None]
    distance = np.abs(np.arange(calendar.size) - middle)
    return np.where(dipped[:, None], np.clip(0.2 + 0.25 * distance, 0, 1), 1.0)


def _step(rng: np.random.Generator, calendar: Calendar, size: int) -> Floats:
    # A change for good (another tariff, a second SIM elsewhere): noise that no recovery explains.
    when = rng.uniform(0, 3 * calendar.size, size)[:, None]
    factor = rng.lognormal(-0.1, 0.4, size)[:, None]
    return np.where(np.arange(calendar.size) >= when, factor, 1.0)


def _base(rng: np.random.Generator, tariff: Ints, allowance: str) -> Floats:
    usual = np.array([getattr(t, allowance) for t in ALL_TARIFFS], dtype=np.float64)[tariff]
    return usual * rng.lognormal(-0.75, 0.8, len(tariff))


def _volume(rng: np.random.Generator, level: Floats, base: Floats, season: Floats, trend: float) -> Ints:
    noise = np.exp(rng.standard_normal(level.shape, np.float32) * np.float32(0.22) - np.float32(0.024))
    expected = level * base[:, None] * (season * trend ** np.arange(level.shape[1]))
    volume: Ints = np.rint(expected * noise * 100).astype(np.int64)
    return volume


def _trips(rng: np.random.Generator, level: Floats, season: Floats) -> Ints:
    traveller = rng.random(len(level)) < 0.15
    trip = traveller[:, None] & (rng.random(level.shape, np.float32) < 0.07 * season)
    minutes = rng.gamma(1.2, 18, level.shape) * trip * level
    return np.rint(minutes * 100).astype(np.int64)


def usage_table(calendar: Calendar, holdings: Holdings, usage: Usage, month: int) -> Any:
    """The usage records of one month, one row per subscription."""
    at = np.flatnonzero(usage.row[:, month])
    abroad = usage.roaming[at, month] > 0
    return pa.table(
        {
            "SUBS_ID": integers(holdings.sim_id[at]),
            "PERIOD": dates(np.full(len(at), calendar.starts[month])),
            "VOICE_MIN": decimals(usage.voice[at, month], usage.voice_known[at]),
            "DATA_MB": decimals(usage.data[at, month], usage.data_known[at]),
            "SMS_CNT": integers(usage.sms[at, month], usage.voice_known[at]),
            "ROAM_MIN": decimals(usage.roaming[at, month], abroad),
        }
    )
