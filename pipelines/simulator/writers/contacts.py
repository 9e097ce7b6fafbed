"""Contacts of campaigns with customers, what came of them, and the identifiers of other channels."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import NEVER, Ints, dates, integers, texts
from pipelines.simulator.campaigns import CHANNELS, INTERESTS, RESULTS
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers import forms
from pipelines.simulator.writers.app import app_users, installation_ids

TELEGRAM, SHARED = 0.3, 0.02
"""Share of people who are known on Telegram, and of those who share it with the next one in the register."""
DAY = 86_400


def contacts(world: World, period: Period) -> Iterator[Part]:
    """Contacts and responses: month by month before the anchor, then day by day."""
    drawn = world.contacts
    sent = drawn.day * DAY + drawn.second
    answered = np.where(drawn.interest >= 0, sent + drawn.interest_after, NEVER)
    for begin, end in period.spans():
        at = np.flatnonzero(~drawn.control & (drawn.day >= begin) & (drawn.day < end))
        yield csv_part(world, forms.CONTACTS, end, _contact_table(world, at, sent[at]))
        asked = np.flatnonzero((answered >= begin * DAY) & (answered < end * DAY))
        bought = np.flatnonzero((drawn.bought >= begin) & (drawn.bought < end))
        table = pa.concat_tables(
            [
                _responses(world, asked, answered[asked], texts(INTERESTS, drawn.interest[asked]), 1),
                _responses(world, bought, drawn.bought[bought] * DAY + 43_200, _words("bought", bought), 2),
            ]
        )
        yield csv_part(world, forms.RESPONSES, end, table)


def _words(word: str, at: Ints) -> Any:
    return texts((word,), np.zeros(len(at), dtype=np.int64))


def _contact_table(world: World, at: Ints, sent: Ints) -> Any:
    drawn, holdings = world.contacts, world.holdings
    sim, channel = drawn.sim[at], drawn.channel[at]
    customer = holdings.sim_customer[sim]
    email = world.register.table["EMAIL"].combine_chunks().take(pa.array(customer))
    number = integers(holdings.msisdn[sim]).cast(pa.string())
    return pa.table(
        {
            "contact_id": integers(_contact_ids(world, at)),
            "customer": integers(world.lives.number[customer]),
            "subscriber": integers(holdings.sim_id[sim]),
            "channel": texts(CHANNELS, channel),
            "address": pc.if_else(pa.array(channel == CHANNELS.index("email")), email, number),
            "campaign": _campaign_names(world, at),
            "sent_at": pa.array(sent).cast(pa.timestamp("s")),
            "result": texts(RESULTS, drawn.result[at]),
        }
    )


def _contact_ids(world: World, at: Ints) -> Ints:
    drawn = world.contacts
    return drawn.campaign[at] * 100_000_000_000 + world.holdings.sim_id[drawn.sim[at]]


def _campaign_names(world: World, at: Ints) -> Any:
    first = world.campaigns[0].number
    return texts([campaign.name for campaign in world.campaigns], world.contacts.campaign[at] - first)


def _responses(world: World, at: Ints, moment: Ints, kind: Any, serial: int) -> Any:
    drawn, holdings = world.contacts, world.holdings
    return pa.table(
        {
            "response_id": integers(_contact_ids(world, at) * 10 + serial),
            # Who buys without having been contacted answers to nothing.
            "contact": integers(_contact_ids(world, at), ~drawn.control[at]),
            "customer": integers(world.lives.number[holdings.sim_customer[drawn.sim[at]]]),
            "campaign": _campaign_names(world, at),
            "at": pa.array(moment).cast(pa.timestamp("s")),
            "kind": kind,
        }
    )


def identifiers(world: World, period: Period) -> Iterator[Part]:
    """App installations and Telegram names with the customers they were registered for, whole."""
    for day in period.whole_days():
        yield csv_part(
            world, forms.IDENTIFIERS, day, pa.concat_tables([_apps(world, day), _telegrams(world, day)])
        )


def _apps(world: World, day: int) -> Any:
    holdings = world.holdings
    at = np.flatnonzero(app_users(world) & (holdings.sim_begin + 10 < day))
    end = holdings.sim_end[at]
    return pa.table(
        {
            "kind": _words("app", at),
            "value": installation_ids(world, at),
            "customer": integers(world.lives.number[holdings.sim_customer[at]]),
            "since": dates(holdings.sim_begin[at] + 10),
            "until": dates(np.where(end < day, end, NEVER)),
        }
    )


def _telegrams(world: World, day: int) -> Any:
    lives = world.lives
    chance = world.rng("telegram").random((lives.size, 2))
    known = ~lives.legal & ~lives.prospect & (chance[:, 0] < TELEGRAM) & (lives.registered + 40 < day)
    at = np.flatnonzero(known)
    # A family shares one: the name is that of the customer before.
    owner = lives.number[at] - (chance[at, 1] < SHARED)
    return pa.table(
        {
            "kind": _words("telegram", at),
            "value": pc.binary_join_element_wise("@uz", integers(owner).cast(pa.string()), ""),
            "customer": integers(lives.number[at]),
            "since": dates(lives.registered[at] + 40),
            "until": dates(np.full(len(at), NEVER)),
        }
    )
