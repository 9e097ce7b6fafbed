"""The best precision and recall that any rule could reach on what was planted, counted from the world itself.

For each task the world is cut into cells of everything a rule could see of the cause (or more: for leaving,
the level of usage without its noise). Nothing can tell two members of a cell apart, so the best rule takes
whole cells, those with the largest share of planted ones first. The order of the cells is learnt on one
half of the customers and measured on the other: small cells promise nothing.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.simulator.arrays import Flags, Floats, Ints
from pipelines.simulator.payments import balances_on
from pipelines.simulator.twins import BIRTH
from pipelines.simulator.usage import DATA_SEASON, VOICE_SEASON
from pipelines.simulator.world import World

WITHIN_DAYS = 60
STEPS = 12
"""Cells per ratio between 0 and 1.2 (or more)."""
RECALLS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
TASKS = {
    "leaves_within_60_days": "customers in force on a first of a month who leave within 60 days; cells: level of "
    "usage one and two months back against four months back without noise, kind, payment kind, tenure",
    "usage_falls": "subscriptions whose level fell by 25% or more from one month to the next for a planted cause; "
    "cells: voice and data of the two months, season taken out",
    "debt": "accounts paid by bill that are in a planted debt on the as-of date; cells: what is owed, in quarters "
    "of the last bill",
    "duplicates": "planted pairs that are one person; cells: which fields of the two rows agree. Strangers who "
    "agree by chance are not counted",
}

Counts = npt.NDArray[np.int64]


@dataclass(slots=True)
class Tally:
    """Counts by task: halves x cells x (not planted, planted)."""

    cells: dict[str, Counts] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Count another block in."""
        for task, counts in other.cells.items():
            self.cells[task] = self.cells[task] + counts if task in self.cells else counts


def tally(world: World) -> Tally:
    """The counts of one block; tasks for which the history is too short are left out."""
    counts = Tally({"duplicates": _duplicates(world), "debt": _debt(world)})
    month = int(np.searchsorted(world.calendar.starts, world.calendar.as_of - WITHIN_DAYS, side="right")) - 1
    if month >= 4:
        counts.cells["leaves_within_60_days"] = _leaving(world, month)
    if world.calendar.closed >= 2:
        counts.cells["usage_falls"] = _falling(world, world.calendar.closed - 1)
    return counts


def _counted(cell: Ints, planted: Flags, half: Ints, cells: int) -> Counts:
    flat = np.bincount((half * cells + cell) * 2 + planted, minlength=4 * cells)
    counts: Counts = flat.reshape(2, cells, 2).astype(np.int64)
    return counts


def _step(ratio: Floats) -> Ints:
    return np.clip(ratio / 1.2 * STEPS, 0, STEPS - 1).astype(np.int64)


def _leaving(world: World, month: int) -> Counts:
    lives, holdings = world.lives, world.holdings
    day = int(world.calendar.starts[month])
    whole = (world.usage.share[month - 4] == 1) & (world.usage.share[month - 1] == 1)
    sims = np.flatnonzero(whole)
    customer = holdings.sim_customer[sims]
    long_ago, before, last = (
        np.bincount(customer, world.usage.level[month - back, sims], lives.size) for back in (4, 2, 1)
    )
    known = long_ago > 0
    base = np.where(known, long_ago, 1)
    cell = np.where(known, _step(before / base) * STEPS + _step(last / base), STEPS * STEPS)
    group = np.where(lives.legal, 2, lives.postpaid.astype(np.int64)) * 2 + (lives.registered < day - 365)
    at = np.flatnonzero(~lives.prospect & (lives.registered < day) & (lives.gone >= day))
    planted = lives.gone < day + WITHIN_DAYS
    cells = STEPS * STEPS + 1
    return _counted((group * cells + cell)[at], planted[at], lives.number[at] % 2, 6 * cells)


def _falling(world: World, month: int) -> Counts:
    usage, calendar = world.usage, world.calendar
    there = usage.row[month] & usage.row[month - 1] & usage.voice_known
    whole = (usage.share[month] == 1) & (usage.share[month - 1] == 1)
    at = np.flatnonzero(there & whole & (usage.voice[month - 1] > 0))
    planted = usage.level[month, at] <= 0.75 * usage.level[month - 1, at]
    now, before = (int(calendar.months[m]) % 12 for m in (month, month - 1))
    voice = usage.voice[month, at] / usage.voice[month - 1, at] * VOICE_SEASON[before] / VOICE_SEASON[now]
    base = np.maximum(usage.data[month - 1, at], 1)
    data = usage.data[month, at] / base * DATA_SEASON[before] / DATA_SEASON[now]
    cell = np.where(usage.data[month - 1, at] > 0, _step(data), STEPS) * STEPS + _step(voice)
    return _counted(cell, planted, world.holdings.sim_id[at] // 1000 % 2, STEPS * (STEPS + 1))


def _debt(world: World) -> Counts:
    day, closed = world.calendar.as_of, world.calendar.closed
    size = world.accounts_on(day)
    owed = -balances_on(world.calendar, world.payments, world.charges, day)[:size]
    bill = world.charges.total[closed - 1, :size] if closed else np.zeros(size, dtype=np.int64)
    postpaid = world.lives.postpaid[world.holdings.account_customer[:size]]
    at = np.flatnonzero(postpaid & (world.holdings.account_end[:size] >= day))
    bills = np.clip(owed[at] / np.maximum(bill[at], 1) * 4, 0, 48).astype(np.int64)
    planted = (world.debts.begin[at] < day) & (world.debts.end[at] >= day)
    return _counted(bills, planted, world.holdings.account_id[at] // 100 % 2, 49)


def _duplicates(world: World) -> Counts:
    twins = world.twins
    at = np.flatnonzero(world.lives.registered[twins.second] < world.calendar.as_of)
    cell = twins.name[at] * len(BIRTH) + twins.birth[at]
    for flag in (twins.phone, twins.email, twins.address, twins.pinfl):
        cell = cell * 2 + flag[at]
    return _counted(
        cell, twins.same_person[at], world.lives.number[twins.second[at]] % 2, 5 * len(BIRTH) * 16
    )


def reachable(counts: Tally) -> dict[str, Any]:
    """For each task the best point by F1, precision at given recalls, and how many are planted."""
    return {task: {"task": TASKS[task]} | _best(counts.cells[task]) for task in TASKS if task in counts.cells}


def _best(cells: Counts) -> dict[str, Any]:
    planted, others = _in_order(cells)
    total, everybody = int(planted.sum()), int((planted + others).sum())
    if not total:
        return {"population": everybody, "planted": 0}
    found, taken = np.cumsum(planted), np.cumsum(planted + others)
    precision, recall = found / taken, found / total
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(np.argmax(f1))
    at_recall = {str(level): round(float(precision[recall >= level].max()), 4) for level in RECALLS}
    return {
        "population": everybody,
        "planted": total,
        "best_f1": {
            "f1": round(float(f1[best]), 4),
            "precision": round(float(precision[best]), 4),
            "recall": round(float(recall[best]), 4),
        },
        "best_precision_at_recall": at_recall,
    }


def _in_order(cells: Counts) -> tuple[Counts, Counts]:
    """Planted and others of all cells of both halves that have anybody, best first by the other half."""
    learnt = cells[::-1]
    prior = cells.sum(axis=(0, 1)) / max(int(cells.sum()), 1)
    share = (learnt[..., 1] + 2 * prior[1]) / (learnt.sum(axis=2) + 2)
    there = cells.sum(axis=2) > 0
    order = np.argsort(-share[there], kind="stable")
    counts: Counts = cells[there][order]
    return counts[:, 1], counts[:, 0]
