"""What the state says about legal entities: tax service, my.gov, statistics office."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Days, dates, integers, pick, texts
from pipelines.simulator.office import office_table
from pipelines.simulator.parts import Part
from pipelines.simulator.plan import as_date
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.forms import MY_GOV, STATISTICS_FOLDER, STATISTICS_NAME, TAX_SERVICE
from pipelines.simulator.writers.records import record_part
from pipelines.simulator.writers.workbook import SHEET, sheet_part

BLOCKED_A_YEAR = 0.06
STATES = ("INACTIVE", "IN_LIQUIDATION", "LIQUIDATED")
STATISTICS_TOTALS = ("head_count",)


def tax_service(world: World, period: Period) -> Iterator[Part]:
    """All legal entities with their statuses, nested; a tax block may be over or in force."""
    company = np.flatnonzero(world.lives.legal)
    begin, end = _blocks(world, len(company))
    for day in period.whole_days():
        at = company[world.lives.registered[company] < day]
        opened, closed = begin[: len(at)], end[: len(at)]
        blocked = opened < day
        table = pa.table(
            {
                "tin": integers(world.register.tax_id[at]),
                "registered": dates(world.lives.registered[at]),
                "block": _block_texts(opened, np.where(closed < day, closed, NEVER), blocked),
            }
        )
        part = record_part(world, TAX_SERVICE, day, table, clean=True)
        # Each status is a record of its own.
        part.counts.good += int(blocked.sum())
        yield part


def _blocks(world: World, size: int) -> tuple[Days, Days]:
    """First and last day of a tax block per legal entity; debtors are blocked no more often than others."""
    calendar, rng = world.calendar, world.rng("tax blocks")
    wait, lasts = rng.exponential(365 / BLOCKED_A_YEAR, size), rng.exponential(90, size)
    begin = calendar.origin + wait.astype(np.int64)
    begin = np.where(begin < calendar.horizon, begin, NEVER)
    return begin, np.where(begin < NEVER, begin + 5 + lasts.astype(np.int64), NEVER)


def _block_texts(begin: Days, end: Days, blocked: Any) -> Any:
    since = dates(np.where(blocked, begin, NEVER)).cast(pa.string())
    until = pc.coalesce(dates(end).cast(pa.string()), "")
    text = pc.binary_join_element_wise(
        ',{"code":"TAX_BLOCK","since":"', since, '","until":"', until, '","reason":"tax debt"}', ""
    )
    return pc.coalesce(text, "")


def my_gov(world: World, period: Period) -> Iterator[Part]:
    """Legal entities that are inactive, in liquidation or liquidated, as the state portal lists them."""
    lives = world.lives
    company = np.flatnonzero(lives.legal)
    rng = world.rng("my gov")
    state = pick(rng, [55, 20, 25], len(company))
    # Many of those who left do not exist any more; of the others a few sleep.
    gone = (lives.gone[company] < NEVER) & (rng.random(len(company)) < 0.5)
    asleep = rng.random(len(company)) < 0.02
    since = np.where(gone, lives.gone[company] + rng.integers(-60, 120, len(company)), NEVER)
    awake = world.calendar.origin + rng.integers(0, 600, len(company))
    since = np.maximum(np.where(asleep & ~gone, awake, since), lives.registered[company] + 1)
    state = np.where(gone, state, 0)
    for day in period.whole_days():
        at = np.flatnonzero((since < day) & (lives.registered[company] < day))
        document = integers(lives.number[company[at]] * 7 % 1_000_003).cast(pa.string())
        table = pa.table(
            {
                "tin": integers(world.register.tax_id[company[at]]),
                "state": texts(STATES, state[at]),
                "since": dates(since[at]),
                "document": pc.binary_join_element_wise("R-", document, ""),
            }
        )
        yield record_part(world, MY_GOV, day, table)


def statistics(world: World, period: Period) -> Iterator[Part]:
    """Legal entities as the statistics office knows them: one sheet, on the anchor and every first of a month."""
    table = office_table(world)
    for day in period.whole_days():
        known = world.lives.registered[world.lives.legal] < day
        path = f"inbox/{STATISTICS_FOLDER}/{STATISTICS_NAME}_{as_date(day):%Y%m%d}{SHEET}"
        yield sheet_part(path, "Organisations", table.filter(pa.array(known)), STATISTICS_TOTALS)
