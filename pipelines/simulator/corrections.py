"""Months whose charges the billing sends twice: first with errors, days later put right.

The world holds what is right: balances, invoices and payments never follow the errors.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Flags, Ints, dates, decimals
from pipelines.simulator.facts import charge_table
from pipelines.simulator.plan import Calendar
from pipelines.simulator.world import World

EVERY, OFFSET = 12, 9
"""One month in so many is corrected; which one, the seed says."""
DELAY = 9
"""Days from the first file of a month to the one that replaces it."""
TAXED_TWICE, FORGOTTEN = 0.02, 0.003
"""Shares of the charges of such a month that are first sent with tax on the tax, or not at all."""
VAT_PERCENT = 12
NOTHING = pa.table(
    {
        "month": pa.array([], pa.date32()),
        "charge_id": pa.array([], pa.string()),
        "account_id": pa.array([], pa.string()),
        "stated": pa.array([], pa.decimal128(18, 2)),
        "amount": pa.array([], pa.decimal128(18, 2)),
        "corrected_on": pa.array([], pa.date32()),
    }
)


def is_corrected(world: World, month: int) -> bool:
    """Whether the charges of a month are sent twice; the same whatever the as-of date."""
    return bool((int(world.calendar.months[month]) + world.plan.seed) % EVERY == OFFSET)


def correction_day(calendar: Calendar, month: int) -> int:
    """The date of the file that puts a month right."""
    return int(calendar.nexts[month]) + DELAY


def first_charges(world: World, month: int) -> Any:
    """The charges of a month as they are sent first: some too high, some forgotten."""
    right = charge_table(world, month)
    if not is_corrected(world, month):
        return right
    _, forgotten, amount = _errors(world, month)
    stated = right.set_column(right.schema.get_field_index("AMOUNT"), "AMOUNT", decimals(amount))
    return stated.filter(pa.array(~forgotten))


def charge_corrections(world: World) -> Any:
    """One row per charge that is first sent wrong: `stated` (NULL = forgotten) and the right `amount`."""
    months = [month for month in range(world.calendar.closed) if is_corrected(world, month)]
    return pa.concat_tables([NOTHING, *(_corrections(world, month) for month in months)])


def _corrections(world: World, month: int) -> Any:
    right = charge_table(world, month)
    wrong, forgotten, amount = _errors(world, month)
    at = pa.array(np.flatnonzero(wrong | forgotten))
    chosen, size = right.take(at), len(at)
    return pa.table(
        {
            "month": dates(np.full(size, world.calendar.starts[month])),
            "charge_id": pc.cast(chosen["CHARGE_ID"], pa.string()),
            "account_id": pc.cast(chosen["ACC_ID"], pa.string()),
            "stated": decimals(amount, ~forgotten).take(at),
            "amount": chosen["AMOUNT"],
            "corrected_on": dates(np.full(size, correction_day(world.calendar, month))),
        }
    )


def _errors(world: World, month: int) -> tuple[Flags, Flags, Ints]:
    """Rows of the month's table that are too high or forgotten, and the amounts as they are sent first, in tiyin."""
    charged = world.charges.amount[:, month]
    amount = charged[charged > 0]
    chance = world.rng(f"misbilled {world.calendar.months[month]}").random(len(amount))
    wrong, forgotten = chance < TAXED_TWICE, chance > 1 - FORGOTTEN
    return wrong, forgotten, np.where(wrong, amount * (100 + VAT_PERCENT) // 100, amount)
