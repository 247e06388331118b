"""Which posts and authors are gone: the deletions that concern what a batch is about; mostly there are none at all.

A deletion names a post by any of its ids, or an account with all of its posts. The words of a repost are its
target's: they go with that one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, Table, select

from storage import schema
from storage.engine import any_of
from storage.merge import NOTHING_LOST, Gone, Losses, MergedPost, gone, latest
from storage.post import Deletion, Post
from storage.post_rows import Key
from storage.readings import Readings

Found: TypeAlias = Mapping[Key, Gone]

_LOCAL: Final = "local:"
"""Begins the name of a post by the id that one server of a network of many has given it: local:SERVER/ID."""


def names_of_post(platform: str, platform_id: str, ids: Iterable[tuple[str, str]]) -> set[str]:
    """List the names by which a deletion or a repost may mean a post."""
    return {platform_id, *(one if server == platform else f"{_LOCAL}{server}/{one}" for server, one in ids)}


class Graves(NamedTuple):
    """The deletions found: of posts by each name that they were given under, of authors, and of whole posts.

    `whole` has, for every name of a post that is gone, the deletion that reaches farthest, its author's counted in.
    """

    posts: Found
    authors: Found
    whole: Found

    def concern(self, told: Iterable[Post]) -> bool:
        """Tell whether any deletion may concern the post of some readings."""
        return any(self) and any(
            (post.platform, post.author) in self.authors
            or any((post.platform, name) in self.whole for name in (post.repost_of, *_names(post)))
            for post in told
        )

    def losses(self, key: Key, post: MergedPost) -> Losses:
        """Choose the deletions that concern a post."""
        if not any(self):
            return NOTHING_LOST
        platform, platform_id = key
        author, target = post.claims.get("author"), post.claims.get("repost_of")
        return Losses(
            latest(self.posts.get((platform, name)) for name in names_of_post(platform, platform_id, post.ids)),
            self.authors.get((platform, author.value)) if author else None,
            self.whole.get((platform, target.value)) if target else None,
        )


NO_GRAVES: Final = Graves({}, {}, {})


def is_nothing_gone(connection: Connection) -> bool:
    """Tell whether no deletion is known at all."""
    return all(
        connection.execute(select(table.c.platform).limit(1)).first() is None
        for table in (schema.deletions, schema.author_deletions)
    )


def find_graves(connection: Connection, readings: Readings, numbers: Iterable[int]) -> Graves:
    """Look up the deletions that concern a batch's readings and some posts of the store."""
    if is_nothing_gone(connection):
        return NO_GRAVES
    identities = _Identities()
    for key, told in readings.items():
        for post in told:
            identities.note(key, _names(post), post.author, post.repost_of)
    stored = set(numbers)
    _note_stored(connection, stored, identities)
    targets = {(key[0], target) for key, one in identities.items() for target in one.targets}
    _note_stored(connection, numbers_named(connection, targets) - stored, identities)
    return _graves(connection, identities, targets)


def gone_authors(connection: Connection, keys: Iterable[Key]) -> dict[Key, Gone]:
    """Look up the deletions of authors."""
    return _look_up(connection, schema.author_deletions, keys)


def numbers_concerned(connection: Connection, deletions: Iterable[Deletion]) -> set[int]:
    """Find the posts that deletions name, by any of their ids or by their author."""
    posts, authors = schema.posts.c, schema.authors.c
    named = list(deletions)
    found = numbers_named(connection, {(one.platform, one.platform_id) for one in named if one.of == "post"})
    for platform, ids in _by_platform((one.platform, one.platform_id) for one in named if one.of == "author"):
        writers = select(authors.id).where(authors.platform == platform, authors.platform_id.in_(any_of(ids)))
        found.update(connection.scalars(select(posts.id).where(posts.author_id.in_(writers))))
    return found


def numbers_named(connection: Connection, keys: Iterable[Key]) -> set[int]:
    """Find posts by their own id, by the id of any version, or by a server's."""
    posts, ids = schema.posts.c, schema.post_ids.c
    found: set[int] = set()
    for platform, names in _by_platform(keys):
        own = select(posts.id).where(posts.platform == platform, posts.platform_id.in_(any_of(names)))
        found.update(connection.scalars(own))
        for server, local_ids in _by_server(platform, names):
            theirs = select(ids.post_id).where(ids.server == server, ids.local_id.in_(any_of(local_ids)))
            found.update(connection.scalars(theirs))
    return found


def names_in_store(connection: Connection, numbers: set[int]) -> set[Key]:
    """List all names of some posts."""
    identities = _Identities()
    _note_stored(connection, numbers, identities)
    return {(key[0], name) for key, one in identities.items() for name in one.names}


def reposts_of(connection: Connection, keys: Iterable[Key]) -> set[int]:
    """Find the stored reposts of posts, by any name of the target."""
    posts = schema.posts.c
    found: set[int] = set()
    for platform, names in _by_platform(keys):
        passed_on = select(posts.id).where(posts.platform == platform, posts.repost_of.in_(any_of(names)))
        found.update(connection.scalars(passed_on))
    return found


class _Identity(msgspec.Struct):
    """Who a post is, by all that is known of it: its names, who wrote it, and what it passes on."""

    names: set[str]
    authors: set[str]
    targets: set[str]


class _Identities(dict[Key, _Identity]):
    """The posts that a batch is about, and the targets of its reposts."""

    def note(self, key: Key, names: Iterable[str], author: str | None, target: str | None) -> None:
        """Add what one reading or row tells."""
        one = self.setdefault(key, _Identity({key[1]}, set(), set()))
        one.names.update(names)
        if author is not None:
            one.authors.add(author)
        if target is not None:
            one.targets.add(target)


def _note_stored(connection: Connection, numbers: set[int], identities: _Identities) -> None:
    if not numbers:
        return
    posts, ids, authors = schema.posts.c, schema.post_ids.c, schema.authors.c
    local: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    known_as = select(ids.post_id, ids.server, ids.local_id).where(ids.post_id.in_(any_of(numbers)))
    for number, server, local_id in connection.execute(known_as):
        local[number].append((server, local_id))
    query = (
        select(posts.id, posts.platform, posts.platform_id, authors.platform_id, posts.repost_of)
        .join_from(schema.posts, schema.authors, authors.id == posts.author_id, isouter=True)
        .where(posts.id.in_(any_of(numbers)))
    )
    for number, platform, platform_id, author, target in connection.execute(query):
        names = names_of_post(platform, platform_id, local[number])
        identities.note((platform, platform_id), names, author, target)


def _graves(connection: Connection, identities: _Identities, targets: set[Key]) -> Graves:
    names = {(key[0], name) for key, one in identities.items() for name in one.names}
    posts = _look_up(connection, schema.deletions, names | targets)
    authors = gone_authors(connection, {(key[0], author) for key, one in identities.items() for author in one.authors})
    whole: dict[Key, Gone] = dict(posts)
    for (platform, _platform_id), one in identities.items():
        deletions = [posts.get((platform, name)) for name in one.names]
        deletions += [authors.get((platform, author)) for author in one.authors]
        if (deletion := latest(deletions)) is not None:
            for name in one.names:
                whole[platform, name] = max(deletion, whole.get((platform, name), deletion))
    return Graves(posts, authors, whole)


def _look_up(connection: Connection, table: Table, keys: Iterable[Key]) -> dict[Key, Gone]:
    columns = table.c
    found: dict[Key, Gone] = {}
    for platform, ids in _by_platform(keys):
        query = select(columns.platform_id, columns.deleted_at, columns.reason).where(
            columns.platform == platform, columns.platform_id.in_(any_of(ids))
        )
        found |= {(platform, row[0]): gone(row[1], row[2]) for row in connection.execute(query)}
    return found


def _names(post: Post) -> set[str]:
    return names_of_post(post.platform, post.platform_id, post.ids)


def _by_platform(keys: Iterable[Key]) -> Iterable[tuple[str, list[str]]]:
    gathered: defaultdict[str, list[str]] = defaultdict(list)
    for platform, one in keys:
        gathered[platform].append(one)
    return gathered.items()


def _by_server(platform: str, names: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    """Gather by server the ids that servers gave: the platform's own, and those of local:SERVER/ID."""
    gathered: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        server, slash, local_id = name.removeprefix(_LOCAL).partition("/") if name.startswith(_LOCAL) else ("", "", "")
        gathered[server if slash else platform].append(local_id if slash else name)
    return gathered.items()
