"""Payments into accounts and the balances they leave: top-ups, monthly bills, debts that grow and end.

Amounts in tiyin, positive. A balance below zero is a debt.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import Days, Flags, Ints, pick
from pipelines.simulator.charges import Charges
from pipelines.simulator.contracts import Holdings
from pipelines.simulator.debts import Debts
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.plan import Calendar, Drawing

METHODS = ("cash", "card", "bank", "app", "terminal")
PERSON_METHODS, LEGAL_METHODS = [13.0, 22.0, 1.0, 42.0, 22.0], [0.0, 3.0, 95.0, 2.0, 0.0]
SLOTS = 3
STEP = 100_000
"""People top up in whole thousands of UZS."""
LATE = 0.004
"""Share of payments that the gateway delivers days after they were made."""
FORGOTTEN = 0.025
"""Share of bills that the usual payer pays a month late."""


@dataclass(frozen=True, slots=True)
class Payments:
    """Slots x months x accounts, amount 0 = no payment; `opening` per account is the balance at the origin."""

    amount: Ints
    day: Days
    second: Ints
    arrives: Days  # first day on which the payment is in the extracts
    method: Ints  # position in METHODS
    unknown: Flags  # names an account nobody knows, as bank transfers do
    opening: Ints


def draw_payments(
    drawing: Drawing,
    lives: Lives,
    holdings: Holdings,
    debts: Debts,
    charges: Charges,
) -> Payments:
    """Payments of all accounts that are known, month by month: what is paid depends on what is left."""
    calendar, accounts = drawing.calendar, len(holdings.account_id)
    debts = Debts(*(getattr(debts, name)[:accounts] for name in Debts.__slots__))
    legal = lives.legal[holdings.account_customer]
    postpaid = lives.postpaid[holdings.account_customer]
    older = holdings.account_begin < calendar.origin
    drawn = _nothing(calendar.size, accounts)
    charged = charges.total
    # The bill from before the first month was like its first.
    due = np.where(older, charged[0], 0)
    spare = drawing.rng("deposits").integers(-2, 40, accounts) * STEP
    drawn.opening[:] = np.where(postpaid, -due, np.where(older, spare, 0))
    balance, owed = drawn.opening.copy(), np.zeros(accounts, dtype=np.int64)
    for month, number in enumerate(calendar.months):
        rng = drawing.rng(f"payments {number}")
        billed, topped, slots, days, rest = rng.spawn(5)
        bill, owed = _bills(billed, calendar, debts, due, owed, month)
        top_up = _top_ups(topped, charged[month], np.where(postpaid, 0, balance))
        paid = np.where(postpaid, bill, top_up)
        balance += np.where(postpaid, 0, paid - charged[month])
        drawn.amount[:, month] = _slots(slots, paid, postpaid)
        drawn.day[:, month] = _days(days, calendar, holdings, debts, postpaid, month)
        _particulars(rest, drawn, legal, month)
        due = charged[month]
    return drawn


def _nothing(months: int, accounts: int) -> Payments:
    shape = (SLOTS, months, accounts)
    amount, day, second, arrives, method = (np.zeros(shape, dtype=np.int64) for _ in range(5))
    opening = np.zeros(accounts, dtype=np.int64)
    return Payments(amount, day, second, arrives, method, np.zeros(shape, dtype=np.bool_), opening)


def _bills(
    rng: np.random.Generator, calendar: Calendar, debts: Debts, due: Ints, owed: Ints, month: int
) -> tuple[Ints, Ints]:
    """What is paid of last month's bill and of what was left of earlier ones, and what is left now."""
    following = calendar.nexts[month]
    in_debt = (debts.begin < following) & (debts.end >= following)
    # Some let a bill lie until the next one comes, without being debtors.
    forgotten = ~in_debt & (rng.random(len(due)) < FORGOTTEN * debts.tardiness)
    part = np.where(in_debt, np.rint(due * debts.part).astype(np.int64), np.where(forgotten, 0, due))
    settled = np.where(in_debt | forgotten, 0, owed)
    return part + settled, owed + due - part - settled


def _top_ups(rng: np.random.Generator, charged: Ints, balance: Ints) -> Ints:
    usual, skipped, short = rng.random((len(charged), 3)).T
    wanted = np.rint(charged * (0.85 + 0.3 * usual) / STEP).astype(np.int64) * STEP
    wanted = np.where(skipped < 0.06, 0, wanted)
    # Nobody speaks for nothing: what is missing is paid too, save by a few who stay a little below zero.
    missing = np.maximum(charged - balance - wanted, 0)
    covered = -(-missing // STEP) * STEP
    small = (short < 0.03) & (missing < 20 * STEP)
    return wanted + np.where(small, 0, covered)


def _slots(rng: np.random.Generator, monthly: Ints, postpaid: Flags) -> Ints:
    times = np.where(postpaid, 1, 1 + pick(rng, [62, 28, 10], len(monthly)))
    part = np.where(monthly // times >= STEP, monthly // times // STEP * STEP, monthly)
    out = np.zeros((SLOTS, len(monthly)), dtype=np.int64)
    for slot in (1, 2):
        out[slot] = np.where((times > slot) & (part < monthly), part, 0)
    out[0] = monthly - out[1] - out[2]
    return out


def _days(
    rng: np.random.Generator,
    calendar: Calendar,
    holdings: Holdings,
    debts: Debts,
    postpaid: Flags,
    month: int,
) -> Days:
    """Bills are paid in the weeks after the month, top-ups on any day on which the account is open."""
    accounts = len(postpaid)
    first, last = calendar.starts[month], calendar.nexts[month]
    bill_rng, top_rng = rng.spawn(2)
    late = np.minimum(bill_rng.gamma(2.0, 0.16, (accounts, SLOTS)).T * debts.tardiness, 0.999)
    low = np.clip(holdings.account_begin, first, last - 1)
    high = np.clip(holdings.account_end, low + 1, last)
    bill = first + (late * (last - first)).astype(np.int64)
    top_up = low + (top_rng.random((accounts, SLOTS)).T * (high - low)).astype(np.int64)
    return np.where(postpaid, bill, top_up)


def _particulars(rng: np.random.Generator, drawn: Payments, legal: Flags, month: int) -> None:
    """Time of day, day of arrival, method and wrong account of a month's payments."""
    chances = rng.random((drawn.amount.shape[2], SLOTS, 5), np.float32).transpose(2, 1, 0)
    clock, method, late, wrong, delay = chances
    hours = np.where(legal, 9, 17) * 3600
    drawn.second[:, month] = np.where(legal, 9, 7) * 3600 + (clock * hours).astype(np.int64)
    day = drawn.day[:, month]
    drawn.arrives[:, month] = day + np.where(late < LATE, 1 + (delay**3 * 24).astype(np.int64), 0)
    drawn.method[:, month] = np.where(legal, _share(LEGAL_METHODS, method), _share(PERSON_METHODS, method))
    drawn.unknown[:, month] = wrong < 0.0002


def _share(shares: list[float], chance: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Ints:
    edges = np.cumsum(shares) / sum(shares)
    place: Ints = np.minimum(np.searchsorted(edges, chance, side="right"), len(shares) - 1)
    return place


def balances_on(calendar: Calendar, payments: Payments, charges: Charges, day: int) -> Ints:
    """Balance of each account as the billing knows it on a day: months that are over, payments that arrived."""
    closed = int(np.searchsorted(calendar.nexts, day, side="right"))
    paid = np.where(payments.arrives < day, payments.amount, 0).sum(axis=(0, 1))
    balance: Ints = payments.opening + paid - charges.amount[:, :closed].sum(axis=(0, 1))
    return balance
