"""Saved segments: heads that are renamed and archived, versions that never change, and what versions use."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, Text, func

from store.tables.base import Instant, metadata

segment = Table(
    "segment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    # Names that read alike are one name: the folded form is unique.
    Column("name_key", Text, nullable=False, unique=True),
    Column("description", Text, nullable=False, server_default=""),
    Column("owner", String(100), nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.current_timestamp()),
    Column("changed_at", Instant, nullable=False, server_default=func.current_timestamp()),
    Column("archived_at", Instant),
)

segment_version = Table(
    "segment_version",
    metadata,
    Column("segment_id", String(64), ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("document_hash", String(64), nullable=False, index=True),
    Column("entity", String(100), nullable=False),
    Column("author", String(100), nullable=False),
    Column("catalog_version", String(64), nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.current_timestamp()),
)

segment_uses_segment = Table(
    "segment_uses_segment",
    metadata,
    Column("segment_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("used_id", String(64), primary_key=True),
    Column("used_version", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(
        ["segment_id", "version"],
        ["segment_version.segment_id", "segment_version.version"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["used_id", "used_version"],
        ["segment_version.segment_id", "segment_version.version"],
        ondelete="RESTRICT",
    ),
)

segment_uses_list = Table(
    "segment_uses_list",
    metadata,
    Column("segment_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(64), ForeignKey("uploaded_list.id", ondelete="RESTRICT"), primary_key=True),
    ForeignKeyConstraint(
        ["segment_id", "version"],
        ["segment_version.segment_id", "segment_version.version"],
        ondelete="CASCADE",
    ),
)
