"""What is simulated: size, calendar and the random streams everything is drawn from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pipelines.simulator.arrays import Days, Ints
from warehouse.errors import InputError

BLOCK = 5_000
"""Customers drawn together. Part of the meaning of a seed: work is split between processes by blocks."""
MAX_CUSTOMERS = 6_000_000
MAX_MONTHS = 120
EPOCH = date(1970, 1, 1)


class PlanError(InputError):
    """An argument of the simulation is out of range; the message names it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months of history, as days since 1970-01-01.

    `starts[i]` is the first day of month i, `nexts[i]` the first day of the month after it, `ends[i]` the end
    of what is known (exclusive): `nexts[i]`, or the as-of date in a month that is still running.
    """

    as_of: int
    starts: Days
    ends: Days
    nexts: Days
    months: Ints  # months since year 0, i.e. year * 12 + month - 1

    @property
    def size(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulation. `dirty_rate` is the share of broken lines added to each file."""

    customers: int
    months: int
    seed: int
    out: Path
    as_of: date
    dirty_rate: float = 0.0005
    block: int = BLOCK

    def __post_init__(self) -> None:
        _within("customers", self.customers, 1, MAX_CUSTOMERS)
        _within("months", self.months, 1, MAX_MONTHS)
        _within("seed", self.seed, 0, 2**63 - 1)
        _within("block", self.block, 1, BLOCK)
        if not 0 <= self.dirty_rate <= 0.5:
            raise PlanError(f"dirty_rate must be between 0 and 0.5, not {self.dirty_rate}")
        if not date(2000, 1, 1) <= self.as_of < date(2100, 1, 1):
            raise PlanError(f"as_of must lie between 2000 and 2099, not {self.as_of}")

    @property
    def blocks(self) -> int:
        return -(-self.customers // self.block)

    def block_range(self, block: int) -> tuple[int, int]:
        """First and last + 1 index of the customers of a block."""
        first = block * self.block
        return first, min(first + self.block, self.customers)

    def rng(self, block: int, stream: str) -> np.random.Generator:
        """The random numbers of one part of one block: the same whatever else is drawn, in any order."""
        key = (block, int.from_bytes(stream.encode(), "big") % 2**32)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise PlanError(f"{name} must be between {low} and {high}, not {value}")


def calendar(plan: Plan) -> Calendar:
    """The full months before the as-of date, and the running month if it has begun."""
    current = plan.as_of.year * 12 + plan.as_of.month - 1
    last = current if plan.as_of.day == 1 else current + 1
    months = np.arange(current - plan.months, last, dtype=np.int64)
    starts, nexts = month_start(months), month_start(months + 1)
    as_of = (plan.as_of - EPOCH).days
    return Calendar(as_of, starts, np.minimum(nexts, as_of), nexts, months)


def month_start(months: Ints) -> Days:
    """First day of months counted from year 0, as days since 1970-01-01."""
    return (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def as_date(day: int) -> date:
    """The date of a day counted from 1970-01-01."""
    return date.fromordinal(EPOCH.toordinal() + int(day))
