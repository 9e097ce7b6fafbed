"""The consent register: who may be written to or called, channel by channel, and who took it back."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Ints, between, integers, pick, texts
from pipelines.simulator.campaigns import CHANNELS, INTERESTS
from pipelines.simulator.parts import Part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.crm import draw_contact_persons
from pipelines.simulator.writers.crm_forms import CONSENTS
from pipelines.simulator.writers.records import record_part

DAY = 86_400
ASKED = 0.45
"""Share of the people who were ever asked."""
SHARES = np.array([0.9, 0.4, 0.9, 0.6, 0.3])
"""Share of those asked who say something about a channel, in the order of CHANNELS."""
PERSON_SHARES = np.array([0.3, 0.2, 0.6, 0.5, 0.0])
"""The same of contact persons of legal entities."""
GIVEN, AGAIN = 0.85, 0.12
"""Share of yes, and of those who say the opposite some day."""
PURPOSES, PURPOSE_SHARES = ("MARKETING", "SERVICE", "THIRD_PARTY"), [80.0, 12.0, 8.0]
PLACES, PLACE_SHARES = (
    ("CONTRACT", "OFFICE", "APP", "SITE", "CALL", "LETTER", "RESPONSE"),
    [50.0, 20.0, 12.0, 8.0, 6.0, 4.0],
)
EMAIL, PUSH = CHANNELS.index("email"), CHANNELS.index("push")


def consents(world: World, period: Period) -> Iterator[Part]:
    """Statements by the moment they were made: what is older than the first month comes with it, then month
    by month up to the anchor, then day by day.
    """
    table = pa.concat_tables([_of_people(world), _of_contact_persons(world), _unsubscribed(world)])
    moment = table["stated_at"].cast(pa.int64()).to_numpy()
    for begin, end in period.spans():
        since = moment >= (-NEVER if begin == world.calendar.origin else begin * DAY)
        at = np.flatnonzero(since & (moment < end * DAY))
        yield record_part(world, CONSENTS, end, table.take(pa.array(at)))


def _of_people(world: World) -> Any:
    rng, lives, calendar = world.rng("consents"), world.lives, world.calendar
    asked = ~lives.legal & ~lives.prospect & (rng.random(lives.size) < ASKED)
    customer, channel = np.nonzero(asked[:, None] & (rng.random((lives.size, len(CHANNELS))) < SHARES))
    table = world.register.table
    phone = table["PHONE"].combine_chunks().cast(pa.string()).take(pa.array(customer))
    email = table["EMAIL"].combine_chunks().take(pa.array(customer))
    address = _addresses(channel, phone, email)
    # Nobody is asked about a mailbox they do not have.
    at = np.flatnonzero((channel != EMAIL) | address.is_valid().to_numpy(zero_copy_only=False))
    customer, channel = customer[at], channel[at]
    lag = rng.exponential(20, len(at)).astype(np.int64)
    day = np.maximum(lives.registered[customer], calendar.origin - 1_500) + lag
    subject = {
        "customer": integers(lives.number[customer]),
        "person": pa.nulls(len(at), pa.int64()),
        "address": address.take(pa.array(at)),
    }
    return _said_and_changed(world, rng, "P", lives.number[customer], channel, day, subject)


def _of_contact_persons(world: World) -> Any:
    rng, drawn = world.rng("consents of contact persons"), draw_contact_persons(world)
    row, channel = np.nonzero(rng.random((len(drawn.number), len(CHANNELS))) < PERSON_SHARES)
    phone = integers(drawn.phone[row], drawn.phone[row] > 0).cast(pa.string())
    address = _addresses(channel, phone, drawn.email.take(pa.array(row)))
    at = np.flatnonzero(address.is_valid().to_numpy(zero_copy_only=False))
    row, channel = row[at], channel[at]
    day = np.maximum(drawn.begin[row], world.calendar.origin - 1_500)
    day += rng.exponential(30, len(at)).astype(np.int64)
    subject = {
        "customer": integers(world.lives.number[drawn.customer[row]]),
        "person": integers(drawn.number[row]),
        "address": address.take(pa.array(at)),
    }
    return _said_and_changed(world, rng, "K", drawn.number[row], channel, day, subject)


def _addresses(channel: Ints, phone: Any, email: Any) -> Any:
    """The number or e-mail that a statement is about; of the app the channel as a whole."""
    number = pc.if_else(pa.array(channel != PUSH), phone, pa.scalar(None, pa.string()))
    return pc.if_else(pa.array(channel == EMAIL), email, number)


def _said_and_changed(
    world: World,
    rng: np.random.Generator,
    mark: str,
    number: Ints,
    channel: Ints,
    day: Ints,
    subject: dict[str, Any],
) -> Any:
    """First statements, and behind them the opposite ones of those who changed their mind."""
    size, horizon = len(channel), np.full(len(channel), world.calendar.horizon)
    given = rng.random(size) < GIVEN
    again = between(rng, np.maximum(day, world.calendar.origin) + 30, horizon)
    changed = np.flatnonzero((rng.random(size) < AGAIN) & (again > day + 30))
    at = np.concatenate([np.arange(size), changed])
    first = np.arange(len(at)) < size
    serial = 100 * number[at] + 10 * channel[at] + np.where(first, 0, 1)
    moment = np.where(first, day[at], again[at]) * DAY + rng.integers(9 * 3600, 19 * 3600, len(at))
    purpose, place = pick(rng, PURPOSE_SHARES, size), pick(rng, PLACE_SHARES, len(at))
    rows = {name: column.take(pa.array(at)) for name, column in subject.items()}
    said = {
        "channel": channel[at],
        "purpose": purpose[at],
        "given": (given[at] == first).astype(np.int64),
        "place": place,
    }
    return _table(mark, serial, rows, said, moment)


def _unsubscribed(world: World) -> Any:
    """Who asked a campaign not to write again took the consent to its channel back, at that moment."""
    drawn, holdings = world.contacts, world.holdings
    at = np.flatnonzero(~drawn.control & (drawn.interest == INTERESTS.index("unsubscribed")))
    sim, channel, size = drawn.sim[at], drawn.channel[at], len(at)
    customer = holdings.sim_customer[sim]
    email = world.register.table["EMAIL"].combine_chunks().take(pa.array(customer))
    number = integers(holdings.msisdn[sim]).cast(pa.string())
    subject = {
        "customer": integers(world.lives.number[customer]),
        "person": pa.nulls(size, pa.int64()),
        "address": _addresses(channel, number, email),
    }
    serial = drawn.campaign[at] * 100_000_000_000 + holdings.sim_id[sim]
    moment = drawn.day[at] * DAY + drawn.second[at] + drawn.interest_after[at]
    none = np.zeros(size, dtype=np.int64)
    said = {
        "channel": channel,
        "purpose": none + PURPOSES.index("MARKETING"),
        "given": none,
        "place": none + PLACES.index("RESPONSE"),
    }
    return _table("R", serial, subject, said, moment)


def _table(mark: str, serial: Ints, subject: dict[str, Any], said: dict[str, Ints], moment: Ints) -> Any:
    """Statements in the register's columns. `said`: positions in the lists of codes; given: 1 = yes, 0 = no."""
    return pa.table(
        {
            "consent_id": pc.binary_join_element_wise(mark, integers(serial).cast(pa.string()), ""),
            **subject,
            "channel": texts(CHANNELS, said["channel"]),
            "purpose": texts(PURPOSES, said["purpose"]),
            "decision": texts(("WITHDRAWN", "GIVEN"), said["given"]),
            "stated_in": texts(PLACES, said["place"]),
            "stated_at": pa.array(moment).cast(pa.timestamp("s")),
        }
    )
