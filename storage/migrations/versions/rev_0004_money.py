"""What was charged for today, and a quick way to what was spent this month."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the store up to this revision."""
    op.create_table(
        "billed",
        sa.Column("day", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("day", "unit", "platform_id", name=op.f("pk_billed")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_spend_source_at"), "spend", ["source", "at"])
