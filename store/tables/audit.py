"""Who changed what: written in the transaction of the change, never changed afterwards."""

from sqlalchemy import JSON, Column, Integer, String, Table, func

from store.tables.base import Instant, metadata

SUBJECT_LENGTH = 300

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, server_default=func.current_timestamp()),
    Column("actor", String(100), nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", String(SUBJECT_LENGTH), nullable=False, index=True),
    Column("details", JSON, nullable=False),
)
