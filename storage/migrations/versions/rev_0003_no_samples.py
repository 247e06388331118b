"""No sample of what people wrote among PostgreSQL's statistics: ANALYZE copies values there, where no scrub gets."""

from collections.abc import Mapping
from typing import Final

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = 'text COLLATE "C"'
NUMBER = "double precision"
BYTES = "bytea"

ERASABLE: Final[Mapping[str, Mapping[str, str]]] = {
    "authors": {"handle": TEXT, "display_name": TEXT, "location": TEXT},
    "author_history": {"handle": TEXT},
    "posts": {
        **{"text": TEXT, "url": TEXT, "place": TEXT, "country": TEXT},
        **{"latitude": NUMBER, "longitude": NUMBER},
    },
    "post_versions": {"text": TEXT},
    "post_mentions": {"handle": TEXT, "platform_id": TEXT},
    "post_media": {"url": TEXT},
    "links": {"url": TEXT, "domain": TEXT},
    "raw_payloads": {"body": BYTES},
    "zstd_dictionaries": {"body": BYTES},
}
"""What an erasure takes, by table and column, and the type that it has already."""


def upgrade() -> None:
    """Bring the store up to this revision."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in ERASABLE.items():
        # Giving a column the type that it has writes no row anew, and drops the sample that was taken.
        changes = [f"ALTER {name} TYPE {kind}, ALTER {name} SET STATISTICS 0" for name, kind in columns.items()]
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")
