"""Rows into PostgreSQL by COPY: straight into a table, or into a temporary one from which one statement takes them.

Values are written in binary form by the types of their columns: instants become times, 0 and 1 become flags. The
server would take longer to read them as text, and a payload's body would be twice as long.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from storage.database import Row

Driver: TypeAlias = "psycopg.Connection[Any]"

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


def copy(driver: Driver, table: Table, rows: Sequence[Row]) -> int:
    """Write rows that are known to be new; returns how many."""
    return _copy(driver, Identifier(table.name), table, rows)


def insert_missing(driver: Driver, table: Table, rows: Sequence[Row]) -> int:
    """Write the rows that are not there yet; returns how many those were."""
    names = _names(table)
    taken = SQL("INSERT INTO {into} ({names}) SELECT {names} FROM incoming ON CONFLICT DO NOTHING")
    return _take(driver, table, rows, taken.format(into=Identifier(table.name), names=names))


def update(driver: Driver, table: Table, key: Column[Any], rows: Sequence[Row]) -> None:
    """Write rows again by their key."""
    others = [Identifier(column.name) for column in table.columns if column is not key]
    values = SQL(", ").join(SQL("{0} = incoming.{0}").format(other) for other in others)
    statement = SQL("UPDATE {table} AS stored SET {values} FROM incoming WHERE stored.{key} = incoming.{key}")
    named = {"table": Identifier(table.name), "key": Identifier(key.name)}
    _take(driver, table, rows, statement.format(values=values, **named))


def delete(driver: Driver, table: Table, rows: Sequence[Row]) -> None:
    """Delete rows that are equal in all columns; an index serves only the plain equality of what is never NULL."""
    same = SQL(" AND ").join(
        SQL("stored.{0} IS NOT DISTINCT FROM incoming.{0}" if column.nullable else "stored.{0} = incoming.{0}").format(
            Identifier(column.name)
        )
        for column in table.columns
    )
    statement = SQL("DELETE FROM {table} AS stored USING incoming WHERE {same}")
    _take(driver, table, rows, statement.format(table=Identifier(table.name), same=same))


def _take(driver: Driver, table: Table, rows: Sequence[Row], statement: Composed) -> int:
    """Run a statement on rows that stand in a table of this connection alone; it is empty again afterwards."""
    stage = Identifier(f"incoming_{table.name}")
    made = SQL("CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE {table}) ON COMMIT DELETE ROWS")
    driver.execute(made.format(stage=stage, table=Identifier(table.name)))
    _copy(driver, stage, table, rows)
    taken = SQL("WITH incoming AS (DELETE FROM {stage} RETURNING *) ").format(stage=stage)
    return driver.execute(taken + statement).rowcount


def _copy(driver: Driver, into: Identifier, table: Table, rows: Iterable[Row]) -> int:
    statement = SQL("COPY {into} ({names}) FROM STDIN (FORMAT BINARY)").format(into=into, names=_names(table))
    with driver.cursor() as cursor:
        with cursor.copy(statement) as incoming:
            incoming.set_types(_types(table))
            for row in rows:
                incoming.write_row(row)
        return cursor.rowcount


def _names(table: Table) -> Composed:
    return SQL(", ").join(Identifier(column.name) for column in table.columns)


@cache
def _types(table: Table) -> list[str]:
    """Name the types of a table's columns, without the order of their texts."""
    written = [column.type.compile(dialect=_DIALECT) for column in table.columns]
    return [name.partition(" COLLATE ")[0].lower() for name in written]
