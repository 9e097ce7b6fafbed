"""Charges to accounts per month: fees, usage over the allowance, roaming, services, one-off items.

Amounts in tiyin.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import Ints, between, dates, decimals, integers, texts
from pipelines.simulator.contracts import ALL_TARIFFS, Holdings
from pipelines.simulator.plan import Calendar
from pipelines.simulator.usage import Usage, in_force

KINDS = ("ABON", "TRAF", "ROAM", "SERV", "ONCE")
MINUTE, MEGABYTE, ROAMING_MINUTE, SERVICE = 6_000, 250, 350_000, 990_000
MAX_OVER = 12_000_000


@dataclass(frozen=True, slots=True)
class Charges:
    """Amounts: kinds x accounts x months."""

    amount: Ints

    @property
    def total(self) -> Ints:
        """Accounts x months."""
        total: Ints = self.amount.sum(axis=0)
        return total


def draw_charges(rng: np.random.Generator, calendar: Calendar, holdings: Holdings, usage: Usage) -> Charges:
    """What each account is charged in each month."""
    fee = np.array([t.fee for t in ALL_TARIFFS])[holdings.sim_tariff]
    fees = np.rint(fee[:, None] * usage.share).astype(np.int64)
    accounts = len(holdings.account_id)
    open_share = in_force(calendar, holdings.account_begin, holdings.account_end)
    shape = open_share.shape
    service = (rng.random(accounts) < 0.14)[:, None] & (open_share > 0)
    once = (rng.random(shape, np.float32) < 0.012) & (open_share > 0)
    price = rng.integers(10, 200, shape) * 100_000
    amount = np.stack(
        [
            _by_account(holdings, fees),
            _by_account(holdings, _over(holdings, usage)),
            _by_account(holdings, usage.roaming * (ROAMING_MINUTE // 100)),
            service * np.int64(SERVICE),
            once * price,
        ]
    )
    return Charges(amount)


def _over(holdings: Holdings, usage: Usage) -> Ints:
    minutes = np.array([t.minutes for t in ALL_TARIFFS])[holdings.sim_tariff][:, None] * 100
    megabytes = np.array([t.megabytes for t in ALL_TARIFFS])[holdings.sim_tariff][:, None] * 100
    voice = np.maximum(usage.voice - minutes, 0) * MINUTE // 100
    data = np.maximum(usage.data - megabytes, 0) * MEGABYTE // 100
    over: Ints = np.minimum(voice + data, MAX_OVER)
    return over


def _by_account(holdings: Holdings, values: Ints) -> Ints:
    out = np.zeros((len(holdings.account_id), values.shape[1]), dtype=np.int64)
    for month in range(values.shape[1]):
        # Sums stay below 2**53, where floats are exact.
        out[:, month] = np.bincount(holdings.sim_account, values[:, month], len(out))
    return out


def charge_table(
    rng: np.random.Generator, calendar: Calendar, holdings: Holdings, charges: Charges, month: int
) -> Any:
    """The charges of one month, one row per account and kind."""
    kind, account = np.nonzero(charges.amount[:, :, month] > 0)
    first = np.full(len(kind), calendar.starts[month])
    last = np.full(len(kind), calendar.ends[month])
    begin = np.clip(holdings.account_begin[account], first, last - 1)
    end = np.minimum(np.maximum(holdings.account_end[account], begin + 1), last)
    # Fees and services are taken when the month (or the account) begins, usage when it ends.
    day = np.where((kind == 0) | (kind == 3), begin, np.where(kind == 1, end - 1, between(rng, begin, end)))
    return pa.table(
        {
            "CHARGE_ID": integers(row_ids(calendar, holdings.account_id[account], month, kind)),
            "ACC_ID": integers(holdings.account_id[account]),
            "CHARGE_DT": dates(day),
            "CHARGE_TYPE": texts(KINDS, kind),
            "AMOUNT": decimals(charges.amount[kind, account, month]),
        }
    )


def row_ids(calendar: Calendar, account: Ints, month: int, serial: Ints) -> Ints:
    """Numbers of an account's rows of one month, unique over the whole simulation for serial < 10."""
    number = int(calendar.months[month])
    year_month = number // 12 % 100 * 100 + number % 12 + 1
    return (account * 10_000 + year_month) * 10 + serial
