"""Local times to UTC without the engine's zone data."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from warehouse.files.time_zone import utc_sql


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Tashkent", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
)
def test_every_half_hour_of_a_changing_year_agrees_with_the_zone(zone: str) -> None:
    start = datetime(1991, 1, 1)  # noqa: DTZ001
    moments = [start + timedelta(minutes=30 * step) for step in range(2 * 24 * 800)]
    moments += [datetime(2026, 1, 1) + timedelta(minutes=30 * step) for step in range(2 * 24 * 366)]  # noqa: DTZ001
    expected = [
        moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for moment in moments
    ]
    with duckdb.connect() as con:
        rows = con.execute(
            f"SELECT {utc_sql('t', zone)} FROM (SELECT unnest(?::TIMESTAMP[]) AS t)", [moments]
        ).fetchall()
    assert [row[0] for row in rows] == expected
