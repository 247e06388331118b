"""A world laid out to be searched: by id, by tag, by what a post passes on."""

from bisect import bisect_left, insort
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tests.platforms.x.query import Clause, parse, words_of
from tests.platforms.x.world import Author, Post, World, snowflake, tags_in

REMEMBERED = 64
Fate = Literal["", "none", "unborn", "deleted", "hidden"]


@dataclass(frozen=True)
class Found:
    """The posts that a query matches at any time, reposts apart, by ascending id.

    Attributes:
        fickle: those of them that are not there from their own time on for ever.
    """

    ids: list[int]
    fickle: list[int]


class Index:
    """What the stand-in knows of its world; not safe for threads by itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.posts: dict[int, Post] = {}
        self.authors = {author.id: author for author in world.authors}
        self.by_name = {author.username.casefold(): author for author in world.authors}
        self.ids: list[int] = []
        self.reposts: defaultdict[int, list[int]] = defaultdict(list)
        self._tags: dict[int, frozenset[str]] = {}
        self._by_tag: defaultdict[str, list[int]] = defaultdict(list)
        self._found: OrderedDict[str, Found] = OrderedDict()
        self.put(world.posts)

    def put(self, posts: Iterable[Post]) -> None:
        """Add posts, or put them in the place of those with their ids."""
        self._found.clear()
        for post in sorted(posts, key=lambda one: one.id):
            if post.id in self.posts:
                self._take_out(post.id)
            self.posts[post.id] = post
            _add(self.ids, post.id)
            target = post.refers_to("retweeted")
            if target is not None:
                _add(self.reposts[target], post.id)
            self._tags[post.id] = tags_in(post)
            for tag in self._tags[post.id]:
                _add(self._by_tag[tag], post.id)

    def put_authors(self, authors: Iterable[Author]) -> None:
        """Add authors, or put them in the place of those with their ids."""
        self._found.clear()
        for author in authors:
            self.authors[author.id] = author
            self.by_name[author.username.casefold()] = author

    def tags(self, post: Post) -> frozenset[str]:
        """Tell a post's folded hashtags; a repost has those of what it passes on as well."""
        target = post.refers_to("retweeted")
        own = self._tags[post.id] if post.id in self._tags else tags_in(post)
        return own if target is None else own | self._tags.get(target, frozenset())

    def words(self, post: Post) -> Sequence[str]:
        """Tell a post's folded words, of the long text where it has one; a repost has those of what it passes on."""
        whole = self.posts.get(post.refers_to("retweeted") or post.id, post)
        return words_of(str(whole.extra.get("note_tweet", {}).get("text", whole.text)))

    def username(self, post: Post) -> str:
        """Tell a post's author's folded name."""
        author = self.authors.get(post.author_id)
        return author.username.casefold() if author else ""

    def fate(self, post_id: int, now: datetime) -> Fate:
        """Say what has become of a post, or of its author; '': it can be read. A repost goes with its target."""
        post = self.posts.get(post_id)
        if post is None:
            return "none"
        if post_id >= snowflake(now):
            return "unborn"
        if post.deleted_at is not None and post.deleted_at <= now:
            return "deleted"
        author = self.authors.get(post.author_id)
        of_author = author.fate(now) if author else ""
        if of_author:
            return "hidden" if of_author == "protected" else "deleted"
        target = post.refers_to("retweeted")
        return "deleted" if target in self.posts and self.fate(target, now) in {"deleted", "hidden"} else ""

    def is_found(self, post_id: int, now: datetime) -> bool:
        """Say whether search and counts have a post: there, shown, and not edited since."""
        if self.fate(post_id, now):
            return False
        post = self.posts[post_id]
        is_shown = post.shown_at is None or post.shown_at <= now
        return is_shown and all(later <= post_id or later >= snowflake(now) for later in post.versions)

    def search(self, query: str) -> Found:
        """Find what a query matches at any time, or raise QueryError."""
        if query in self._found:
            self._found.move_to_end(query)
            return self._found[query]
        clause = parse(query)
        posts = [self.posts[one] for one in self._candidates(clause)]
        ids = [post.id for post in posts if not post.is_repost and clause.match(post, self)]
        found = Found(ids, [one for one in ids if self._is_fickle(self.posts[one])])
        self._found[query] = found
        if len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        return found

    def newest_first(self, found: Found, low: int, high: int, now: datetime) -> Iterator[int]:
        """Go back through what was found with low <= id < high and is there now."""
        fickle = set(found.fickle)
        for at in range(bisect_left(found.ids, high) - 1, -1, -1):
            post_id = found.ids[at]
            if post_id < low:
                return
            if post_id not in fickle or self.is_found(post_id, now):
                yield post_id

    def count(self, found: Found, low: int, high: int, now: datetime) -> int:
        """Count what was found with low <= id < high and is there now."""
        high = max(low, min(high, snowflake(now)))
        all_of_them = bisect_left(found.ids, high) - bisect_left(found.ids, low)
        doubtful = found.fickle[bisect_left(found.fickle, low) : bisect_left(found.fickle, high)]
        return all_of_them - sum(not self.is_found(one, now) for one in doubtful)

    def reposts_of(self, post_id: int, now: datetime) -> list[int]:
        """List the reposts that there are of a post, by ascending id."""
        return [one for one in self.reposts.get(post_id, ()) if not self.fate(one, now)]

    def between(self, low: int, high: int) -> list[int]:
        """List all posts with low <= id < high, whatever became of them."""
        return self.ids[bisect_left(self.ids, low) : bisect_left(self.ids, high)]

    def _candidates(self, clause: Clause) -> Sequence[int]:
        if clause.tags is None:
            return self.ids
        lists = [self._by_tag.get(tag, []) for tag in clause.tags]
        return lists[0] if len(lists) == 1 else sorted(set().union(*lists))

    def _is_fickle(self, post: Post) -> bool:
        author = self.authors.get(post.author_id)
        is_steady = author is None or author.is_steady
        return bool(post.shown_at or post.deleted_at or post.versions) or not is_steady

    def _take_out(self, post_id: int) -> None:
        post = self.posts.pop(post_id)
        self.ids.remove(post_id)
        target = post.refers_to("retweeted")
        if target is not None:
            self.reposts[target].remove(post_id)
        for tag in self._tags.pop(post_id):
            self._by_tag[tag].remove(post_id)


def _add(ids: list[int], post_id: int) -> None:
    if not ids or ids[-1] < post_id:
        ids.append(post_id)
    else:
        insort(ids, post_id)
