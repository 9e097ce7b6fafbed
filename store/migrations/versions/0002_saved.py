"""Saved segments and uploaded lists."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOW = sa.text("CURRENT_TIMESTAMP")


def upgrade() -> None:
    _segments()
    _lists()
    _uses()


def _segments() -> None:
    op.create_table(
        "segment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("name_key", name=op.f("uq_segment_name_key")),
    )
    op.create_table(
        "segment_version",
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=100), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("catalog_version", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_version_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "version", name=op.f("pk_segment_version")),
    )
    op.create_index(
        op.f("ix_segment_version_document_hash"), "segment_version", ["document_hash"], unique=False
    )


def _lists() -> None:
    op.create_table(
        "uploaded_list",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("entity", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "rows = accepted + rejected + duplicates + unknown", name=op.f("ck_uploaded_list_adds_up")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploaded_list")),
        sa.UniqueConstraint("name_key", name=op.f("uq_uploaded_list_name_key")),
    )
    op.create_table(
        "uploaded_list_member",
        sa.Column("list_id", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["uploaded_list.id"],
            name=op.f("fk_uploaded_list_member_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "member_id", name=op.f("pk_uploaded_list_member")),
    )
    op.create_table(
        "uploaded_list_row",
        sa.Column("list_id", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('rejected', 'unknown')", name=op.f("ck_uploaded_list_row_outcome")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["uploaded_list.id"], name=op.f("fk_uploaded_list_row_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "line", name=op.f("pk_uploaded_list_row")),
    )


def _uses() -> None:
    version = ["segment_version.segment_id", "segment_version.version"]
    op.create_table(
        "segment_uses_segment",
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used_id", sa.String(length=64), nullable=False),
        sa.Column("used_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id", "version"],
            version,
            name=op.f("fk_segment_uses_segment_segment_id_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["used_id", "used_version"],
            version,
            name=op.f("fk_segment_uses_segment_used_id_used_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint(
            "segment_id", "version", "used_id", "used_version", name=op.f("pk_segment_uses_segment")
        ),
    )
    op.create_table(
        "segment_uses_list",
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id", "version"],
            version,
            name=op.f("fk_segment_uses_list_segment_id_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["uploaded_list.id"], name=op.f("fk_segment_uses_list_list_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("segment_id", "version", "list_id", name=op.f("pk_segment_uses_list")),
    )


def downgrade() -> None:
    for table in (
        "segment_uses_list",
        "segment_uses_segment",
        "uploaded_list_row",
        "uploaded_list_member",
        "uploaded_list",
        "segment_version",
        "segment",
    ):
        op.drop_table(table)
