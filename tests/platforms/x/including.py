"""What a reply holds beside its posts: what they refer to, whose they are, and what of that is gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.x.names import Names
from tests.platforms.x.problems import Body, gone, hidden, suspended
from tests.platforms.x.shaping import Shape, Shaper
from tests.platforms.x.world import Author, Media, Post


@dataclass
class Included:
    """What is put beside a reply's posts, each once.

    Attributes:
        errors: what of it is not there.
    """

    posts: dict[int, Post] = field(default_factory=dict)
    authors: dict[int, Author] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    places: dict[str, Any] = field(default_factory=dict)
    polls: dict[str, Any] = field(default_factory=dict)
    errors: dict[tuple[str, str], Body] = field(default_factory=dict)

    def shaped(self, shaper: Shaper) -> Shape:
        """Shape it; empty where there is nothing."""
        shown: Shape = {
            "users": [shaper.user(one) for one in self.authors.values()],
            shaper.names.of("tweets"): [shaper.post(one) for one in self.posts.values()],
            "media": [shaper.media(one) for one in self.media.values()],
            "places": [shaper.place(one) for one in self.places.values()],
            "polls": [shaper.poll(one) for one in self.polls.values()],
        }
        return {name: found for name, found in shown.items() if found}


def included(shaper: Shaper, posts: Sequence[Post]) -> Included:
    """Gather what a request's expansions bring in beside its posts."""
    found = Included()
    asked = shaper.wanted.expansions
    if any(one.startswith("referenced_tweets") for one in asked):
        _references(shaper, posts, found)
    if "edit_history_tweet_ids" in asked:
        _versions(shaper, posts, found)
    inner = list(found.posts.values())
    if asked & {"author_id", "username"}:
        _authors(shaper, (post.author_id for post in posts), found)
    if "referenced_tweets.id.author_id" in asked:
        _authors(shaper, (post.author_id for post in inner), found)
    if "in_reply_to_user_id" in asked:
        _authors(shaper, (post.reply_to_user for post in posts if post.reply_to_user), found)
    if "entities.mentions.username" in asked:
        _mentioned(shaper, posts, found)
    _attached(shaper, posts, inner, found)
    return found


def _references(shaper: Shaper, posts: Sequence[Post], found: Included) -> None:
    parameter = shaper.names.of("referenced_tweets")
    parameter = "referenced_tweets.id" if shaper.names.has_old_ones else parameter
    for target in (one.id for post in posts for one in post.references):
        fate = shaper.index.fate(target, shaper.now)
        if not fate:
            found.posts[target] = shaper.index.posts[target]  # though it be among the posts themselves: so does X
        elif fate == "hidden":
            said = hidden(shaper.names, "tweet", parameter, str(target), "includes")
            found.errors["tweet", str(target)] = said
        else:
            found.errors["tweet", str(target)] = gone(shaper.names, "tweet", parameter, str(target))


def _versions(shaper: Shaper, posts: Sequence[Post], found: Included) -> None:
    for post in posts:
        for version in shaper.versions(post):
            if not shaper.index.fate(version, shaper.now):
                found.posts[version] = shaper.index.posts[version]


def _authors(shaper: Shaper, ids: Iterable[int], found: Included) -> None:
    for author_id in ids:
        author = shaper.index.authors.get(author_id)
        if author is None or author.fate(shaper.now) in {"deleted", "suspended"}:
            said = _missing(shaper.names, author, "author_id", str(author_id), shaper)
            found.errors["user", str(author_id)] = said
        else:
            found.authors[author_id] = author


def _mentioned(shaper: Shaper, posts: Sequence[Post], found: Included) -> None:
    for name in (one["username"] for post in posts for one in post.entities.get("mentions", ())):
        author = shaper.index.by_name.get(name.casefold())
        if author is None or author.fate(shaper.now) in {"deleted", "suspended"}:
            said = _missing(shaper.names, author, "entities.mentions.username", name, shaper)
            found.errors["user", name] = said
        else:
            found.authors[author.id] = author


def _missing(names: Names, author: Author | None, parameter: str, value: str, shaper: Shaper) -> Body:
    if author is not None and author.fate(shaper.now) == "suspended":
        return suspended(names, parameter, value)
    return gone(names, "user", parameter, value)


def _attached(shaper: Shaper, posts: Sequence[Post], inner: Sequence[Post], found: Included) -> None:
    asked, world = shaper.wanted.expansions, shaper.index.world
    pictured = list(posts) if "attachments.media_keys" in asked else []
    pictured += inner if "referenced_tweets.id.attachments.media_keys" in asked else []
    found.media |= {one.key: one for post in pictured for one in post.media}
    if "geo.place_id" in asked:
        places = (post.extra.get("geo", {}).get("place_id") for post in posts)
        found.places |= {one: world.places[one] for one in places if one in world.places}
    if "attachments.poll_ids" in asked:
        polls = (one for post in posts for one in post.extra.get("attachments", {}).get("poll_ids", ()))
        found.polls |= {one: world.polls[one] for one in polls if one in world.polls}
