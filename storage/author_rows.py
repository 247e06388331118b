"""Merged authors as rows of `authors` and `author_history`, and back."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, select

from storage import schema
from storage.engine import any_of
from storage.instant import Instant
from storage.merge import AUTHOR_FIELDS, Claim, MergedAuthor, Profile
from storage.observations import observations_of
from storage.ranks import Ranks, read_rank, write_ranks

Row: TypeAlias = tuple[Any, ...]
Key: TypeAlias = tuple[str, str]

TABLES: Final = (schema.authors, schema.author_history, schema.field_ranks)


class AuthorRows(msgspec.Struct):
    """An author's own row, their history and ranks."""

    author: Row
    history: set[Row]
    ranks: set[Row]


def rows_of_merged(author: MergedAuthor, key: Key, number: int, first_seen_at: Instant) -> AuthorRows:
    """Write a merged author as rows."""
    values = [claim.value if (claim := author.claims.get(field)) else None for field in AUTHOR_FIELDS]
    ranks = write_ranks(author.claims, author.observed_at)
    return AuthorRows(
        (number, *key, *values, first_seen_at, author.observed_at, author.deleted_at),
        {(number, server, seen, *profile) for (server, seen), profile in author.history.items()},
        {("author", number, field, rank) for field, rank in ranks.items()},
    )


def merged_of_rows(rows: AuthorRows) -> MergedAuthor:
    """Read loaded rows as the merged author that they were written from."""
    row = dict(zip(schema.authors.columns.keys(), rows.author, strict=True))
    stored = {field: read_rank(rank) for _kind, _id, field, rank in rows.ranks}
    ranks = Ranks(stored, row["observed_at"])
    return MergedAuthor(
        ranks.claims({field: row[field] for field in AUTHOR_FIELDS}, _shows_nothing),
        row["observed_at"],
        {(server, seen): Profile(*profile) for _author, server, seen, *profile in rows.history},
    )


def _shows_nothing(_field: str, _claim: Claim) -> int:
    return 0


def load(connection: Connection, numbers: Sequence[int]) -> dict[int, AuthorRows]:
    """Read the rows of authors by their numbers."""
    if not numbers:
        return {}
    authors, history, ranks = schema.authors, schema.author_history, schema.field_ranks
    rows = connection.execute(select(authors).where(authors.c.id.in_(any_of(numbers))))
    loaded = {row[0]: AuthorRows(tuple(row), set(), set()) for row in rows}
    for row in connection.execute(observations_of(history, "author_id", numbers)):
        loaded[row[0]].history.add(tuple(row))
    mine = select(ranks).where(ranks.c.kind == "author", ranks.c.id.in_(any_of(numbers)))
    for row in connection.execute(mine):
        loaded[row[1]].ranks.add(tuple(row))
    return loaded
