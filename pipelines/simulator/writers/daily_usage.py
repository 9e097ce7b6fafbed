"""Usage by day for a tenth of the subscriptions: the days of a month add up to the month."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import Ints, dates, decimals, integers
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers import forms

DAYS_BEFORE = 62
"""Days of history before the anchor."""
LONGEST = 31
WEEKDAYS = np.array([1.05, 1.03, 1.02, 1.0, 1.1, 0.95, 0.85])


def daily_usage(world: World, period: Period) -> Iterator[Part]:
    """The newest months in a file each, then a file per day."""
    calendar = world.calendar
    for begin, end in period.spans():
        first = max(begin, calendar.anchor - DAYS_BEFORE)
        if first < end:
            month = int(np.searchsorted(calendar.nexts, first, side="right"))
            yield csv_part(world, forms.USAGE_DAILY, end, _table(world, month, range(first, end)))


def _table(world: World, month: int, days: range) -> Any:
    usage, first = world.usage, int(world.calendar.starts[month])
    at = sampled(world)
    weight = _weights(world, month, at)
    part = slice(days.start - first, days.stop - first)
    voice, data, sms, roaming = (
        _split(values[month, at], weight)[:, part]
        for values in (usage.voice, usage.data, usage.sms, usage.roaming)
    )
    row, day = np.nonzero(voice + data + sms + roaming)
    sim, abroad = at[row], roaming[row, day]
    return pa.table(
        {
            "SUBS_ID": integers(world.holdings.sim_id[sim]),
            "USE_DT": dates(days.start + day),
            "VOICE_MIN": decimals(voice[row, day], usage.voice_known[sim]),
            "DATA_MB": decimals(data[row, day], usage.data_known[sim]),
            "SMS_CNT": integers(sms[row, day], usage.voice_known[sim]),
            "ROAM_MIN": decimals(abroad, abroad > 0),
        }
    )


def sampled(world: World) -> Ints:
    """Positions of the subscriptions that are counted by day: every tenth customer's."""
    holdings = world.holdings
    size = world.usage.row.shape[1]
    at: Ints = np.flatnonzero(holdings.sim_id[:size] // 1000 % 10 == 3)
    return at


def _weights(world: World, month: int, at: Ints) -> Ints:
    """Subscriptions x days: how much of a month falls on each day, 0 where the number was not in force."""
    holdings, first = world.holdings, int(world.calendar.starts[month])
    length = int(world.calendar.nexts[month]) - first
    stream = world.rng(f"days {world.calendar.months[month]}")
    # Drawn for all, so that later subscriptions change nothing for earlier ones.
    noise = stream.exponential(1.0, (world.usage.row.shape[1], LONGEST))[at, :length]
    days = first + np.arange(length)
    in_force = (days >= holdings.sim_begin[at, None]) & (days < holdings.sim_end[at, None])
    weekday = WEEKDAYS[(days + 3) % 7]
    weight: Ints = np.rint((0.15 + noise) * weekday * in_force * 1_000).astype(np.int64)
    return weight


def _split(total: Ints, weight: Ints) -> Ints:
    """Whole parts of each total in the proportion of the weights; they add up to the total."""
    whole = np.maximum(weight.sum(axis=1), 1)
    until = total[:, None] * np.cumsum(weight, axis=1) // whole[:, None]
    parts: Ints = np.diff(until, axis=1, prepend=0)
    return parts
