"""Runs of the pipeline."""

from sqlalchemy import CheckConstraint, Column, String, Table, Text

from store.tables.base import Instant, metadata

run = Table(
    "run",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("started_at", Instant, nullable=False, index=True),
    Column("finished_at", Instant),
    Column("state", String(20), nullable=False),
    Column("message", Text, nullable=False, server_default=""),
    Column("release_id", String(64)),
    CheckConstraint("state IN ('running', 'done', 'failed', 'abandoned')", name="state"),
)
