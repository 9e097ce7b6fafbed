"""One block of customers, drawn and rendered: the parts of all files, their totals, and the planted truth."""

from dataclasses import dataclass
from typing import Any

from pipelines.simulator.extracts import WRITERS
from pipelines.simulator.parts import Part
from pipelines.simulator.plan import Plan
from pipelines.simulator.reachable import Tally, tally
from pipelines.simulator.schedule import Period
from pipelines.simulator.truth import truth_tables
from pipelines.simulator.world import draw_world


@dataclass(slots=True)
class Block:
    """What one block gives: parts of files, rows of the tables below `truth/`, counts for what is reachable."""

    parts: list[Part]
    truth: dict[str, Any]
    tally: Tally


def draw_block(plan: Plan, block: int, since: int | None = None) -> Block:
    """One block with the files dated after `since` (days since 1970-01-01; None = all)."""
    world = draw_world(plan, block)
    period = Period(world.calendar, since)
    parts = [part for write in WRITERS for part in write(world, period)]
    return Block(parts, truth_tables(world), tally(world))
