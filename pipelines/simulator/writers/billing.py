"""What the billing sends besides its registers and facts: price lists, services, daily usage, invoices, balances."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import NEVER, Days, Flags, dates, decimals, integers, texts
from pipelines.simulator.charges import row_ids
from pipelines.simulator.links import KINDS as LINK_KINDS
from pipelines.simulator.links import ROLES
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.payments import balances_on
from pipelines.simulator.schedule import Period
from pipelines.simulator.services import FEES, SERVICES
from pipelines.simulator.tariffs import ALL_TARIFFS, TARIFFS
from pipelines.simulator.world import World
from pipelines.simulator.writers import forms

PRICE_LIST_DAY = 16_436  # 2015-01-01: the first price list
MINUTE_PRICE, MB_PRICE = 6_000, 250  # tiyin, above the allowance
BALANCE_MONTHS = 3
"""Balances are kept for so many first days of months before the anchor, and for all that follow."""
NOT_INVOICED = 0.003
"""Share of months that the billing forgets to invoice."""


def price_lists(world: World, period: Period) -> Iterator[Part]:
    """Tariffs and services, whole; they are the same for all blocks, so the first one writes them."""
    if world.block:
        return
    for day in period.whole_days():
        yield csv_part(world, forms.TARIFFS, day, _tariffs())
        yield csv_part(world, forms.SERVICES, day, _services())


def _tariffs() -> Any:
    place = np.arange(len(ALL_TARIFFS))
    return pa.table(
        {
            "TARIFF_ID": pa.array([f"T{number:02d}" for number in place]),
            "NAME": pa.array([tariff.name for tariff in ALL_TARIFFS]),
            "SEGMENT": texts(("B2C", "B2B"), (place >= len(TARIFFS)).astype(np.int64)),
            "FEE": decimals(np.array([tariff.fee for tariff in ALL_TARIFFS])),
            "MINUTES": integers(np.array([tariff.minutes for tariff in ALL_TARIFFS])),
            "MB": integers(np.array([tariff.megabytes for tariff in ALL_TARIFFS])),
            "MIN_PRICE": decimals(np.full(len(place), MINUTE_PRICE)),
            "MB_PRICE": decimals(np.full(len(place), MB_PRICE)),
            "FROM_DT": dates(PRICE_LIST_DAY + 181 * place),
        }
    )


def _services() -> Any:
    place = np.arange(len(SERVICES))
    return pa.table(
        {
            "SERV_ID": pa.array([service.code for service in SERVICES]),
            "NAME": pa.array([service.name for service in SERVICES]),
            "KIND": pa.array([service.kind.upper() for service in SERVICES]),
            "FEE": decimals(FEES),
            "FROM_DT": dates(PRICE_LIST_DAY + 240 * place),
        }
    )


def subscription_services(world: World, period: Period) -> Iterator[Part]:
    """Services of subscriptions: all on the anchor, then those that were switched on or off the day before."""
    drawn, holdings = world.services, world.holdings
    for day in period.register_days():
        at = np.flatnonzero(shown(drawn.begin, drawn.end, day, whole=day == world.calendar.anchor))
        end = drawn.end[at]
        table = pa.table(
            {
                "SUBS_ID": integers(holdings.sim_id[drawn.sim[at]]),
                "SERV_ID": texts([service.code for service in SERVICES], drawn.service[at]),
                "ON_DT": dates(drawn.begin[at]),
                "OFF_DT": dates(np.where(end < day, end, NEVER)),
                "FEE": decimals(FEES[drawn.service[at]]),
            }
        )
        yield csv_part(world, forms.SUBSCRIPTION_SERVICES, day, table)


def shown(begin: Days, end: Days, day: int, *, whole: bool) -> Flags:
    """Which things the file of a day lists: all that have begun, or those that began or ended the day before."""
    known: Flags = begin < day
    return known if whole else known & ((begin == day - 1) | (end == day - 1))


def links(world: World, period: Period) -> Iterator[Part]:
    """Links between legal entities, whole."""
    drawn, number = world.links, world.lives.number
    for day in period.whole_days():
        at = np.flatnonzero(drawn.begin < day)
        kind, end = drawn.kind[at], drawn.end[at]
        table = pa.table(
            {
                "CUST_ID": integers(number[drawn.one[at]]),
                "REL_ID": integers(number[drawn.other[at]]),
                "KIND": texts([name.upper() for name in LINK_KINDS], kind),
                "ROLE": texts(ROLES, drawn.role[at]),
                "SHARE": decimals(drawn.share[at], kind == LINK_KINDS.index("formal")),
                "FROM_DT": dates(drawn.begin[at]),
                "TO_DT": dates(np.where(end < day, end, NEVER)),
            }
        )
        yield csv_part(world, forms.LINKS, day, table)


def invoices(world: World, period: Period) -> Iterator[Part]:
    """Invoices of accounts that pay by bill, issued on the last day of each month that is over."""
    for month in period.months():
        day = int(world.calendar.nexts[month])
        yield csv_part(world, forms.INVOICES, day, invoice_table(world, month))


def invoice_table(world: World, month: int) -> Any:
    """The invoices of a month: one per account with charges, save those that the billing forgot."""
    holdings, number = world.holdings, world.calendar.months[month]
    charged = world.charges.amount[:, month].sum(axis=0)
    owner = holdings.account_customer[: len(charged)]
    issued = world.rng(f"invoiced {number}").random(len(charged)) >= NOT_INVOICED
    at = np.flatnonzero(issued & (charged > 0) & world.lives.postpaid[owner])
    last = np.full(len(at), world.calendar.nexts[month] - 1)
    invoice = row_ids(holdings.account_id[at], number, np.zeros_like(at))
    return pa.table(
        {
            "INV_ID": integers(invoice),
            "ACC_ID": integers(holdings.account_id[at]),
            "INV_NO": integers(invoice % 10_000_000_000 // 10),
            "PERIOD": dates(np.full(len(at), world.calendar.starts[month])),
            "ISSUE_DT": dates(last),
            "DUE_DT": dates(last + 20),
            "AMOUNT": decimals(charged[at]),
            "VAT": decimals(charged[at] * 12 // 112),
        }
    )


def balances(world: World, period: Period) -> Iterator[Part]:
    """Balances of all open accounts on the first days of the newest months."""
    calendar = world.calendar
    since = calendar.anchor - 31 * BALANCE_MONTHS
    for month in period.months():
        day = int(calendar.nexts[month])
        if day >= since:
            yield csv_part(world, forms.BALANCES, day, _balances(world, month, day))


def _balances(world: World, month: int, day: int) -> Any:
    holdings = world.holdings
    balance = balances_on(world.calendar, world.payments, world.charges, day)
    # Before the anchor the accounts that are open are no prefix.
    begin, end = (days[: len(balance)] for days in (holdings.account_begin, holdings.account_end))
    at = np.flatnonzero((begin < day) & (end >= day))
    bill = world.charges.amount[:, month].sum(axis=0)[at]
    # What was billed for the last month is not due yet; of people who pay before, nothing is.
    overdue = np.maximum(-balance[at] - bill, 0) * world.lives.postpaid[holdings.account_customer[at]]
    return pa.table(
        {
            "ACC_ID": integers(holdings.account_id[at]),
            "BAL_DT": dates(np.full(len(at), day - 1)),
            "BALANCE": decimals(balance[at]),
            "OVERDUE": decimals(overdue, overdue > 0),
        }
    )
