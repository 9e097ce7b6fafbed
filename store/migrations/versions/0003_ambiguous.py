"""How many of the rejected rows of an uploaded list have a key of several customers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploaded_list", sa.Column("ambiguous", sa.Integer(), server_default="0", nullable=False))
