"""The program's own notes in the table `meta`: a text for each key."""

from sqlalchemy import Connection, select

from storage import schema
from storage.engine import insert_rows


def set_meta(connection: Connection, key: str, value: str | None) -> None:
    """Write one value of `meta`; None takes it out."""
    table = schema.meta
    connection.execute(table.delete().where(table.c.key == key))
    if value is not None:
        insert_rows(connection, table, [(key, value)])


def get_meta(connection: Connection, key: str) -> str | None:
    """Read one value of `meta`."""
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == key))
