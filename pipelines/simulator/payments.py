"""Payments into accounts and the balances they leave: top-ups, monthly bills, debts that grow and end.

Amounts in tiyin, positive. A balance below zero is a debt.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import NEVER, Days, Flags, Floats, Ints, decimals, integers, pick, texts
from pipelines.simulator.charges import Charges, row_ids
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.plan import Calendar

METHODS = ("cash", "card", "bank", "app", "terminal")
PERSON_METHODS, LEGAL_METHODS = [13.0, 22.0, 1.0, 42.0, 22.0], [0.0, 3.0, 95.0, 2.0, 0.0]
SLOTS = 3
STEP = 100_000
"""People top up in whole thousands of UZS."""


@dataclass(frozen=True, slots=True)
class Payments:
    """Slots x accounts x months: amount (0 = no payment) and day; `balance`, `debt_from` per account."""

    amount: Ints
    day: Days
    second: Ints
    balance: Ints
    debt_from: Days  # first day of a planted debt, NEVER where there is none
    debt_until: Days


def draw_payments(
    rng: np.random.Generator, calendar: Calendar, lives: Lives, holdings: Holdings, charges: Charges
) -> Payments:
    """Payments of all accounts of a block; the balance follows from them and the charges."""
    legal = lives.legal[holdings.account_customer]
    postpaid = lives.postpaid[holdings.account_customer]
    begin, end = _debts(rng, calendar, holdings, postpaid)
    billed = _billed(charges.total, holdings.account_begin < calendar.starts[0])
    due = np.where(postpaid[:, None], billed, _topped_up(rng, charges.total))
    willing = _willing(rng, calendar, begin, end)
    monthly = np.where(willing, due, 0) + _settled(calendar, due, willing, end)
    amount = _slots(rng, monthly, postpaid)
    day = _days(rng, calendar, holdings, postpaid)
    # What would be paid at or after the as-of date is not known yet.
    amount = np.where(day < calendar.as_of, amount, 0)
    opening = np.where(postpaid, -billed[:, 0], _deposit(rng, charges, amount))
    opening = _pay_deposit(calendar, holdings, amount, opening, ~postpaid)
    balance = opening + (amount.sum(axis=0) - charges.total).sum(axis=1)
    office = 9 * 3600 + rng.integers(0, 9 * 3600, amount.shape)
    second = np.where(legal[:, None], office, 7 * 3600 + rng.integers(0, 17 * 3600, amount.shape))
    return Payments(amount, day, second, balance, begin, end)


def _debts(
    rng: np.random.Generator, calendar: Calendar, holdings: Holdings, postpaid: Flags
) -> tuple[Days, Days]:
    size = len(postpaid)
    begin = calendar.starts[0] + (rng.random(size) * (calendar.as_of - calendar.starts[0])).astype(np.int64)
    indebted = postpaid & (rng.random(size) < 0.16) & (begin > holdings.account_begin + 30)
    indebted &= begin < holdings.account_end
    end = begin + 40 + rng.exponential(150, size).astype(np.int64)
    end = np.where(rng.random(size) < 0.25, NEVER, end)
    return np.where(indebted, begin, NEVER), np.where(indebted, end, NEVER)


def _willing(rng: np.random.Generator, calendar: Calendar, begin: Days, end: Days) -> Flags:
    in_debt = (calendar.nexts > begin[:, None]) & (calendar.starts < end[:, None])
    return ~in_debt | (rng.random(in_debt.shape, np.float32) < 0.1)


def _settled(calendar: Calendar, due: Ints, willing: Flags, end: Days) -> Ints:
    # The month in which the debt ends brings everything that was left open.
    owed = np.where(willing, 0, due).sum(axis=1)
    month = np.searchsorted(calendar.nexts, end, side="right")
    out = np.zeros_like(due)
    at = np.flatnonzero(month < calendar.size)
    out[at, month[at]] = owed[at]
    return out


def _billed(charged: Ints, older: Flags) -> Ints:
    # A bill of one month is paid in the next; the bill from before the first month was like its first.
    due = np.zeros_like(charged)
    due[:, 1:] = charged[:, :-1]
    due[:, 0] = np.where(older, charged[:, 0], 0)
    return due


def _topped_up(rng: np.random.Generator, charged: Ints) -> Ints:
    due = np.rint(charged * rng.uniform(0.85, 1.15, charged.shape) / STEP).astype(np.int64) * STEP
    return np.where(rng.random(charged.shape, np.float32) < 0.06, 0, due)


def _slots(rng: np.random.Generator, monthly: Ints, postpaid: Flags) -> Ints:
    times = np.where(postpaid[:, None], 1, 1 + pick(rng, [62, 28, 10], monthly.size).reshape(monthly.shape))
    part = np.where(monthly // times >= STEP, monthly // times // STEP * STEP, monthly)
    out = np.zeros((SLOTS, *monthly.shape), dtype=np.int64)
    for slot in (1, 2):
        out[slot] = np.where((times > slot) & (part < monthly), part, 0)
    out[0] = monthly - out[1] - out[2]
    return out


def _days(rng: np.random.Generator, calendar: Calendar, holdings: Holdings, postpaid: Flags) -> Days:
    """Bills are paid in the weeks after the month, top-ups on any day on which the account is open."""
    shape = (SLOTS, len(postpaid), calendar.size)
    late: Floats = np.minimum(rng.gamma(2.0, 0.16, shape), 0.999)
    low = np.clip(holdings.account_begin[:, None], calendar.starts, calendar.ends - 1)
    high = np.clip(holdings.account_end[:, None], low + 1, calendar.ends)
    bill = calendar.starts + (late * (calendar.nexts - calendar.starts)).astype(np.int64)
    top_up = low + (rng.random(shape) * (high - low)).astype(np.int64)
    return np.where(postpaid[:, None], bill, top_up)


def _deposit(rng: np.random.Generator, charges: Charges, amount: Ints) -> Ints:
    """What must be on a prepaid account before the first month so that it never falls far below zero."""
    flow = np.cumsum(amount.sum(axis=0) - charges.total, axis=1)
    lowest = np.maximum(-flow.min(axis=1), 0)
    spare = rng.integers(0, 40, len(lowest)) - rng.integers(0, 5, len(lowest))
    deposit: Ints = (-(-lowest // STEP) + spare) * STEP
    return deposit


def _pay_deposit(calendar: Calendar, holdings: Holdings, amount: Ints, opening: Ints, prepaid: Flags) -> Ints:
    # Accounts that are opened in the months simulated get it as part of their first top-up; `amount` changes.
    new = np.flatnonzero(prepaid & (holdings.account_begin >= calendar.starts[0]))
    first = np.searchsorted(calendar.nexts, holdings.account_begin[new], side="right")
    amount[0, new, first] += np.maximum(opening[new], 0)
    left = opening.copy()
    left[new] = 0
    return left


def payment_table(
    rng: np.random.Generator,
    calendar: Calendar,
    lives: Lives,
    holdings: Holdings,
    payments: Payments,
    month: int,
) -> Any:
    """The payments of one month; a few name an account nobody knows, as bank transfers do."""
    slot, account = np.nonzero(payments.amount[:, :, month] > 0)
    legal = lives.legal[holdings.account_customer[account]]
    size = len(slot)
    method = np.where(legal, pick(rng, LEGAL_METHODS, size), pick(rng, PERSON_METHODS, size))
    seconds = payments.day[slot, account, month] * 86_400 + payments.second[slot, account, month]
    number = holdings.account_id[account]
    unknown = rng.random(size) < 0.0002
    return pa.table(
        {
            "payment_id": integers(row_ids(calendar, number, month, slot)),
            "account": integers(np.where(unknown, number + 90_000_000_000, number)),
            "paid_at": pa.array(seconds).cast(pa.timestamp("s")),
            "channel": texts(METHODS, method),
            "amount": decimals(payments.amount[slot, account, month]),
        }
    )
