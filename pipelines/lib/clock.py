"""The clock, for those who may look at it: entry points, and whoever waits for another system."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as waiting sees it; tests have their own. `now` counts seconds, `wall` since 1970."""

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default=lambda: random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def local_day(settings: Settings) -> date:
    """Today where the deployment is; for entry points, which pass it on."""
    return datetime.now(ZoneInfo(settings.time_zone)).date()
