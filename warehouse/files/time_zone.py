"""Local time of the deployment to UTC as plain SQL: the zone's changes of offset become branches of one CASE.

Deterministic and much faster than asking the engine for its zone data row by row.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(1970, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001


@cache
def offsets(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """(local time up to which it holds, offset from UTC), in order; the last one holds for ever.

    A local time that occurs twice is the earlier instant; one that never occurs keeps the offset before
    the gap.
    """
    info, found = ZoneInfo(zone), []
    start, offset = FIRST, _offset(FIRST, info)
    while start < LAST:
        end = min(start + timedelta(days=7), LAST)
        if _offset(end, info) != offset:
            change = _change(start, end, info)
            # In local time of the offset that ends: an hour that repeats belongs to the earlier offset.
            found.append(
                (
                    change + offset if _offset(change, info) < offset else change + _offset(change, info),
                    offset,
                )
            )
            offset = _offset(change, info)
            end = change
        start = end
    return (*found, (datetime.max.replace(microsecond=0), offset))  # noqa: DTZ901


def _offset(utc: datetime, info: ZoneInfo) -> timedelta:
    offset = utc.replace(tzinfo=UTC).astimezone(info).utcoffset()
    return offset if offset is not None else timedelta(0)


def _change(low: datetime, high: datetime, info: ZoneInfo) -> datetime:
    """The first second (UTC) in (low, high] with another offset than `low`."""
    before = _offset(low, info)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        low, high = (middle, high) if _offset(middle, info) == before else (low, middle)
    return high


def utc_sql(column: str, zone: str) -> str:
    """SQL for the UTC instant of the local timestamp `column`."""
    parts = offsets(zone)
    shifted = [f"{column} - INTERVAL '{int(offset.total_seconds())} seconds'" for _, offset in parts]
    if len(parts) == 1:
        return shifted[0]
    # The newest first: what a file tells of happened lately.
    since = [
        f"WHEN {column} >= TIMESTAMP '{limit}' THEN {sql}"
        for (limit, _), sql in zip(parts[:-1], shifted[1:], strict=True)
    ]
    return f"CASE {' '.join(reversed(since))} ELSE {shifted[0]} END"
