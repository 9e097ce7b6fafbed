"""Moments as they leave: typed UTC instants for programs, local times with their offset for people and documents."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment (naive = UTC) in the business time zone, with its offset; its text names the same moment in a document.

    In UTC where the zone had no offset of whole minutes, or the local time is beyond the calendar's ends.
    """
    instant = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    try:
        found = instant.astimezone(zone)
    except OverflowError:
        return instant
    offset = found.utcoffset()
    return instant if offset is None or offset.seconds % 60 else found


def as_instants(table: pa.Table) -> pa.Table:
    """The table with its moments marked as UTC, whatever the engine says of them."""
    fields = [
        field.with_type(INSTANT) if pa.types.is_timestamp(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))
