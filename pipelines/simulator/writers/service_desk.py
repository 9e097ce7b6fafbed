"""The service desk: requests of customers, sent again when they are closed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import NEVER, Ints, integers, pick, texts
from pipelines.simulator.parts import Part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.forms import REQUESTS
from pipelines.simulator.writers.records import record_part

A_MONTH = 0.02
DAYS_BEFORE = 365
"""Days before the anchor that the desk still has, up to the first of a month."""
CHANNELS = ("call", "chat", "email", "telegram", "app", "office")
TOPICS = (
    ("connection", "no signal", "Нет сети дома"),
    ("connection", "slow internet", "Internet sekin ishlayapti"),
    ("billing", "wrong charge", "Списали лишнее за услугу «Музыка»"),
    ("billing", "payment missing", "To'lov balansga tushmadi"),
    ("tariff", "change", "Хочу сменить тариф"),
    ("roaming", "not working", "Rouming yoqilmagan"),
    ("documents", "invoice", "Счёт-фактура за прошлый месяц"),
)
SHARES = [18.0, 24.0, 20.0, 12.0, 14.0, 5.0, 7.0]
DAY = 86_400


def service_requests(world: World, period: Period) -> Iterator[Part]:
    """Requests received or closed in a span: month by month before the anchor, then day by day."""
    drawn = _draw(world)
    for begin, end in period.spans():
        if end <= world.calendar.anchor - DAYS_BEFORE:
            continue
        received, closed = drawn["received"], drawn["closed"]
        new = (received >= begin * DAY) & (received < end * DAY)
        done = (received < begin * DAY) & (closed >= begin * DAY) & (closed < end * DAY)
        yield record_part(world, REQUESTS, end, _table(world, drawn, np.flatnonzero(new | done), end * DAY))


def _draw(world: World) -> dict[str, Ints]:
    """All requests up to the horizon."""
    calendar, holdings = world.calendar, world.holdings
    rng = world.rng("service desk")
    months = (calendar.horizon - calendar.origin) / 30.4
    count = rng.poisson(A_MONTH * months, len(holdings.sim_id))
    sim = np.repeat(np.arange(len(count)), count)
    size = len(sim)
    day = calendar.origin + (rng.random(size) * (calendar.horizon - calendar.origin)).astype(np.int64)
    received = day * DAY + 8 * 3600 + rng.integers(0, 13 * 3600, size)
    taken = received + 60 + rng.exponential(3 * 3600, size).astype(np.int64)
    closed = taken + 300 + rng.exponential(2 * DAY, size).astype(np.int64)
    drawn = {
        "number": np.arange(size),
        "sim": sim,
        "received": received,
        "taken": taken,
        "closed": np.where(rng.random(size) < 0.97, closed, NEVER * DAY),
        "channel": pick(rng, [45, 20, 6, 14, 10, 5], size),
        "topic": pick(rng, SHARES, size),
        "priority": pick(rng, [20, 70, 10], size),
        "agent": rng.integers(1, 40, size),
        "repeated": (rng.random(size) < 0.12).astype(np.int64),
        "score": np.where(rng.random(size) < 0.3, rng.integers(1, 6, size), 0),
    }
    there = (day >= holdings.sim_begin[sim]) & (day < holdings.sim_end[sim])
    return {name: values[there] for name, values in drawn.items()}


def _table(world: World, drawn: dict[str, Ints], at: Ints, now: int) -> Any:
    row = {name: values[at] for name, values in drawn.items()}
    holdings, sim = world.holdings, row["sim"]
    taken, closed = row["taken"] < now, row["closed"] < now
    return pa.table(
        {
            "request_id": integers(world.block * 10_000_000 + row["number"] + 1),
            "customer": integers(world.lives.number[holdings.sim_customer[sim]]),
            "subscription": integers(holdings.sim_id[sim]),
            "account": integers(holdings.account_id[holdings.sim_account[sim]]),
            "channel": texts(CHANNELS, row["channel"]),
            "topic": texts([topic[0] for topic in TOPICS], row["topic"]),
            "subtopic": texts([topic[1] for topic in TOPICS], row["topic"]),
            "title": texts([topic[2] for topic in TOPICS], row["topic"]),
            "state": texts(("NEW", "IN_PROGRESS", "CLOSED"), taken.astype(np.int64) + closed),
            "priority": texts(("LOW", "NORMAL", "HIGH"), row["priority"]),
            "received_at": _moments(row["received"], np.full(len(at), True)),
            "taken_at": _moments(row["taken"], taken),
            "closed_at": _moments(row["closed"], closed),
            "agent": integers(row["agent"]),
            "repeated": pa.array(row["repeated"] == 1),
            "score": integers(row["score"], closed & (row["score"] > 0)),
        }
    )


def _moments(seconds: Ints, known: Any) -> Any:
    return pa.array(np.where(known, seconds, 0), mask=~known).cast(pa.timestamp("s"))
