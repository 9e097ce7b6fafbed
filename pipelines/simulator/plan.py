"""What is simulated: size, calendar and the random streams everything is drawn from."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path

import numpy as np

from pipelines.simulator.arrays import Days, Ints
from warehouse.errors import InputError

BLOCK = 5_000
"""Customers drawn together. Part of the meaning of a seed: work is split between processes by blocks."""
MAX_CUSTOMERS = 6_000_000
MAX_MONTHS = 120
FUTURE_MONTHS = 24
"""How far beyond its anchor a world is drawn: the last as-of date a seed can be continued to."""
EPOCH = date(1970, 1, 1)


class PlanError(InputError):
    """An argument of the simulation is out of range; the message names it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The time of a world, in days since 1970-01-01.

    What is drawn depends on `origin`, `anchor` and `horizon` only, never on `as_of`: so a later as-of date
    shows more of the same world. `starts[i]` is the first day of month i since the origin, `nexts[i]` the
    first day of the month after it. The last month is still running unless `as_of` is its `nexts`.
    """

    origin: int  # first day of the first month
    anchor: int  # the world has its stated number of customers on this day
    horizon: int  # nothing is drawn from here on
    as_of: int  # what happens on this day or later is not known yet
    starts: Days
    nexts: Days
    months: Ints  # months since year 0, i.e. year * 12 + month - 1

    @property
    def size(self) -> int:
        return len(self.starts)

    @property
    def closed(self) -> int:
        """Number of months that are over on the as-of date."""
        return int(np.searchsorted(self.nexts, self.as_of, side="right"))


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulation. `dirty_rate` is the share of broken lines added to each file.

    `months` full months of history lie before `anchor` (default: `as_of`), the day on which the world has
    `customers`. A later `as_of` with the same anchor continues the same world: nobody and nothing that was
    known before changes its draw.
    """

    customers: int
    months: int
    seed: int
    out: Path
    as_of: date
    dirty_rate: float = 0.0005
    block: int = BLOCK
    anchor: date | None = None

    def __post_init__(self) -> None:
        _within("customers", self.customers, 1, MAX_CUSTOMERS)
        _within("months", self.months, 1, MAX_MONTHS)
        _within("seed", self.seed, 0, 2**63 - 1)
        _within("block", self.block, 1, BLOCK)
        if not 0 <= self.dirty_rate <= 0.5:
            raise PlanError(f"dirty_rate must be between 0 and 0.5, not {self.dirty_rate}")
        if not date(2000, 1, 1) <= self.anchored < date(2098, 1, 1):
            raise PlanError(f"as_of (or its anchor) must lie between 2000 and 2097, not {self.anchored}")
        end = as_date(horizon(self))
        if not self.anchored <= self.as_of <= end:
            raise PlanError(f"as_of must lie between the anchor {self.anchored} and {end}, not {self.as_of}")

    @property
    def anchored(self) -> date:
        return self.anchor or self.as_of

    @property
    def blocks(self) -> int:
        return -(-self.customers // self.block)

    def block_range(self, block: int) -> tuple[int, int]:
        """First and last + 1 index of the customers of a block."""
        first = block * self.block
        return first, min(first + self.block, self.customers)

    def rng(self, block: int, stream: str) -> np.random.Generator:
        """The random numbers of one part of one block: the same whatever else is drawn, in any order."""
        key = (block, int.from_bytes(blake2b(stream.encode(), digest_size=8).digest(), "big"))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))


@dataclass(frozen=True, slots=True)
class Drawing:
    """One block of a plan that is being drawn, with its calendar and its streams of random numbers."""

    plan: Plan
    block: int
    calendar: Calendar

    def rng(self, stream: str) -> np.random.Generator:
        """The random numbers of one part of the block: the same whatever else is drawn, in any order."""
        return self.plan.rng(self.block, stream)


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise PlanError(f"{name} must be between {low} and {high}, not {value}")


def calendar(plan: Plan) -> Calendar:
    """The full months before the anchor and all months up to the as-of date, the running one included."""
    first = _month(plan.anchored) - plan.months
    # The month of the day before: on the first day of a month that month has not begun to be known.
    last = _month(plan.as_of - timedelta(days=1)) + 1
    months = np.arange(first, last, dtype=np.int64)
    starts, nexts = month_start(months), month_start(months + 1)
    return Calendar(
        int(starts[0]), _day(plan.anchored), horizon(plan), _day(plan.as_of), starts, nexts, months
    )


def horizon(plan: Plan) -> int:
    """First day (since 1970-01-01) that is not drawn any more."""
    return int(month_start(np.array([_month(plan.anchored) + FUTURE_MONTHS]))[0])


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day(day: date) -> int:
    return (day - EPOCH).days


def month_start(months: Ints) -> Days:
    """First day of months counted from year 0, as days since 1970-01-01."""
    return (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def as_date(day: int) -> date:
    """The date of a day counted from 1970-01-01."""
    return date.fromordinal(EPOCH.toordinal() + int(day))
