"""Uploaded lists: the head with the counts of the upload, the members, and the rows that gave none."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Table, Text, func

from store.tables.base import Instant, metadata

uploaded_list = Table(
    "uploaded_list",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    # Names that read alike are one name: the folded form is unique.
    Column("name_key", Text, nullable=False, unique=True),
    Column("entity", String(100), nullable=False),
    Column("key", String(100), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("file_name", Text, nullable=False, server_default=""),
    Column("content_hash", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    # Of the rejected rows those whose key several customers have.
    Column("ambiguous", Integer, nullable=False, server_default="0"),
    Column("expires_on", Date),
    Column("created_at", Instant, nullable=False, server_default=func.current_timestamp()),
    Column("deleted_at", Instant),
    CheckConstraint("rows = accepted + rejected + duplicates + unknown", name="adds_up"),
)

# Business ids, not keys of a release: a key can change its holder when customers are merged.
uploaded_list_member = Table(
    "uploaded_list_member",
    metadata,
    Column("list_id", String(64), ForeignKey("uploaded_list.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", Text, primary_key=True),
)

uploaded_list_row = Table(
    "uploaded_list_row",
    metadata,
    Column("list_id", String(64), ForeignKey("uploaded_list.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("outcome", String(20), nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("outcome IN ('rejected', 'unknown')", name="outcome"),
)
