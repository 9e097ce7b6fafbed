"""The bank-client: transfers of legal entities, which name the payer's tax id and mostly the account."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import decimals, integers
from pipelines.simulator.facts import UNKNOWN_ACCOUNT, payment_ids, payments_between
from pipelines.simulator.parts import Part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.forms import BANK
from pipelines.simulator.writers.records import record_part

ACCOUNT_NAMED, PRIME = 0.9, 1_009


def bank_statements(world: World, period: Period) -> Iterator[Part]:
    """Statements: month by month before the anchor, then day by day."""
    for begin, end in period.spans():
        yield record_part(world, BANK, end, _transfers(world, begin, end))


def _transfers(world: World, begin: int, end: int) -> Any:
    payments, holdings = world.payments, world.holdings
    at = payments_between(world, begin, end, by_bank=True)
    account = at[2]
    number = holdings.account_id[account]
    payment_id = payment_ids(world, at)
    # Drawn from the payment's number, so that it does not matter in which file it comes; a prime spreads them.
    named = payment_id % PRIME < ACCOUNT_NAMED * PRIME
    wrong = payments.unknown[at]
    told = integers(np.where(wrong, number + UNKNOWN_ACCOUNT, number), named)
    moment = payments.day[at] * 86_400 + payments.second[at]
    return pa.table(
        {
            "payment_id": integers(payment_id),
            "paid_at": pa.array(moment).cast(pa.timestamp("s")),
            "amount": decimals(payments.amount[at]),
            "tax_id": integers(world.register.tax_id[holdings.account_customer[account]]),
            "account": told,
            "purpose": pc.binary_join_element_wise(
                "Оплата услуг связи, л/с ", pc.coalesce(told.cast(pa.string()), "не указан"), ", НДС 12%", ""
            ),
        }
    )
