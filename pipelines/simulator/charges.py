"""Charges to accounts per month: fees, usage over the allowance, roaming, services, one-off items.

Amounts in tiyin.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import Days, Floats, Ints
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.plan import Calendar, Drawing
from pipelines.simulator.services import FEES, Services
from pipelines.simulator.tariffs import FEE, MEGABYTES, MINUTES
from pipelines.simulator.usage import Usage, in_force

KINDS = ("ABON", "TRAF", "ROAM", "SERV", "ONCE")
MINUTE, MEGABYTE, ROAMING_MINUTE = 6_000, 250, 350_000
MAX_OVER = 12_000_000


@dataclass(frozen=True, slots=True)
class Charges:
    """Amounts and the day they are charged: kinds x months x accounts. Amount 0 = no charge."""

    amount: Ints
    day: Days

    @property
    def total(self) -> Ints:
        """Months x accounts."""
        total: Ints = self.amount.sum(axis=0)
        return total


def draw_charges(
    drawing: Drawing,
    holdings: Holdings,
    usage: Usage,
    tariffs: Ints,
    services: Services,
) -> Charges:
    """What each account is charged in each month. `tariffs`: months x subscriptions."""
    calendar = drawing.calendar
    open_share = in_force(calendar, holdings.account_begin, holdings.account_end)
    months, accounts = open_share.shape
    amount = np.zeros((len(KINDS), months, accounts), dtype=np.int64)
    day = np.zeros_like(amount)
    for month, number in enumerate(calendar.months):
        once, price, when = drawing.rng(f"charges {number}").spawn(3)
        tariff, share = tariffs[month], usage.share[month]
        amount[0, month] = _by_account(holdings, np.rint(FEE[tariff] * share).astype(np.int64))
        amount[1, month] = _by_account(holdings, _over(usage, tariff, month))
        amount[2, month] = _by_account(holdings, usage.roaming[month] * (ROAMING_MINUTE // 100))
        amount[3, month] = _by_account(holdings, _services(calendar, services, len(share), month))
        bought = (once.random(accounts, np.float32) < 0.012) & (open_share[month] > 0)
        amount[4, month] = bought * (price.integers(10, 200, accounts) * 100_000)
        day[:, month] = _days(calendar, holdings, month, np.asarray(when.random(accounts)))
    return Charges(amount, day)


def _over(usage: Usage, tariff: Ints, month: int) -> Ints:
    voice = np.maximum(usage.voice[month] - MINUTES[tariff] * 100, 0) * MINUTE // 100
    data = np.maximum(usage.data[month] - MEGABYTES[tariff] * 100, 0) * MEGABYTE // 100
    over: Ints = np.minimum(voice + data, MAX_OVER)
    return over


def _services(calendar: Calendar, services: Services, sims: int, month: int) -> Ints:
    """The monthly fees of what is switched on for some day of the month; whole months are charged."""
    on = (services.begin < calendar.nexts[month]) & (services.end > calendar.starts[month])
    on &= services.sim < sims
    fees: Ints = np.bincount(services.sim[on], FEES[services.service[on]], sims).astype(np.int64)
    return fees


def _by_account(holdings: Holdings, values: Ints) -> Ints:
    # Sums stay below 2**53, where floats are exact.
    total: Ints = np.bincount(holdings.sim_account, values, len(holdings.account_id)).astype(np.int64)
    return total


def _days(calendar: Calendar, holdings: Holdings, month: int, chance: Floats) -> Days:
    """Kinds x accounts: fees and services when the month (or the account) begins, usage when it ends."""
    first, last = calendar.starts[month], calendar.nexts[month]
    begin = np.clip(holdings.account_begin, first, last - 1)
    end = np.minimum(np.maximum(holdings.account_end, begin + 1), last)
    between = begin + (chance * (end - begin)).astype(np.int64)
    return np.stack([begin, end - 1, between, begin, begin + (1 - chance) * (end - begin) // 1]).astype(
        np.int64
    )


def row_ids(account: Ints, month: Ints | int, serial: Ints) -> Ints:
    """Numbers of an account's rows of a month (counted from year 0), unique over a world for serial < 10."""
    year_month = month // 12 % 100 * 100 + month % 12 + 1
    return (account * 10_000 + year_month) * 10 + serial
