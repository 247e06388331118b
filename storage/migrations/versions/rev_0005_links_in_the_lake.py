"""Marks for the links that the store has, so that the lake gets them: until now none were made."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store up to this revision."""
    op.execute(
        """
        INSERT INTO lake_parts (name, platform, part, revision)
        SELECT 'links', '', CAST(part AS TEXT), CAST(value AS BIGINT)
        FROM (SELECT DISTINCT id / 100000 AS part FROM links) AS parts, meta
        WHERE key = 'revision'
        """
    )
