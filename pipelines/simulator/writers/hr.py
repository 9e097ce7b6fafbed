"""The personnel system: units of the organisation and employees, whole, the same for all blocks."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Ints, dates, integers, texts
from pipelines.simulator.names import people
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.places import REGIONS
from pipelines.simulator.schedule import Period
from pipelines.simulator.staff import UNITS, Staff, draw_staff, first_posts
from pipelines.simulator.world import World
from pipelines.simulator.writers.crm_forms import EMPLOYEES
from pipelines.simulator.writers.crm_forms import UNITS as UNIT_LAYOUT

OPENED = 12_784  # 2005-01-01: the company; branches followed
POSITIONS = (
    ("Direktor", "Direktor"),
    ("Savdo bo'limi boshlig'i", "Savdo menejeri"),
    ("Xizmat ko'rsatish bo'limi boshlig'i", "Servis menejeri"),
    ("Начальник отдела взыскания", "Специалист по взысканию"),
    ("Telemarketing guruhi rahbari", "Telemarketing operatori"),
)
"""Head and members, by line of work + 1."""


def hr(world: World, period: Period) -> Iterator[Part]:
    """Units and employees on the anchor and every first of a month; the first block writes them."""
    if world.block:
        return
    for day in period.whole_days():
        yield csv_part(world, UNIT_LAYOUT, day, _units())
        yield csv_part(world, EMPLOYEES, day, _employees(world, day))


def _units() -> Any:
    place = np.arange(len(UNITS))
    return pa.table(
        {
            "unit_code": pa.array([unit.code for unit in UNITS]),
            "unit_name": pa.array([unit.name for unit in UNITS]),
            "kind": pa.array([unit.kind.upper() for unit in UNITS]),
            "parent": pa.array([unit.parent for unit in UNITS], pa.string()),
            "region": pa.array([REGIONS[unit.region].name if unit.region >= 0 else None for unit in UNITS]),
            "opened": dates(OPENED + 11 * place),
        }
    )


def _employees(world: World, day: int) -> Any:
    """Everybody hired before `day`, those who have left included."""
    staff, rng = draw_staff(world.plan), world.rng("employees")
    post, second = np.divmod(np.arange(2 * staff.size), 2)
    women, russian = rng.random(len(post)) < 0.55, rng.random(len(post)) < 0.25
    names = people(rng, women, russian)
    begin = np.where(second == 1, staff.changed[post], staff.hired[post])
    end = np.where(second == 0, staff.changed[post], NEVER)
    at = np.flatnonzero(begin < day)
    post, number = post[at], staff.employee(post, second)[at]
    unit = staff.unit[post]
    line = np.array([each.line for each in UNITS])[unit] + 1
    words = [name for pair in POSITIONS for name in pair]
    return pa.table(
        {
            "tab_no": integers(number),
            "full_name": names.take(pa.array(at)),
            "unit_code": texts([each.code for each in UNITS], unit),
            "post": texts(words, 2 * line + (staff.ordinal[post] > 0)),
            "deputy": _deputies(staff, post, day),
            "phone": integers(998_71_2000000 + number),
            "email": pc.binary_join_element_wise(
                "e", integers(number).cast(pa.string()), "@operator.example", ""
            ),
            "hired": dates(begin[at]),
            "left": dates(np.where(end[at] < day, end[at] - 1, NEVER)),
        }
    )


def _deputies(staff: Staff, post: Ints, day: int) -> Any:
    """The next colleague of the unit stands in; where one is alone, nobody."""
    first, count = first_posts(staff)
    unit = staff.unit[post]
    following = first[unit] + (post - first[unit] + 1) % count[unit]
    return integers(staff.holder_on(following, day), following != post)
