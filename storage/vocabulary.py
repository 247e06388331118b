"""Numbers for words that many posts share: the keys of hashtags, and links."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Table, exists, func, select

from storage import schema
from storage.engine import any_of, insert_rows


class HashtagNumbers(dict[str, int]):
    """The numbers of hashtag keys, remembered between batches; forget them when a transaction is rolled back."""

    def learn(self, connection: Connection, keys: Iterable[str]) -> set[int]:
        """Number the keys that are not known yet; returns the numbers that are new in the store."""
        unknown = {key for key in keys if key not in self}
        if not unknown:
            return set()
        numbers, fresh = _number(connection, schema.hashtags, "key", unknown)
        self.update(numbers)
        return fresh


def number_links(connection: Connection, urls: Iterable[str]) -> tuple[dict[str, int], set[int]]:
    """Number links, adding those that are new; returns the numbers, and which of them are new in the store.

    They are not remembered between batches: an erasure may take them out again.
    """
    wanted = set(urls)
    return _number(connection, schema.links, "url", wanted) if wanted else ({}, set())


def forget_links(connection: Connection, numbers: set[int]) -> set[int]:
    """Take out those of the links that no post has (any more): what was erased leaves no link either.

    Returns which went.
    """
    if not numbers:
        return set()
    links, used = schema.links, schema.post_links
    unused = ~exists().where(used.c.link_id == links.c.id)
    return set(connection.scalars(links.delete().where(links.c.id.in_(any_of(numbers)), unused).returning(links.c.id)))


def domain_of(url: str) -> str | None:
    """Name the host that a link leads to, without `www.`; None where there is none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _number(connection: Connection, table: Table, column: str, words: set[str]) -> tuple[dict[str, int], set[int]]:
    word = table.c[column]
    numbers: dict[str, int] = dict(connection.execute(select(word, table.c.id).where(word.in_(any_of(words)))).all())
    missing = sorted(words - numbers.keys())
    if not missing:
        return numbers, set()
    last: int = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    fresh = dict(zip(missing, range(last + 1, last + 1 + len(missing)), strict=True))
    insert_rows(connection, table, [_row(table, number, one) for one, number in fresh.items()])
    numbers.update(fresh)
    return numbers, set(fresh.values())


def _row(table: Table, number: int, word: str) -> tuple[Any, ...]:
    return (number, word, domain_of(word)) if table is schema.links else (number, word)
