"""How often sources and marts are to be renewed, and the schedule that does it."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import dagster as dg

from pipelines.lib.ownership import is_owned
from warehouse.settings import Settings

WINDOWS = {
    "day": (timedelta(days=1, hours=6), timedelta(days=2)),
    "month": (timedelta(days=32), timedelta(days=35)),
}
"""How often a file is due -> after how long without a renewal it is late, and overdue."""
DAILY = "0 5 * * *"


def policy(every: str | None) -> dg.FreshnessPolicy | None:
    """When what comes so often is late; none where nothing says how often it comes."""
    if every is None:
        return None
    late, overdue = WINDOWS[every]
    return dg.FreshnessPolicy.time_window(fail_window=overdue, warn_window=late)


def shortest(cadences: Iterable[str]) -> str | None:
    """The shortest of the sources' cadences: so often the marts have something new."""
    return min(cadences, key=lambda every: WINDOWS[every][0], default=None)


def daily_schedule(settings: Settings, job: str, *, wanted: bool) -> dg.ScheduleDefinition:
    """A run of `job` every morning, in the time zone of the deployment; on from the start where it is `wanted`."""
    home: Path = settings.home

    @dg.schedule(
        name="daily",
        job_name=job,
        cron_schedule=DAILY,
        execution_timezone=settings.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING if wanted else dg.DefaultScheduleStatus.STOPPED,
    )
    def schedule() -> dg.RunRequest | dg.SkipReason:
        return dg.SkipReason("a run is at work") if is_owned(home) else dg.RunRequest()

    return schedule
