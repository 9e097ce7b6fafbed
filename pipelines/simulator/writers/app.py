"""The mobile app: who uses it and what they do there."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Flags, Ints, decimals, expand, integers, pick, texts
from pipelines.simulator.devices import ALL_MODELS
from pipelines.simulator.parts import Part
from pipelines.simulator.schedule import Period
from pipelines.simulator.services import FEES, SERVICES
from pipelines.simulator.world import World
from pipelines.simulator.writers.forms import APP_EVENTS
from pipelines.simulator.writers.records import record_part

USERS = 0.22
EVENTS_A_MONTH = 4.0
MONTHS_BEFORE = 3
"""Months of events before the anchor that the app still has."""
EVENTS = ("open", "balance", "top_up", "buy_service", "change_tariff", "chat", "stores")
SHARES = [45.0, 25.0, 12.0, 5.0, 2.0, 6.0, 5.0]
VERSIONS = ("4.8.1", "4.9.0", "5.0.2")


def app_users(world: World) -> Flags:
    """Per subscription: whether the app is installed, on a smartphone of a person."""
    holdings, drawn = world.holdings, world.devices
    smart = np.array([model.kind == "smartphone" for model in ALL_MODELS])[drawn.model]
    has_smart = np.zeros(len(holdings.sim_id), dtype=np.bool_)
    has_smart[drawn.sim[smart]] = True
    users: Flags = has_smart & ~world.lives.legal[holdings.sim_customer]
    return users & (world.rng("app users").random(len(users)) < USERS)


def installation_ids(world: World, sim: Ints) -> Any:
    """The installation of the app that belongs to a subscription."""
    scattered = world.holdings.sim_id[sim] * 6_364_136_223_846_793 % (2**61 - 1)
    return pa.array([f"{number:016x}" for number in scattered.tolist()], pa.string())


def app_events(world: World, period: Period) -> Iterator[Part]:
    """Events: month by month before the anchor, then day by day."""
    calendar = world.calendar
    since = int(
        calendar.starts[max(int(np.searchsorted(calendar.starts, calendar.anchor)) - MONTHS_BEFORE, 0)]
    )
    users = app_users(world)
    month, drawn = -1, dict[str, Ints]()
    for begin, end in period.spans():
        if begin < since:
            continue
        at = int(np.searchsorted(calendar.nexts, begin, side="right"))
        if at != month:
            month, drawn = at, _draw(world, at, users)
        day = drawn["day"]
        yield record_part(
            world, APP_EVENTS, end, _table(world, drawn, np.flatnonzero((day >= begin) & (day < end)))
        )


def _draw(world: World, month: int, users: Flags) -> dict[str, Ints]:
    """All events of a month, in the order of subscriptions."""
    calendar, holdings = world.calendar, world.holdings
    first, last = int(calendar.starts[month]), int(calendar.nexts[month])
    number = int(calendar.months[month])
    # One row of draws per subscription up to the horizon: the same on every as-of date.
    count = world.rng(f"app counts {number}").poisson(EVENTS_A_MONTH, len(users)) * users
    sim, place = expand(count.astype(np.int64))
    rng = world.rng(f"app events {number}")
    size = len(sim)
    day = first + (rng.random(size) * (last - first)).astype(np.int64)
    drawn = {
        "sim": sim,
        "place": place,
        "day": day,
        "second": 6 * 3600 + rng.integers(0, 18 * 3600, size),
        "event": pick(rng, SHARES, size),
        "service": rng.integers(0, len(SERVICES), size),
        "amount": rng.integers(1, 60, size) * 100_000,
        "lat": 37_200_000 + rng.integers(0, 7_900_000, size),
        "lon": 56_100_000 + rng.integers(0, 16_900_000, size),
        "version": rng.integers(0, len(VERSIONS), size),
        "month": np.full(size, number),
    }
    there = (day >= holdings.sim_begin[sim]) & (day < holdings.sim_end[sim])
    return {name: values[there] for name, values in drawn.items()}


def _table(world: World, drawn: dict[str, Ints], at: Ints) -> Any:
    row = {name: values[at] for name, values in drawn.items()}
    sim, event = row["sim"], row["event"]
    bought, topped = event == EVENTS.index("buy_service"), event == EVENTS.index("top_up")
    amount = np.where(bought, FEES[row["service"]], row["amount"])
    located = event == EVENTS.index("stores")
    event_id = (world.holdings.sim_id[sim] * 100_000 + row["month"]) * 100 + row["place"]
    return pa.table(
        {
            "event_id": integers(event_id),
            "app_id": installation_ids(world, sim),
            "msisdn": integers(world.holdings.msisdn[sim]),
            "event_at": pa.array(row["day"] * 86_400 + row["second"]).cast(pa.timestamp("s")),
            "event": texts(EVENTS, event),
            "item": texts([service.code for service in SERVICES], row["service"], bought),
            "amount": decimals(amount, bought | topped),
            "version": texts(VERSIONS, row["version"]),
            "lat": _degrees(row["lat"], located),
            "lon": _degrees(row["lon"], located),
        }
    )


def _degrees(millionths: Ints, known: Flags) -> Any:
    text = pc.binary_join_element_wise(
        integers(millionths // 1_000_000).cast(pa.string()),
        pc.utf8_lpad(integers(millionths % 1_000_000).cast(pa.string()), 6, "0"),
        ".",
    )
    return pc.if_else(pa.array(known), text, pa.scalar(None, pa.string()))
