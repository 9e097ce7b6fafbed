"""Users, roles and API keys."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, func, true

from store.tables.base import Instant, metadata

user = Table(
    "user_account",  # `user` is a reserved word in PostgreSQL
    metadata,
    Column("name", String(100), primary_key=True),
    Column("rights", JSON, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("created_at", Instant, nullable=False, server_default=func.current_timestamp()),
)

role = Table(
    "role",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("rights", JSON, nullable=False),
)

user_role = Table(
    "user_role",
    metadata,
    Column("user_name", String(100), ForeignKey("user_account.name", ondelete="CASCADE"), primary_key=True),
    Column("role_name", String(100), ForeignKey("role.name", ondelete="RESTRICT"), primary_key=True),
)

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", Integer, primary_key=True),
    Column(
        "user_name",
        String(100),
        ForeignKey("user_account.name", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("key_sha256", String(64), nullable=False, unique=True),
    Column("label", String(200), nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False, server_default=func.current_timestamp()),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)
