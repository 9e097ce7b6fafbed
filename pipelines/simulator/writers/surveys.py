"""Surveys: would customers recommend us (NPS), and are they satisfied with a contact (CSI)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import Ints, integers, pick, texts
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.crm_forms import SURVEYS

A_YEAR = 0.12
"""Answers a customer gives in a year."""
DAY = 86_400
KINDS, CHANNELS = ("NPS", "CSI"), ("sms", "app", "call", "email")
TOPICS = ("relationship", "service desk", "office visit", "network", "billing")
"""NPS asks about the first, CSI about the others."""
COMMENTS = ("hammasi yaxshi", "Долго ждал ответа, но помогли", "internet sekin", "спасибо", "qimmat")


def surveys(world: World, period: Period) -> Iterator[Part]:
    """Answers: month by month before the anchor, then day by day."""
    drawn = _draw(world)
    for begin, end in period.spans():
        at = np.flatnonzero((drawn["moment"] >= begin * DAY) & (drawn["moment"] < end * DAY))
        yield csv_part(world, SURVEYS, end, _table(world, {name: each[at] for name, each in drawn.items()}))


def _draw(world: World) -> dict[str, Ints]:
    """All answers up to the horizon; who is about to leave is less content."""
    rng, lives, calendar = world.rng("surveys"), world.lives, world.calendar
    span = calendar.horizon - calendar.origin
    customer = np.repeat(np.arange(lives.size), rng.poisson(A_YEAR * span / 365, lives.size))
    size = len(customer)
    day = calendar.origin + (rng.random(size) * span).astype(np.int64)
    leaving = lives.gone[customer] < day + 90
    mood = rng.standard_normal(size)
    nps = np.clip(np.rint(7.6 - 3 * leaving + 2.3 * mood), 0, 10)
    csi = np.clip(np.rint(4.0 - leaving + mood), 1, 5)
    kind = pick(rng, [60, 40], size)
    drawn = {
        "number": np.arange(size),
        "customer": customer,
        "moment": day * DAY + 9 * 3600 + rng.integers(0, 11 * 3600, size),
        "kind": kind,
        "topic": np.where(kind == 0, 0, rng.integers(1, len(TOPICS), size)),
        "channel": pick(rng, [45, 25, 20, 10], size),
        "score": np.where(kind == 0, nps, csi).astype(np.int64),
        "comment": np.where(rng.random(size) < 0.15, rng.integers(0, len(COMMENTS), size), -1),
    }
    there = (day > lives.registered[customer]) & (day < lives.gone[customer]) & ~lives.prospect[customer]
    return {name: values[there] for name, values in drawn.items()}


def _table(world: World, row: dict[str, Ints]) -> Any:
    return pa.table(
        {
            "answer": integers(world.block * 10_000_000 + row["number"] + 1),
            "client": integers(world.lives.number[row["customer"]]),
            "kind": texts(KINDS, row["kind"]),
            "topic": texts(TOPICS, row["topic"]),
            "channel": texts(CHANNELS, row["channel"]),
            "score": integers(row["score"]),
            "comment": texts(COMMENTS, np.maximum(row["comment"], 0), row["comment"] >= 0),
            "at": pa.array(row["moment"]).cast(pa.timestamp("s")),
        }
    )
