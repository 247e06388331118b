"""Posts, users and media as a reply shows them: what was asked for, in a version's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.platforms.x.index import Index
from tests.platforms.x.names import OF_2_166, Names
from tests.platforms.x.world import Author, Media, Post, snowflake, written

Shape = dict[str, Any]
EDITABLE_FOR = timedelta(hours=1)
EDITS = 5
SIMPLE = ("lang", "source", "possibly_sensitive", "reply_settings")
IMPLIED: Mapping[str, str] = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "edit_history_tweet_ids": "edit_history_tweet_ids",
    "entities.mentions.username": "entities",
    "geo.place_id": "geo",
    "attachments.media_keys": "attachments",
    "attachments.poll_ids": "attachments",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "referenced_tweets.id.attachments.media_keys": "referenced_tweets",
    "username": "username",
}


@dataclass(frozen=True)
class Wanted:
    """What a request asks for, in the names of 2.166.

    Attributes:
        fields: of posts, those that its expansions bring among them.
    """

    fields: frozenset[str]
    expansions: frozenset[str]
    user_fields: frozenset[str]
    media_fields: frozenset[str]
    poll_fields: frozenset[str]
    place_fields: frozenset[str]


def wanted(asked: Mapping[str, frozenset[str]]) -> Wanted:
    """Read what a request asks for from its parameters, in whatever names."""
    old = {kind: frozenset(OF_2_166.get(one, one) for one in names) for kind, names in asked.items()}
    expansions = old.get("expansions", frozenset())
    fields = old.get("tweet.fields", frozenset()) | old.get("post.fields", frozenset())
    fields |= {IMPLIED[one] for one in expansions if one in IMPLIED}
    beside = [old.get(f"{kind}.fields", frozenset()) for kind in ("user", "media", "poll", "place")]
    return Wanted(fields, expansions, *beside)


@dataclass(frozen=True)
class Shaper:
    """Shapes things for one reply."""

    names: Names
    index: Index
    wanted: Wanted
    now: datetime

    def post(self, post: Post) -> Shape:
        """Shape a post."""
        shown: Shape = {"id": str(post.id), "text": post.text}
        shown[self.names.of("edit_history_tweet_ids")] = [str(one) for one in self.versions(post)]
        for field in self.wanted.fields:
            make = FIELDS.get(field)
            value = make(self, post) if make else None
            if value is not None:
                shown[self.names.of(field)] = value
        return shown

    def versions(self, post: Post) -> list[int]:
        """List the versions that there are of a post by now; at least itself."""
        return [one for one in post.versions if one <= post.id or one < snowflake(self.now)] or [post.id]

    def user(self, author: Author) -> Shape:
        """Shape a user."""
        shown: Shape = {"id": str(author.id), "name": author.name, "username": author.username}
        every = _user_fields(author, self.names, self.now) if self.wanted.user_fields else {}
        for field in self.wanted.user_fields:
            value = every.get(field)
            if value is not None:
                shown[self.names.of(field)] = value
        return shown

    def media(self, media: Media) -> Shape:
        """Shape a picture or film."""
        every: Shape = {
            **media.extra,
            "height": media.height,
            "width": media.width,
            "alt_text": media.alt_text or None,
            "url" if media.type == "photo" else "preview_image_url": media.url or None,
        }
        asked = {name: every.get(name) for name in self.wanted.media_fields if every.get(name) is not None}
        return {"media_key": media.key, "type": media.type} | asked

    def place(self, place: Mapping[str, Any]) -> Shape:
        """Shape a place."""
        return {name: value for name, value in place.items() if name in self.wanted.place_fields | {"id", "full_name"}}

    def poll(self, poll: Mapping[str, Any]) -> Shape:
        """Shape a poll."""
        return {name: value for name, value in poll.items() if name in self.wanted.poll_fields | {"id", "options"}}


def _metrics(shaper: Shaper, post: Post) -> Shape:
    final = post.metrics
    share = final.share((shaper.now - post.created_at).total_seconds())
    if final.reposts is None:
        # A repost shows the number of what it passes on.
        reposts = len(shaper.index.reposts_of(post.refers_to("retweeted") or post.id, shaper.now))
    else:
        reposts = int(final.reposts * share)
    return {
        shaper.names.of("retweet_count"): reposts,
        "reply_count": int(final.replies * share),
        "like_count": int(final.likes * share),
        "quote_count": int(final.quotes * share),
        "bookmark_count": int(final.bookmarks * share),
        "impression_count": int(final.views * share),
    }


def _attachments(_: Shaper, post: Post) -> Shape | None:
    shown = dict(post.extra.get("attachments", {}))
    if post.media:
        shown["media_keys"] = [one.key for one in post.media]
    return shown or None


def _edit_controls(shaper: Shaper, post: Post) -> Shape:
    if "edit_controls" in post.extra:
        return dict(post.extra["edit_controls"])
    until = post.created_at + EDITABLE_FOR
    left = EDITS + 1 - len(shaper.versions(post))
    is_eligible = not post.references and shaper.now < until
    return {"editable_until": written(until), "edits_remaining": left, "is_edit_eligible": is_eligible}


def _entities(shaper: Shaper, post: Post) -> Shape | None:
    # Post names have no annotations in a post's entities.
    kinds = {kind: found for kind, found in post.entities.items() if found}
    if not shaper.names.has_old_ones:
        kinds.pop("annotations", None)
    return kinds or None


def _withheld(shaper: Shaper, post: Post) -> Shape | None:
    said = post.extra.get("withheld")
    if said is None or "scope" not in said:
        return said and dict(said)
    return {**said, "scope": shaper.names.of(said["scope"])}


def _author_name(shaper: Shaper, post: Post) -> str | None:
    author = shaper.index.authors.get(post.author_id)
    return author.username if author else None


FIELDS: Mapping[str, Callable[[Shaper, Post], Any]] = {
    "author_id": lambda _, post: str(post.author_id),
    "username": _author_name,
    "created_at": lambda _, post: written(post.created_at),
    "conversation_id": lambda _, post: str(post.conversation_id),
    "in_reply_to_user_id": lambda _, post: str(post.reply_to_user) if post.reply_to_user else None,
    "lang": lambda _, post: post.lang,
    "entities": _entities,
    "public_metrics": _metrics,
    "referenced_tweets": lambda _, post: [{"type": one.type, "id": str(one.id)} for one in post.references] or None,
    "attachments": _attachments,
    "edit_controls": _edit_controls,
    "possibly_sensitive": lambda _, post: post.extra.get("possibly_sensitive", False),
    "reply_settings": lambda _, post: post.extra.get("reply_settings", "everyone"),
    "source": lambda _, post: post.extra.get("source"),
    "note_tweet": lambda _, post: post.extra.get("note_tweet"),
    "context_annotations": lambda _, post: post.extra.get("context_annotations"),
    "geo": lambda _, post: post.extra.get("geo"),
    "display_text_range": lambda _, post: post.extra.get("display_text_range"),
    "withheld": _withheld,
}


def _user_fields(author: Author, names: Names, now: datetime) -> Shape:
    return {
        "verified": False,
        **author.extra,
        "created_at": written(author.created_at),
        "description": author.description,
        "location": author.location or None,
        "protected": author.fate(now) == "protected",
        "public_metrics": {
            "followers_count": author.followers,
            "following_count": author.following,
            names.of("tweet_count"): author.posts,
            "listed_count": author.listed,
        },
    }
