"""The device management system: which device was seen with which number."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.simulator.arrays import NEVER, dates, integers, texts
from pipelines.simulator.devices import ALL_MODELS
from pipelines.simulator.parts import Part
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.billing import shown
from pipelines.simulator.writers.forms import DEVICES
from pipelines.simulator.writers.records import record_part


def devices(world: World, period: Period) -> Iterator[Part]:
    """All devices on the anchor, then those that came or went the day before."""
    drawn = world.devices
    for day in period.register_days():
        seen = shown(drawn.begin, drawn.end, day, whole=day == world.calendar.anchor)
        yield record_part(world, DEVICES, day, _table(world, day, np.flatnonzero(seen)))


def _table(world: World, day: int, at: Any) -> Any:
    drawn, holdings = world.devices, world.holdings
    model, end = drawn.model[at], drawn.end[at]
    columns = {
        name: texts([getattr(each, name) for each in ALL_MODELS], model)
        for name in ("vendor", "kind", "os", "os_version", "network")
    }
    return pa.table(
        {
            "imei": integers(drawn.imei[at]),
            "tac": integers(drawn.imei[at] // 10_000_000),
            "msisdn": integers(holdings.msisdn[drawn.sim[at]]),
            "subscription": integers(holdings.sim_id[drawn.sim[at]]),
            "model": texts([each.name for each in ALL_MODELS], model),
            "first_seen_on": dates(drawn.begin[at]),
            "last_seen_on": dates(np.where(end < day, end - 1, NEVER)),
        }
        | columns
    )
