"""Bringing a store to the newest schema; a store from the future is left alone."""

import secrets
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from storage.engine import reading, writing
from storage.errors import StoreTooNew, StoreUnreadable
from storage.lake_marks import set_meta
from storage.version import HEAD
from storage.views import drop_views, make_views

_SCRIPTS: Final = Path(__file__).with_name("migrations")


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the store up to date; returns the revisions (before, now). A store that is up to date is only read."""
    with reading(engine) as connection:
        before = revision_of(connection)
    if before == HEAD:
        return before, HEAD
    with writing(engine) as connection:
        before = revision_of(connection)
        if before != HEAD:
            _migrate(connection, before)
    return before, HEAD


def revision_of(connection: Connection) -> str | None:
    """Tell a store's revision; None for an empty database. Raises StoreUnreadable for another program's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return None if row is None else str(row[0])
    if tables:
        raise StoreUnreadable(
            f"{connection.engine.url.database} is a database of another program (it has the table {tables[0]})"
        )
    return None


def _migrate(connection: Connection, before: str | None) -> None:
    # Alembic takes 0.2 s to import, and a store that is up to date never needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before is not None and before not in known:
        raise StoreTooNew(f"{connection.engine.url.database} is at revision {before}, this program knows {HEAD}")
    drop_views(connection)
    command.upgrade(config, "head")
    make_views(connection)
    if before is None:
        # A lake beside a store that was deleted and made anew must not pass for a copy of the new one.
        set_meta(connection, "store_id", secrets.token_hex(8))
