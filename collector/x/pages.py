"""A page of X's API v2: its posts, and the objects in `includes` to which they refer. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from collector.errors import Unreadable
from collector.json_text import canonical
from collector.x.objects import Medium, Place
from collector.x.objects import Post as XPost
from collector.x.objects import User as XUser
from collector.x.readings import Surroundings, author_of, post_of
from collector.x.unknown import Json, Ref, UnknownFields
from storage.instant import Instant
from storage.post import Author, Item, Post

_T = TypeVar("_T")


class PageReader:
    """A page's included objects, each read and written once however many posts refer to it."""

    def __init__(self, includes: Any, observed_at: Instant | None, page: Json) -> None:
        """Read a page's included objects; raises Unreadable where `includes` is no object."""
        self._observed_at = observed_at
        self._objects = dict(_objects(includes))
        self._unknown = UnknownFields(page, self._objects)
        self._refs_to: defaultdict[str, dict[str | None, Ref]] = defaultdict(dict)
        for ref in self._objects:
            self._refs_to[ref[0]][ref[1]] = ref
        self._posts_kind = "posts" if "posts" in includes else "tweets"
        self._around = Surroundings(self._read("media", Medium), self._read("places", Place))
        users = self._read("users", XUser)
        self._by_handle = {user.username.lower(): key for key, user in users.items() if user.username}
        self._authors = {key: author_of(user, observed_at) for key, user in users.items()}
        self._posts = self._read(self._posts_kind, XPost)
        self._written: dict[Ref, bytes] = {}
        self._headed = {kind: b'"%b":[' % kind.encode() for kind in self._refs_to}
        self._included_posts: dict[str, tuple[Post | None, frozenset[Ref]]] = {}

    def item(self, data: Any) -> Item:
        """Make the item of one returned post."""
        try:
            return self._item(data, _converted(data, XPost))
        except (msgspec.ValidationError, Unreadable) as error:
            texts = set(_texts(data))
            refs = [ref for ref in self._objects if ref[1] in texts]
            return Item(payload=self._payload(data, sorted(refs)), post=None, error=str(error))

    def _item(self, data: Json, given: XPost) -> Item:
        post = post_of(given, self._around, self._observed_at)
        carried_at = post.edited_at or post.created_at
        if not self._objects:
            return self._flattened(data, given, post, carried_at)
        refs = self._refs(given)
        referred = []
        for key in sorted([key for kind, key in refs if kind == self._posts_kind]):
            reading, theirs = self._included(key)
            refs |= theirs
            if reading is not None:
                referred.append(reading)
        ordered = sorted(refs)
        told = [self._authors.get(key) for kind, key in ordered if kind == "users"]
        return Item(
            payload=self._payload(data, ordered),
            post=post,
            referred=tuple(referred),
            authors=_carried(told, carried_at),
            unknown=self._unknown.of(data, ordered),
        )

    def _flattened(self, data: Json, given: XPost, post: Post, carried_at: Instant) -> Item:
        """Make the item of a post that brings what it refers to itself."""
        users: dict[str, Author | None] = {}
        posts: dict[str, Post] = {}
        for one in _inside(given):
            if isinstance(one, XPost):
                if (reading := self._reading(one)) is not None:
                    posts[one.id] = reading
            elif one.id is not None:
                users[one.id] = author_of(one, self._observed_at) or users.get(one.id)
        return Item(
            payload=self._payload(data, ()),
            post=post,
            referred=tuple([posts[key] for key in sorted(posts)]),
            authors=_carried([users[key] for key in sorted(users)], carried_at),
            unknown=self._unknown.of(data, ()),
        )

    def _reading(self, given: XPost) -> Post | None:
        """Read a post that another refers to; None where the payload has too little of it."""
        try:
            return post_of(given, self._around, self._observed_at)
        except Unreadable:
            return None

    def _included(self, key: str) -> tuple[Post | None, frozenset[Ref]]:
        """Read an included post and name what it refers to in turn, posts left out."""
        if key not in self._included_posts:
            given = self._posts.get(key)
            if given is None:
                return None, frozenset()
            refs = frozenset(ref for ref in self._refs(given) if ref[0] != self._posts_kind)
            self._included_posts[key] = (self._reading(given), refs)
        return self._included_posts[key]

    def _refs(self, post: XPost) -> set[Ref]:
        """Name the included objects that a post refers to."""
        users, posts = self._refs_to["users"], self._refs_to[self._posts_kind]
        refs = {users.get(post.author_id), users.get(post.in_reply_to_user_id)}
        # Loops, as up to Python 3.11 a comprehension over one or two things takes longer than what it does.
        for one in post.references:
            refs.add(posts.get(one.id))
        for user in _mentioned(post):
            refs.add(users.get(user.id or self._by_handle.get((user.username or "").lower())))
        if len(history := post.history) > 1:
            refs.update([posts.get(key) for key in history if key != post.id])
        if (attached := post.attachments) is not None:
            refs.update(map(self._refs_to["media"].get, attached.media_keys or ()))
            refs.update(map(self._refs_to["polls"].get, attached.poll_ids or ()))
            refs.update(map(posts.get, attached.media_source_tweet_id or ()))
        if post.geo is not None:
            refs.add(self._refs_to["places"].get(post.geo.place_id))
        refs.discard(None)
        return cast("set[Ref]", refs)

    def _read(self, kind: str, wanted: type[_T]) -> dict[str, _T]:
        """Read the included objects of a kind; those in an unknown shape are left to the payload."""
        found = {}
        for ref in self._refs_to[kind].values():
            try:
                found[ref[1]] = _converted(self._objects[ref], wanted)
            except msgspec.ValidationError:
                continue
        return found

    def _payload(self, data: Any, ordered: Iterable[Ref]) -> bytes:
        """Write {"data": ..., "includes": ...} as canonical JSON, of pieces written once."""
        pieces: list[bytes] = [b'{"data":', canonical(data)]
        before = None
        for ref in ordered:
            kind = ref[0]
            if kind == before:
                pieces.append(b",")
            else:
                pieces += (b"]," if before else b',"includes":{', self._headed[kind])
                before = kind
            pieces.append(self._written.get(ref) or self._write(ref))
        pieces.append(b"]}}" if before else b"}")
        return b"".join(pieces)

    def _write(self, ref: Ref) -> bytes:
        written = self._written[ref] = canonical(self._objects[ref])
        return written


def _objects(includes: Any) -> Iterator[tuple[Ref, Json]]:
    """Walk through a page's included objects that have a key to be referred to by."""
    if not isinstance(includes, dict):
        raise Unreadable("includes is not an object")
    for kind, rows in includes.items():
        for row in rows if isinstance(rows, list) else ():
            key = row.get("media_key" if kind == "media" else "id") if isinstance(row, dict) else None
            if isinstance(key, str):
                yield (kind, key), row


def _converted(data: Any, wanted: type[_T]) -> _T:
    """Read a JSON value as an object. Where that fails, {} is taken for nothing: so R writes an empty list."""
    try:
        return msgspec.convert(data, wanted)
    except msgspec.ValidationError:
        return msgspec.convert(_without_blanks(data), wanted)


def _without_blanks(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_blanks(one) for one in value]
    if isinstance(value, dict):
        mended = {key: _without_blanks(one) for key, one in value.items()}
        return {key: one for key, one in mended.items() if one != {}}
    return value


def _mentioned(post: XPost) -> Sequence[XUser]:
    """List the users whom a post mentions, in its text or in its note."""
    named = (post.entities and post.entities.mentions) or ()
    if post.note is None or post.note.entities is None:
        return named
    return [*named, *(post.note.entities.mentions or ())]


def _inside(post: XPost) -> Iterator[XPost | XUser]:
    """Walk through the posts and users that are written into a flattened post."""
    entities = post.entities
    for user in (post.author, post.in_reply_to_user, *((entities and entities.mentions) or ())):
        if user is not None:
            yield user
    for one in post.references:
        if one.created_at is not None:
            yield one
            yield from _inside(one)


def _carried(authors: Iterable[Author | None], carried_at: Instant) -> tuple[Author, ...]:
    return tuple([replace(author, carried_at=carried_at) for author in authors if author is not None])


def _texts(data: Any) -> Iterator[str]:
    """Walk through all texts of a JSON value."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from _texts(one)
