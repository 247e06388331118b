"""Accounts that are gone, fields of payloads that are not known, and the servers that are asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Bring the store up to this revision."""
    op.create_table(
        "author_deletions",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.Column("deleted_at", TIME, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "platform_id", name=op.f("pk_author_deletions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "raw_payload_authors",
        sa.Column("author_id", WHOLE, nullable=False),
        sa.Column("raw_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_raw_payload_authors_author_id")),
        sa.ForeignKeyConstraint(["raw_id"], ["raw_payloads.id"], name=op.f("fk_raw_payload_authors_raw_id")),
        sa.PrimaryKeyConstraint("author_id", "raw_id", name=op.f("pk_raw_payload_authors")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unknown_fields",
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("items", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_unknown_fields_run_id")),
        sa.PrimaryKeyConstraint("run_id", "field", name=op.f("pk_unknown_fields")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asked_servers",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("removed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("platform", "server", name=op.f("pk_asked_servers")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
