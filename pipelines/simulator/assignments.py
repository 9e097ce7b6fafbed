"""Who answers for which customer, in which line of work and when: with hand-overs, so that there is a history."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, between
from pipelines.simulator.places import REGIONS
from pipelines.simulator.staff import LINES, Staff, department, draw_staff, first_posts
from pipelines.simulator.world import World

SALES, SERVICE, COLLECTION, TELEMARKETING = range(len(LINES))
SHARES = np.array([1.0, 0.6, 0.15, 0.3])
"""Share of the legal entities that have somebody in each line; every one has a sales manager."""
CALLED_PEOPLE = 0.12
"""Share of the people whom a telemarketing group looks after."""
MOVED = 0.15
"""Share of assignments that are given to a colleague some day."""
REASONS = ("first assignment", "handed over", "employee left")


@dataclass(frozen=True, slots=True)
class Assignments:
    """One row per unbroken time in which one employee (or a unit) answers for a customer in a line.

    `end` is the first day on which it holds no more, NEVER where none is in sight.
    """

    customer: Ints  # position in the block
    line: Ints  # position in LINES
    unit: Ints  # position in UNITS
    employee: Ints  # personnel number, 0 = the unit as a whole
    begin: Days
    end: Days
    reason: Ints  # position in REASONS


def draw_assignments(world: World) -> Assignments:
    """All assignments of a block up to the horizon."""
    rng, staff = world.rng("assignments"), draw_staff(world.plan)
    customer, line = np.nonzero(_wanted(world, rng))
    region = home_regions(world)[customer]
    unit = department(region, line)
    size = len(customer)
    post, other = _post(rng, staff, unit, size), _post(rng, staff, unit, size)
    lag = rng.exponential(np.array([4.0, 20.0, 300.0, 60.0])[line]).astype(np.int64)
    begin = np.maximum(world.lives.registered[customer] + lag, staff.hired[post] + 1)
    end = np.where(world.lives.gone[customer] < NEVER, world.lives.gone[customer], NEVER)
    horizon = np.full(size, world.calendar.horizon)
    moved = between(rng, np.maximum(begin, world.calendar.origin) + 30, horizon)
    is_moved = (rng.random(size) < MOVED) & (moved > begin) & (post != other) & (line != TELEMARKETING)
    moved = np.where(is_moved, moved, NEVER)
    pieces = [
        *_held(staff, np.arange(size), post, begin, np.minimum(end, moved), 0),
        *_held(staff, np.flatnonzero(is_moved), other[is_moved], moved[is_moved], end[is_moved], 1),
    ]
    at, employee, since, until, reason = (np.concatenate(each) for each in zip(*pieces, strict=True))
    group = line[at] == TELEMARKETING
    # A group's people come and go; the group stays.
    kept = (since < until) & (~group | (reason != REASONS.index("employee left")))
    until = np.where(group, np.minimum(end, moved)[at], until)
    order = np.flatnonzero(kept)
    order = order[np.lexsort((since[order], at[order]))]
    return Assignments(
        customer[at][order], line[at][order], unit[at][order], np.where(group, 0, employee)[order],
        since[order], until[order], reason[order],
    )  # fmt: skip


def home_regions(world: World) -> Ints:
    """Position in REGIONS of each customer of the block; the capital's where the register knows none."""
    codes = world.register.table["REGION_CODE"].combine_chunks()
    places = pc.index_in(codes, pa.array([region.code for region in REGIONS]))
    found: Ints = pc.fill_null(places, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def is_vip(world: World) -> Flags:
    """Customers whom the billing's register calls VIP."""
    vip = pc.fill_null(pc.equal(world.register.table["VIP_FLAG"].combine_chunks(), "Y"), False)
    return np.asarray(vip.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _wanted(world: World, rng: np.random.Generator) -> Flags:
    lives, vip = world.lives, is_vip(world)
    chance = rng.random((lives.size, len(LINES)))
    served = (lives.legal & ~lives.prospect)[:, None]
    wanted = served & (chance < SHARES)
    wanted[:, SALES] |= lives.legal
    wanted[:, [SALES, SERVICE]] |= (vip & ~lives.prospect)[:, None]
    people = ~lives.legal & ~lives.prospect
    wanted[:, TELEMARKETING] |= people & (chance[:, TELEMARKETING] < CALLED_PEOPLE)
    return wanted


def _post(rng: np.random.Generator, staff: Staff, unit: Ints, size: int) -> Ints:
    first, count = first_posts(staff)
    # The head leads and has no customers of their own.
    return first[unit] + 1 + (rng.random(size) * (count[unit] - 1)).astype(np.int64)


def _held(
    staff: Staff, at: Ints, post: Ints, begin: Days, end: Days, reason: int
) -> list[tuple[Ints, Ints, Days, Days, Ints]]:
    """A post's time split between its holders: position of the assignment, employee, begin, end, reason."""
    changed = staff.changed[post]
    why = np.full(len(at), reason)
    first = (at, staff.employee(post, np.zeros_like(post)), begin, np.minimum(end, changed), why)
    since = np.maximum(begin, changed)
    replaced = np.where(changed > begin, REASONS.index("employee left"), why)
    return [first, (at, staff.employee(post, np.ones_like(post)), since, end, replaced)]
