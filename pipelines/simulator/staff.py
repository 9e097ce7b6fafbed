"""The operator's own organisation: units in a tree, posts in them, and who holds each post when."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Ints, between, expand
from pipelines.simulator.places import REGIONS
from pipelines.simulator.plan import Plan, calendar

LINES = ("sales", "service", "collection", "telemarketing")
"""Lines of work; each branch has a department for each of them, in this order."""
STAFF = (9, 6, 4, 5)
"""Posts of the departments of a branch of usual size, the head's included."""
LEFT = 0.25
"""Share of posts that go from one employee to another."""
COMPANY = "100"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. `region` and `line` are positions in REGIONS and LINES, -1 where the unit has none."""

    code: str
    name: str
    kind: str  # company | branch | department
    parent: str | None
    region: int
    line: int


@dataclass(frozen=True, slots=True)
class Staff:
    """One entry per post, ordered by unit; the first post of a unit is its head's.

    A post is held by its first holder from `hired` to `changed` (exclusive), from then on by the second.
    """

    unit: Ints  # position in UNITS
    ordinal: Ints
    hired: Days
    changed: Days  # NEVER where the first holder stays

    @property
    def size(self) -> int:
        return len(self.unit)

    def employee(self, post: Ints, second: Ints) -> Ints:
        """Personnel numbers of first (0) or second (1) holders."""
        return 5_000 + 2 * post + second

    def holder_on(self, post: Ints, day: int) -> Ints:
        """Who holds posts at the end of the day before `day`."""
        return self.employee(post, (self.changed[post] < day).astype(np.int64))


def _units() -> tuple[Unit, ...]:
    names = ("savdo bo'limi", "xizmat ko'rsatish bo'limi", "qarzdorlik bo'limi", "telemarketing guruhi")
    units = [Unit(COMPANY, "Operator", "company", None, -1, -1)]
    for region, place in enumerate(REGIONS):
        branch = Unit(place.code, f"{place.name} filiali", "branch", COMPANY, region, -1)
        departments = [
            Unit(f"{place.code}-{line + 1}", f"{place.name} {name}", "department", place.code, region, line)
            for line, name in enumerate(names)
        ]
        units += [branch, *departments]
    return tuple(units)


UNITS = _units()
_UNIT_AT = {(unit.region, unit.line): place for place, unit in enumerate(UNITS)}


def department(region: Ints, line: Ints) -> Ints:
    """Positions in UNITS of the departments of regions for lines of work."""
    table = np.array([[_UNIT_AT[r, n] for n in range(len(LINES))] for r in range(len(REGIONS))])
    found: Ints = table[region, line]
    return found


def draw_staff(plan: Plan) -> Staff:
    """The staff of a plan's world, the same for every block."""
    times = calendar(plan)
    return _staff(plan.seed, times.origin, times.horizon)


@cache
def _staff(seed: int, origin: int, horizon: int) -> Staff:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(11, origin, horizon))))
    unit, ordinal = expand(np.array([_posts(unit) for unit in UNITS], dtype=np.int64))
    size = len(unit)
    hired = origin - 30 - np.minimum(rng.exponential(900, size), 4_000).astype(np.int64)
    changed = between(rng, np.full(size, origin + 30), np.full(size, horizon))
    return Staff(unit, ordinal, hired, np.where(rng.random(size) < LEFT, changed, NEVER))


def _posts(unit: Unit) -> int:
    if unit.line < 0:
        return 1
    # The capital's branch has more to do than the others.
    return max(2, round(STAFF[unit.line] * max(0.6, REGIONS[unit.region].companies / 8)))


def first_posts(staff: Staff) -> tuple[Ints, Ints]:
    """First post (the head's) and number of posts, per unit."""
    units = np.arange(len(UNITS))
    first = np.searchsorted(staff.unit, units)
    return first, np.searchsorted(staff.unit, units, side="right") - first
