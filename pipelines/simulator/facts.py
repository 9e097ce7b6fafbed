"""What happened, as the extracts list it: usage and charges of a month, payments of a period."""

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import Flags, Ints, dates, decimals, integers, texts
from pipelines.simulator.charges import KINDS, row_ids
from pipelines.simulator.payments import METHODS
from pipelines.simulator.world import World

LATE_USAGE = 0.002
"""Share of usage records that come with the file of the next month, as records from abroad do."""
UNKNOWN_ACCOUNT = 90_000_000_000


def usage_table(world: World, month: int) -> Any:
    """The usage records of the file of one month: its own, and those of the month before that come late."""
    own = _usage_rows(world, month, late=False)
    return pa.concat_tables([own, _usage_rows(world, month - 1, late=True)]) if month else own


def _usage_rows(world: World, month: int, *, late: bool) -> Any:
    holdings, usage = world.holdings, world.usage
    at = np.flatnonzero(usage.row[month] & (_late(world, month) == late))
    abroad = usage.roaming[month, at] > 0
    return pa.table(
        {
            "SUBS_ID": integers(holdings.sim_id[at]),
            "PERIOD": dates(np.full(len(at), world.calendar.starts[month])),
            "VOICE_MIN": decimals(usage.voice[month, at], usage.voice_known[at]),
            "DATA_MB": decimals(usage.data[month, at], usage.data_known[at]),
            "SMS_CNT": integers(usage.sms[month, at], usage.voice_known[at]),
            "ROAM_MIN": decimals(usage.roaming[month, at], abroad),
        }
    )


def _late(world: World, month: int) -> Flags:
    chance = world.rng(f"late {world.calendar.months[month]}").random(world.usage.row.shape[1])
    return np.asarray(chance < LATE_USAGE)


def charge_table(world: World, month: int) -> Any:
    """The charges of one month, one row per account and kind."""
    charges, holdings = world.charges, world.holdings
    kind, account = np.nonzero(charges.amount[:, month] > 0)
    number = holdings.account_id[account]
    return pa.table(
        {
            "CHARGE_ID": integers(row_ids(number, int(world.calendar.months[month]), kind)),
            "ACC_ID": integers(number),
            "CHARGE_DT": dates(charges.day[kind, month, account]),
            "CHARGE_TYPE": texts(KINDS, kind),
            "AMOUNT": decimals(charges.amount[kind, month, account]),
        }
    )


def payment_table(world: World, begin: int, end: int) -> Any:
    """Payments of the gateway that arrive in [begin, end); a few name an account nobody knows."""
    payments = world.payments
    at = payments_between(world, begin, end, by_bank=False)
    number = world.holdings.account_id[at[2]]
    moment = payments.day[at] * 86_400 + payments.second[at]
    return pa.table(
        {
            "payment_id": integers(payment_ids(world, at)),
            "account": integers(np.where(payments.unknown[at], number + UNKNOWN_ACCOUNT, number)),
            "paid_at": pa.array(moment).cast(pa.timestamp("s")),
            "channel": texts(METHODS, payments.method[at]),
            "amount": decimals(payments.amount[at]),
        }
    )


PaymentPlaces: TypeAlias = tuple[Ints, Ints, Ints]
"""Slots, months and accounts of payments."""


def payments_between(world: World, begin: int, end: int, *, by_bank: bool) -> PaymentPlaces:
    """Payments that arrive in [begin, end): transfers of legal entities `by_bank`, or all others."""
    payments, calendar = world.payments, world.calendar
    # A payment arrives within a few weeks: older months can't hold any.
    first = int(np.searchsorted(calendar.nexts, begin - 31, side="right"))
    last = int(np.searchsorted(calendar.starts, end, side="left"))
    part = slice(first, last)
    arrives = payments.arrives[:, part]
    legal = world.lives.legal[world.holdings.account_customer[: arrives.shape[2]]]
    transfer = legal & (payments.method[:, part] == METHODS.index("bank"))
    there = (payments.amount[:, part] > 0) & (arrives >= begin) & (arrives < end) & (transfer == by_bank)
    slot, month, account = np.nonzero(there)
    return slot, month + first, account


def payment_ids(world: World, at: PaymentPlaces) -> Ints:
    """Numbers of payments, unique over both channels."""
    slot, month, account = at
    return row_ids(world.holdings.account_id[account], world.calendar.months[month], slot)
