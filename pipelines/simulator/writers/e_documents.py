"""The operator of e-documents: electronic invoices with their states, sent again when a state changes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Ints, dates, decimals, integers, texts
from pipelines.simulator.parts import Part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.forms import E_INVOICES
from pipelines.simulator.writers.records import record_part

OUR_TAX_ID = 200_000_001
DELAY = 10
"""Days after the end of a month on which its invoices are exported."""
MONTHS_BEFORE = 12
"""Months before the anchor that the operator still has."""
STATES = ("SENT", "DELIVERED", "SIGNED", "REJECTED", "CANCELLED")
SETTLED_LATER = 0.6
"""Share of invoices not answered at first that are answered until the next export."""


def e_invoices(world: World, period: Period) -> Iterator[Part]:
    """One file per month: its invoices, and those of the month before that were answered since."""
    calendar = world.calendar
    anchor = int(np.searchsorted(calendar.starts, calendar.anchor))
    for month in range(max(anchor - MONTHS_BEFORE, 0), calendar.closed):
        day = int(calendar.nexts[month]) + DELAY
        if period.has(day):
            late = [_invoices(world, month - 1, again=True)] if month else []
            yield record_part(world, E_INVOICES, day, pa.concat_tables([_invoices(world, month), *late]))


def _invoices(world: World, month: int, *, again: bool = False) -> Any:
    holdings, number = world.holdings, int(world.calendar.months[month])
    charged = world.charges.amount[:, month].sum(axis=0)
    size = len(charged)
    rng = world.rng(f"e-documents {number}")
    chance, hours, later = rng.random((size, 3)).T
    legal = world.lives.legal[holdings.account_customer[:size]]
    state = _states(chance)
    waiting = state < STATES.index("SIGNED")
    at = np.flatnonzero(legal & (charged > 0) & ((waiting & (later < SETTLED_LATER)) | (not again)))
    told = np.where(again, STATES.index("SIGNED"), state)[at]
    last = int(world.calendar.nexts[month]) - 1
    moment = (
        last * 86_400 + 36_000 + (hours[at] * DELAY * 86_400).astype(np.int64) + again * (DELAY + 5) * 86_400
    )
    account = holdings.account_id[at]
    tail = pc.utf8_lpad(integers(account).cast(pa.string()), 12, "0")
    return pa.table(
        {
            "e_invoice_id": pc.binary_join_element_wise(f"{number:08x}-5c1e-4d2a-9b7f", tail, "-"),
            "number": integers(account * 10_000 + number % 10_000),
            "issued_on": dates(np.full(len(at), last)),
            "seller": integers(np.full(len(at), OUR_TAX_ID)),
            "buyer": integers(world.register.tax_id[holdings.account_customer[at]]),
            "status": texts(STATES, told),
            "status_at": pa.array(moment).cast(pa.timestamp("s")),
            "amount": decimals(charged[at]),
            "vat": decimals(charged[at] * 12 // 112),
        }
    )


def _states(chance: Any) -> Ints:
    edges = np.cumsum([0.05, 0.12, 0.78, 0.04])
    place: Ints = np.searchsorted(edges, chance, side="right").astype(np.int64)
    return place
