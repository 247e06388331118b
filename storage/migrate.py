"""Bringing a store to the newest schema; a store from the future is left alone."""

import secrets
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from storage.engine import make_ready, place_of, reading, writing
from storage.errors import StoreTooNew, StoreUnreadable
from storage.meta import get_meta, set_meta
from storage.version import HEAD
from storage.views import drop_views, fingerprint, make_views

_SCRIPTS: Final = Path(__file__).with_name("migrations")
_VIEWS: Final = "views"


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the store up to date; returns the revisions (before, now). A store that is up to date is only read."""
    with reading(engine) as connection:
        before = revision_of(connection)
        if before == HEAD and get_meta(connection, _VIEWS) == fingerprint(connection):
            return before, HEAD
    migrations = _Migrations()
    migrations.check(engine, before)
    make_ready(engine)
    with writing(engine) as connection:
        before = revision_of(connection)
        drop_views(connection)
        if before != HEAD:
            migrations.run(connection)
        make_views(connection)
        set_meta(connection, _VIEWS, fingerprint(connection))
        if before is None:
            # A lake beside a store that was deleted and made anew must not pass for a copy of the new one.
            set_meta(connection, "store_id", secrets.token_hex(8))
    return before, HEAD


def revision_of(connection: Connection) -> str | None:
    """Tell a store's revision; None for an empty database. Raises StoreUnreadable for another program's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return None if row is None else str(row[0])
    if tables:
        where = place_of(connection.engine)
        raise StoreUnreadable(f"{where} is a database of another program (it has the table {tables[0]})")
    return None


class _Migrations:
    """Alembic's scripts; it takes 0.2 s to import, and a store that is up to date never needs it."""

    def __init__(self) -> None:
        from alembic.config import Config  # noqa: PLC0415
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        self._config = Config()
        self._config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(self._config).walk_revisions()
        self._known = {script.revision for script in scripts}

    def check(self, engine: Engine, revision: str | None) -> None:
        """Raise StoreTooNew for a revision that this program does not know."""
        if revision is not None and revision not in self._known:
            raise StoreTooNew(f"{place_of(engine)} is at revision {revision}, this program knows {HEAD}")

    def run(self, connection: Connection) -> None:
        """Bring the store of an open transaction to the newest revision."""
        from alembic import command  # noqa: PLC0415

        self._config.attributes["connection"] = connection
        command.upgrade(self._config, "head")
