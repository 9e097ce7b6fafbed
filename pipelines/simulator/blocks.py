"""One block of customers, drawn and rendered: the parts of all files, their totals, and the planted truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator import layouts
from pipelines.simulator.arrays import NEVER, Ints, dates, integers
from pipelines.simulator.charges import charge_table, draw_charges
from pipelines.simulator.contracts import (
    NUMBERS_PER_CUSTOMER,
    Holdings,
    account_table,
    contract_table,
    draw_holdings,
    phones,
    subscription_table,
)
from pipelines.simulator.customers import customer_table
from pipelines.simulator.dirty import Counts, broken_lines
from pipelines.simulator.layouts import Layout
from pipelines.simulator.lifecycle import Lives, draw_lives
from pipelines.simulator.loyalty import loyalty_table
from pipelines.simulator.payments import Payments, draw_payments, payment_table
from pipelines.simulator.plan import Calendar, Plan, as_date, calendar
from pipelines.simulator.render import header, render
from pipelines.simulator.usage import Usage, draw_usage, usage_table


@dataclass(slots=True)
class Part:
    """A block's share of one file. `sums` are in hundredths (whole numbers for integer columns)."""

    path: str
    layout: Layout
    header: bytes
    body: bytes
    counts: Counts
    sums: dict[str, int] = field(default_factory=dict)


def draw_block(plan: Plan, block: int) -> tuple[list[Part], Any]:
    """The parts of all files and the truth table of one block."""
    times = calendar(plan)
    lives = draw_lives(plan, times, block)
    first_number = block * plan.block * NUMBERS_PER_CUSTOMER
    holdings = draw_holdings(plan.rng(block, "holdings"), times, lives, first_number)
    usage = draw_usage(plan.rng(block, "usage"), times, lives, holdings)
    charges = draw_charges(plan.rng(block, "charges"), times, holdings, usage)
    payments = draw_payments(plan.rng(block, "payments"), times, lives, holdings, charges)
    parts = []
    for number, (layout, day, table) in enumerate(
        [
            *_snapshots(plan, times, block, lives, holdings, payments),
            *_months(plan, times, block, lives, holdings, (usage, charges, payments)),
        ]
    ):
        rng = plan.rng(block, f"dirty {number}")
        parts.append(_part(rng, layout, layout.path(as_date(day)), table, plan.dirty_rate))
    return parts, truth_table(lives, holdings, usage, payments)


def _snapshots(
    plan: Plan, times: Calendar, block: int, lives: Lives, holdings: Holdings, payments: Payments
) -> Iterator[tuple[Layout, int, Any]]:
    known = plan.rng(block, "balances").random(len(payments.balance)) < 0.995
    phone = phones(plan.rng(block, "phones"), holdings, lives.size)
    yield layouts.CUSTOMERS, times.as_of, customer_table(plan.rng(block, "customers"), times, lives, phone)
    yield layouts.CONTRACTS, times.as_of, contract_table(plan.rng(block, "contracts"), times, holdings, lives)
    yield layouts.ACCOUNTS, times.as_of, account_table(holdings, payments.balance, known)
    yield layouts.SUBSCRIPTIONS, times.as_of, subscription_table(holdings)
    yield layouts.LOYALTY, times.as_of, loyalty_table(plan.rng(block, "loyalty"), times, lives)


def _months(
    plan: Plan,
    times: Calendar,
    block: int,
    lives: Lives,
    holdings: Holdings,
    drawn: tuple[Usage, Any, Payments],
) -> Iterator[tuple[Layout, int, Any]]:
    usage, charges, payments = drawn
    charge_rng, payment_rng = plan.rng(block, "charge days"), plan.rng(block, "payment rows")
    for month in range(times.size):
        day = int(times.ends[month])
        yield layouts.USAGE, day, usage_table(times, holdings, usage, month)
        yield layouts.CHARGES, day, charge_table(charge_rng, times, holdings, charges, month)
        yield layouts.PAYMENTS, day, payment_table(payment_rng, times, lives, holdings, payments, month)


def _part(rng: np.random.Generator, layout: Layout, path: str, table: Any, rate: float) -> Part:
    broken, counts = broken_lines(rng, table, layout, rate)
    sums = {name: _sum(table[name]) for name in layout.totals}
    return Part(
        path, layout, header(table.column_names, layout), render(table, layout) + broken, counts, sums
    )


def _sum(column: Any) -> int:
    total = pc.sum(column).as_py() or 0
    return int(total * 100) if pa.types.is_decimal(column.type) else int(total)


def truth_table(lives: Lives, holdings: Holdings, usage: Usage, payments: Payments) -> Any:
    """What was planted, one row per customer."""
    first_debt, last_debt = _debt(lives, holdings, payments)
    dips = np.bincount(holdings.sim_customer, weights=usage.dipped, minlength=lives.size)
    return pa.table(
        {
            "customer_id": pc.cast(integers(lives.number), pa.string()),
            "legal_entity": pa.array(lives.legal),
            "prospect": pa.array(lives.prospect),
            "postpaid": pa.array(lives.postpaid),
            "registered_on": dates(lives.registered),
            "gone_on": dates(lives.gone),
            "falls_before_leaving": pa.array(lives.prelude),
            "recovering_dips": integers(dips.astype(np.int64)),
            "debt_from": dates(first_debt),
            "debt_until": dates(last_debt),
        }
    )


def _debt(lives: Lives, holdings: Holdings, payments: Payments) -> tuple[Ints, Ints]:
    first = np.full(lives.size, NEVER)
    np.minimum.at(first, holdings.account_customer, payments.debt_from)
    indebted = payments.debt_from != NEVER
    last = np.zeros(lives.size, dtype=np.int64)
    np.maximum.at(last, holdings.account_customer[indebted], payments.debt_until[indebted])
    return first, np.where(first == NEVER, NEVER, last)
