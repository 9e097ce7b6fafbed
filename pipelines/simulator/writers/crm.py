"""The CRM's own registers: who answers for a customer, contact persons of legal entities, flags."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints, dates, expand, integers, pick, texts
from pipelines.simulator.assignments import REASONS, draw_assignments, is_vip
from pipelines.simulator.names import people
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.schedule import Period
from pipelines.simulator.staff import LINES, UNITS, draw_staff
from pipelines.simulator.world import World
from pipelines.simulator.writers.billing import shown
from pipelines.simulator.writers.crm_forms import CONTACT_PERSONS, FLAGS, RESPONSIBLE

KNOWN_PERSONS = 0.92
"""Share of the legal entities of which the CRM knows anybody."""
POSTS = (
    ("Direktor", "HEAD", "DECISION_MAKER", "TOP", "DECISIVE", 34.0),
    ("Главный бухгалтер", "ACCOUNTANT", "INFLUENCER", "MIDDLE", "HIGH", 22.0),
    ("Заместитель директора", "SIGNATORY", "DECISION_MAKER", "TOP", "HIGH", 10.0),
    ("IT bo'limi boshlig'i", "TECHNICAL", "INITIATOR", "MIDDLE", "HIGH", 12.0),
    ("Tizim administratori", "TECHNICAL", "USER", "SPECIALIST", "MEDIUM", 8.0),
    ("Kotiba", "ADMINISTRATIVE", "GATEKEEPER", "LINE", "LOW", 8.0),
    ("Менеджер по закупкам", "ADMINISTRATIVE", "INITIATOR", "LINE", "MEDIUM", 6.0),
)
"""Position, kind, role, management level, influence, share."""
FLAG_KINDS = ("VIP", "KEY", "DIFFICULT")
FLAG_REASONS = (
    ("распоряжение директора", "umumiy xarajat yuqori"),
    ("yirik shartnoma", "стратегический партнёр"),
    ("частые жалобы", "to'lovlarni kechiktiradi"),
)


def responsible(world: World, period: Period) -> Iterator[Part]:
    """Who answers for which customer: all on the anchor, then what began or ended the day before."""
    drawn = draw_assignments(world)
    for day in period.register_days():
        at = np.flatnonzero(shown(drawn.begin, drawn.end, day, whole=day == world.calendar.anchor))
        employee = drawn.employee[at]
        table = pa.table(
            {
                "client": integers(world.lives.number[drawn.customer[at]]),
                "line": texts([line.upper() for line in LINES], drawn.line[at]),
                "employee": integers(employee, employee > 0),
                "unit": texts([unit.code for unit in UNITS], drawn.unit[at]),
                "since": dates(drawn.begin[at]),
                "until": _last_days(drawn.end[at], day),
                "reason": texts(REASONS, drawn.reason[at]),
            }
        )
        yield csv_part(world, RESPONSIBLE, day, table)


def _last_days(end: Days, day: int) -> Any:
    return dates(np.where(end < day, end - 1, NEVER))


@dataclass(frozen=True, slots=True)
class ContactPersons:
    """One row per contact person of a block up to the horizon, ordered by customer."""

    number: Ints
    customer: Ints  # position in the block
    begin: Days
    end: Days  # first day on which they are not it any more
    phone: Ints  # 0 = not known
    email: Any  # Arrow text, NULL where not known


def draw_contact_persons(world: World) -> ContactPersons:
    """Whom the CRM knows at the legal entities."""
    rng, lives = world.rng("contact persons"), world.lives
    count = np.minimum(1 + rng.poisson(0.9, lives.size), 9)
    count[~lives.legal | (rng.random(lives.size) >= KNOWN_PERSONS)] = 0
    customer, ordinal = expand(count)
    size = len(customer)
    begin = lives.registered[customer] + 1 + rng.exponential(60, size).astype(np.int64)
    stays = rng.exponential(500, size).astype(np.int64)
    end = np.where(rng.random(size) < 0.15, begin + 200 + stays, NEVER)
    phone = 998_90_0000000 + rng.integers(0, 9_9999999, size)
    number = lives.number[customer] * 10 + ordinal
    address = pc.binary_join_element_wise("p", integers(number).cast(pa.string()), "@corp.example", "")
    known = rng.random((size, 2))
    email = pc.if_else(pa.array(known[:, 1] < 0.6), address, pa.scalar(None, pa.string()))
    return ContactPersons(number, customer, begin, end, np.where(known[:, 0] < 0.9, phone, 0), email)


def contact_persons(world: World, period: Period) -> Iterator[Part]:
    """Contact persons: all on the anchor, then those that came or went the day before."""
    drawn = draw_contact_persons(world)
    table = _described(world, drawn)
    for day in period.register_days():
        at = np.flatnonzero(shown(drawn.begin, drawn.end, day, whole=day == world.calendar.anchor))
        part = table.take(pa.array(at)).append_column("until", _last_days(drawn.end[at], day))
        yield csv_part(world, CONTACT_PERSONS, day, part)


def _described(world: World, drawn: ContactPersons) -> Any:
    """Rows of all contact persons without the day on which they ceased to be it."""
    rng, size = world.rng("contact names"), len(drawn.number)
    names = people(rng, rng.random(size) < 0.45, rng.random(size) < 0.35)
    parts = pc.extract_regex(names, r"^(?P<surname>\S+) (?P<name>\S+) ?(?P<patronymic>.*)$")
    patronymic = pc.struct_field(parts, "patronymic")
    post = pick(rng, [each[5] for each in POSTS], size)
    # Who signs for a head does so by power of attorney.
    signs = (post > 0) & (rng.random(size) < 0.3)
    document = integers(drawn.number % 9_973, signs).cast(pa.string())
    columns = {
        name: texts([str(each[place]) for each in POSTS], post)
        for place, name in enumerate(("position", "kind", "role", "level", "influence"))
    }
    return pa.table(
        {
            "id": integers(drawn.number),
            "client": integers(world.lives.number[drawn.customer]),
            "surname": pc.struct_field(parts, "surname"),
            "name": pc.struct_field(parts, "name"),
            "patronymic": pc.if_else(pc.equal(patronymic, ""), pa.scalar(None, pa.string()), patronymic),
        }
        | columns
        | {
            "phone": integers(drawn.phone, drawn.phone > 0),
            "email": drawn.email,
            "attorney": pc.binary_join_element_wise("D", document, "-"),
            "since": dates(drawn.begin),
        }
    )


def flags(world: World, period: Period) -> Iterator[Part]:
    """Flags: all on the anchor, then those that were set or ended the day before."""
    customer, kind, begin, end = _draw_flags(world)
    rng, staff = world.rng("flag authors"), draw_staff(world.plan)
    post, reason = rng.integers(0, staff.size, len(customer)), rng.integers(0, 2, len(customer))
    author = staff.employee(post, (staff.changed[post] <= begin).astype(np.int64))
    words = [text for pair in FLAG_REASONS for text in pair]
    for day in period.register_days():
        at = np.flatnonzero(shown(begin, end, day, whole=day == world.calendar.anchor))
        number = world.lives.number[customer[at]]
        table = pa.table(
            {
                "id": integers(number * 10 + kind[at]),
                "client": integers(number),
                "flag": texts(FLAG_KINDS, kind[at]),
                "set_on": dates(begin[at]),
                "author": integers(author[at]),
                "reason": texts(words, 2 * kind[at] + reason[at]),
                "ended_on": dates(np.where(end[at] < day, end[at], NEVER)),
            }
        )
        yield csv_part(world, FLAGS, day, table)


def _draw_flags(world: World) -> tuple[Ints, Ints, Days, Days]:
    """Customer, kind, day set and day ended (NEVER) of all flags up to the horizon, at most one of a kind."""
    rng, lives = world.rng("flags"), world.lives
    chance = rng.random((lives.size, len(FLAG_KINDS)))
    wanted: Flags = chance < np.where(lives.legal, 0.08, 0.0)[:, None]
    # Most whom the billing calls VIP, and nobody else: the two registers are kept apart.
    wanted[:, 0] = is_vip(world) & (chance[:, 0] < 0.9)
    wanted[:, 2] = chance[:, 2] < np.where(lives.legal, 0.05, 0.03)
    wanted &= ~lives.prospect[:, None]
    customer, kind = np.nonzero(wanted)
    size = len(customer)
    first = np.maximum(lives.registered[customer], world.calendar.origin - 700) + 1
    last = np.minimum(lives.gone[customer], world.calendar.horizon)
    begin = first + (rng.random(size) * np.maximum(last - first, 1)).astype(np.int64)
    lasts = 30 + rng.exponential(300, size).astype(np.int64)
    ends = rng.random(size) < np.array([0.05, 0.1, 0.4])[kind]
    return customer, kind, begin, np.where(ends, begin + lasts, NEVER)
