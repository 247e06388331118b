"""The servers that a platform of many is asked through: its stretches are complete when they are so for each."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update

from storage import schema
from storage.instant import Instant


def put_in_force(connection: Connection, servers: Iterable[tuple[str, str]], now: Instant) -> None:
    """Write which (platform, server) are asked from now on: new ones are added, others are marked as removed."""
    table = schema.asked_servers
    wanted = set(servers)
    rows = connection.execute(select(table.c.platform, table.c.server, table.c.removed_at)).all()
    known = {(row.platform, row.server): row.removed_at for row in rows}
    for platform, server in sorted(wanted - known.keys()):
        connection.execute(insert(table).values(platform=platform, server=server, added_at=now))
    for (platform, server), removed_at in known.items():
        is_wanted = (platform, server) in wanted
        if is_wanted == (removed_at is not None):
            mine = (table.c.platform == platform, table.c.server == server)
            connection.execute(update(table).where(*mine).values(removed_at=None if is_wanted else now))


def read(connection: Connection) -> dict[tuple[str, str], bool]:
    """Tell of each (platform, server) that was ever put in force whether it still is."""
    table = schema.asked_servers.c
    rows = connection.execute(select(table.platform, table.server, table.removed_at))
    return {(row.platform, row.server): row.removed_at is None for row in rows}
