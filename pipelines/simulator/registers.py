"""The billing's registers as they stand on a day: customers, contracts, accounts, subscriptions."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Ints, dates, decimals, integers, texts
from pipelines.simulator.payments import balances_on
from pipelines.simulator.tariffs import ALL_TARIFFS, tariffs_on
from pipelines.simulator.world import World


def customer_table(world: World, day: int) -> Any:
    """One row per customer known before `day`, in the billing's own columns and codes."""
    lives, register = world.lives, world.register
    size = world.customers_on(day)
    table = register.table.slice(0, size)
    moved, wrong = register.changed[:size] < day, (register.corrected < NEVER)[:size]
    wrong &= register.corrected[:size] >= day
    for flags, stated in ((moved, register.later), (wrong, register.wrong)):
        for name in stated.column_names:
            now = pc.if_else(pa.array(flags), stated[name].slice(0, size), table[name])
            table = table.set_column(table.schema.get_field_index(name), name, now)
    merged, survivor = _merged(world, day)
    closed = np.minimum(np.where(lives.gone < day, lives.gone, NEVER), merged)[:size]
    status = np.where(closed < NEVER, 2, lives.prospect[:size].astype(np.int64))
    stated = np.where(register.close_known[:size], closed, NEVER)
    table = table.append_column("STATUS", texts(("A", "P", "D"), status))
    table = table.append_column("CLOSE_DT", dates(stated))
    number = integers(lives.number[survivor][:size], merged[:size] < NEVER)
    return table.append_column("MERGED_TO", number)


def _merged(world: World, day: int) -> tuple[Ints, Ints]:
    """Day of the merger (NEVER where there is none before `day`) and position of the survivor, per customer."""
    when = np.full(world.lives.size, NEVER)
    survivor = np.arange(world.lives.size)
    at = np.flatnonzero(world.mergers.day < day)
    when[world.mergers.retired[at]] = world.mergers.day[at]
    survivor[world.mergers.retired[at]] = world.mergers.survivor[at]
    return when, survivor


def contract_table(world: World, day: int) -> Any:
    """One row per contract known before `day`; some of the companies' run for a fixed term that ends later."""
    holdings, lives = world.holdings, world.lives
    size = world.contracts_on(day)
    owner = holdings.contract_customer[:size]
    _, holder = _merged(world, day)
    ended = holdings.contract_end[:size]
    term = np.where(holdings.contract_term[:size] > day, holdings.contract_term[:size], NEVER)
    return pa.table(
        {
            "CONTR_ID": integers(holdings.contract_id[:size]),
            "CUST_ID": integers(lives.number[holder[owner]]),
            "PAY_TYPE": texts(("PRE", "POST"), lives.postpaid[owner].astype(np.int64)),
            "SIGN_DT": dates(holdings.contract_begin[:size]),
            "END_DT": dates(np.where(ended < day, ended, term)),
        }
    )


def account_table(world: World, day: int) -> Any:
    """One row per account known before `day`, with its balance as it stands."""
    holdings, size = world.holdings, world.accounts_on(day)
    balance = balances_on(world.calendar, world.payments, world.charges, day)[:size]
    known = world.rng("balances").random(len(holdings.account_id))[:size] < 0.995
    contract = holdings.account_contract[:size]
    ended = holdings.contract_end[contract]
    return pa.table(
        {
            "ACC_ID": integers(holdings.account_id[:size]),
            "CONTR_ID": integers(holdings.contract_id[contract]),
            "OPEN_DT": dates(holdings.contract_begin[contract]),
            "CLOSE_DT": dates(np.where(ended < day, ended, NEVER)),
            "BALANCE": decimals(balance, known),
        }
    )


def subscription_table(world: World, day: int) -> Any:
    """One row per subscription known before `day`, with the tariff it has."""
    holdings, size = world.holdings, world.subscriptions_on(day)
    tariff = tariffs_on(day, holdings.sim_tariff, world.tariff_changes)[:size]
    ended = holdings.sim_end[:size]
    return pa.table(
        {
            "SUBS_ID": integers(holdings.sim_id[:size]),
            "ACC_ID": integers(holdings.account_id[holdings.sim_account[:size]]),
            "MSISDN": integers(holdings.msisdn[:size]),
            "TARIFF": texts([t.name for t in ALL_TARIFFS], tariff),
            "ACT_DT": dates(holdings.sim_begin[:size]),
            "DEACT_DT": dates(np.where(ended < day, ended, NEVER)),
        }
    )


def changed_rows(before: Any, after: Any) -> Any:
    """Rows of `after` that are new or differ; the rows of `before` are the first of `after`, in order."""
    size = len(before)
    differs = np.ones(len(after), dtype=np.bool_)
    differs[:size] = False
    for name in after.column_names:
        old, new = before[name], after[name].slice(0, size)
        # A comparison with NULL says nothing: it differs where exactly one of the two is NULL.
        unequal = pc.coalesce(pc.not_equal(old, new), pc.xor(pc.is_null(old), pc.is_null(new)))
        differs[:size] |= unequal.to_numpy()
    return after.take(pa.array(np.flatnonzero(differs)))
