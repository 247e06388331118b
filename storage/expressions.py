"""What each database says in words of its own."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Dialect,
    ForeignKeyConstraint,
    Select,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler, SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Listed(TypeDecorator[Sequence[Any]]):
    """Many values as one parameter: a JSON text for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, of: str) -> None:
        self.of = of
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Say how the parameter is handed over."""
        if dialect.name == "postgresql":
            return ARRAY(Text() if self.of == "text" else BigInteger())
        return Text()

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """Hand the values over."""
        return value if dialect.name == "postgresql" else orjson.dumps(value).decode()


_TEXTS: Final = _Listed("text")
_WHOLES: Final = _Listed("whole")


class _Each(FunctionElement[Any]):
    """The values of a list as the rows of a table with one column, `value`."""

    name = "each"
    inherit_cache = True


class _Day(FunctionElement[str]):
    """The UTC day of a time."""

    name = "day"
    type = Text()
    inherit_cache = True


def any_of(values: Iterable[Any]) -> Select[Any] | list[Any]:
    """Make a subquery of many texts or many numbers that is one bound parameter, for `column.in_(any_of(values))`."""
    listed = list(values)
    if not listed:
        return listed
    kind = _TEXTS if isinstance(listed[0], str) else _WHOLES
    return select(_Each(bindparam(None, listed, kind)).table_valued("value").c.value)


def day_of(moment: ColumnElement[Any]) -> ColumnElement[str]:
    """Name the UTC day of a time, such as `2026-11-23`."""
    return _Day(moment)


@compiles(_Each, "sqlite")
def _each_on_sqlite(element: _Each, compiler: SQLCompiler, **words: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **words)})"


@compiles(_Each, "postgresql")
def _each_on_postgresql(element: _Each, compiler: SQLCompiler, **words: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **words)}) AS value)"


@compiles(_Day, "sqlite")
def _day_on_sqlite(element: _Day, compiler: SQLCompiler, **words: Any) -> str:
    return f"substr({compiler.process(element.clauses, **words)}, 1, 10)"


@compiles(_Day, "postgresql")
def _day_on_postgresql(element: _Day, compiler: SQLCompiler, **words: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **words)} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


@compiles(ForeignKeyConstraint, "postgresql")
def _no_foreign_key(_key: ForeignKeyConstraint, _compiler: DDLCompiler, **_words: Any) -> None:
    """Declare none: PostgreSQL enforces what is declared, row by row, and a reference may come before its target."""


@compiles(UniqueConstraint, "postgresql")
def _unique_by_hash(key: UniqueConstraint, compiler: DDLCompiler, **words: Any) -> str:
    """Let one text be unique by its hash: a unique index takes keys of 2,704 bytes at most, and links may be longer."""
    columns = list(key.columns)
    if len(columns) > 1 or not isinstance(columns[0].type, Text):
        return compiler.visit_unique_constraint(key, **words)
    named = compiler.preparer.format_constraint(key)
    return f"CONSTRAINT {named} EXCLUDE USING hash ({compiler.preparer.format_column(columns[0])} WITH =)"
