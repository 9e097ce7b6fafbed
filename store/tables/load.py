"""The load ledger: one row per load of raw, and the files that could not be loaded."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, String, Table, Text, func

from store.tables.base import Instant, metadata

FILE_LENGTH = 500

load = Table(
    "load",
    metadata,
    Column("load_id", String(32), primary_key=True),
    Column("dataset", String(100), nullable=False),
    Column("source", String(100), nullable=False),
    Column("known_from", Date, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("content_sha256", String(64), nullable=False, index=True),
    Column("accepted", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("supersedes", String(32)),
    Column("loaded_at", Instant, nullable=False, server_default=func.current_timestamp()),
    CheckConstraint("accepted >= 0 AND rejected >= 0 AND duplicates >= 0", name="counts"),
)

load_problem = Table(
    "load_problem",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("dataset", String(100), primary_key=True),
    Column("file", String(FILE_LENGTH), primary_key=True),
    Column("message", Text, nullable=False),
    Column("reported_at", Instant, nullable=False, server_default=func.current_timestamp()),
)
