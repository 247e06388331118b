"""One post under several ids: on X every version of an edited post has an id of its own.

A post's name is the id of its first version. A reading that does not tell the history may come under a later
version's id; it is a reading of the same post all the same, whichever of the two comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from msgspec.structs import replace
from sqlalchemy import Connection, Table, delete, exists, select, update

from storage import schema
from storage.engine import any_of
from storage.graves import is_nothing_gone
from storage.post_rows import CHILDREN, Key, PostRows, load
from storage.readings import Readings

Aliases: TypeAlias = dict[Key, Key]

_MOVED: Final = {
    schema.found: ("source", "server"),
    schema.raw_payloads: ("sha256",),
    schema.raw_payload_posts: ("raw_id",),
    schema.campaign_posts: ("campaign_id",),
    schema.languages: ("model",),
    schema.sentiment: ("model",),
    schema.labels: ("campaign_id",),
}
"""Tables besides its own children that speak of a post, and by what a row of one post is told from another."""


class Settled(NamedTuple):
    """Which ids stand for which post, and the rows of posts that went into another, by that one's number."""

    aliases: Aliases
    absorbed: dict[int, list[PostRows]]


def settle(connection: Connection, readings: Readings) -> Settled:
    """Gather readings that come under a later version's id with those of their post.

    A post that was stored under a later version's id, before its history was told, is brought under its own; where
    both are stored, one is absorbed: what is known of it is for the caller to merge.
    """
    aliases = {
        (post.platform, local_id): key
        for key, told in readings.items()
        for post in told
        if len(post.ids) > 1
        for _server, local_id in post.ids
        if local_id != key[1]
    }
    absorbed: dict[int, list[PostRows]] = {}
    for alias, key in aliases.items():
        _rename(connection, alias, key, absorbed)
    aliases |= _known_aliases(connection, [key for key in readings if key not in aliases])
    for alias, key in aliases.items():
        for post in readings.pop(alias, ()):
            renamed = replace(post, platform_id=key[1])
            told = readings.setdefault(key, [])
            if renamed not in told:
                told.append(renamed)
    return Settled(aliases, absorbed)


def _known_aliases(connection: Connection, keys: Iterable[Key]) -> Aliases:
    """Find which ids the store knows as later versions' of another post; mostly no post was ever edited.

    A deletion takes the versions' texts out of the store, and leaves their ids.
    """
    posts, ids = schema.posts.c, schema.post_ids.c
    if _is_empty(connection, schema.post_versions) and is_nothing_gone(connection):
        return {}
    by_platform: dict[str, list[str]] = defaultdict(list)
    for platform, platform_id in keys:
        by_platform[platform].append(platform_id)
    return {
        (platform, local_id): (platform, platform_id)
        for platform, wanted in by_platform.items()
        for local_id, platform_id in connection.execute(
            select(ids.local_id, posts.platform_id)
            .join_from(schema.post_ids, schema.posts)
            .where(ids.server == platform, ids.local_id.in_(any_of(wanted)), posts.platform_id != ids.local_id)
        )
    }


def _is_empty(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is None


def _rename(connection: Connection, alias: Key, key: Key, absorbed: dict[int, list[PostRows]]) -> None:
    """Bring a post that is stored under an alias under its own name."""
    numbers = _numbers(connection, alias[0], (alias[1], key[1]))
    here, there = numbers.get(alias[1]), numbers.get(key[1])
    if here is None:
        return
    posts = schema.posts
    if there is None:
        connection.execute(update(posts).where(posts.c.id == here).values(platform_id=key[1]))
    else:
        absorbed.setdefault(there, []).append(load(connection, [here])[here])
        _absorb(connection, here, there)


def _numbers(connection: Connection, platform: str, ids: Iterable[str]) -> Mapping[str, int]:
    posts = schema.posts.c
    query = select(posts.platform_id, posts.id).where(posts.platform == platform, posts.platform_id.in_(list(ids)))
    return dict(connection.execute(query).all())


def _absorb(connection: Connection, here: int, there: int) -> None:
    """Move all that speaks of one post to another; its own rows go."""
    for table, key in _MOVED.items():
        twin = table.alias()
        same = (twin.c[name] == table.c[name] for name in key)
        has_it = exists().where(twin.c.post_id == there, *same)
        connection.execute(delete(table).where(table.c.post_id == here, has_it))
        connection.execute(update(table).where(table.c.post_id == here).values(post_id=there))
    for table in CHILDREN:
        mine = (
            (table.c.kind == "post", table.c.id == here) if table is schema.field_ranks else (table.c.post_id == here,)
        )
        connection.execute(delete(table).where(*mine))
    connection.execute(delete(schema.posts).where(schema.posts.c.id == here))
