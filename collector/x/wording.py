"""What is asked for with a post, in the words of either version of X's names: pure.

Up to 2.166 of X's document much of what a post refers to are its fields; from 2.167 on the same come with the
expansions only. An expansion brings whole objects, and objects may be charged for: those that are, are a choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from collector.x.settings import Names

_BOTH: Final = (
    "attachments",
    "conversation_id",
    "created_at",
    "entities",
    "geo",
    "id",
    "lang",
    "public_metrics",
    "text",
)
_FIELDS: Final[Mapping[Names, tuple[str, ...]]] = {
    "tweet": (
        *_BOTH,
        "author_id",
        "edit_history_tweet_ids",
        "in_reply_to_user_id",
        "note_tweet",
        "referenced_tweets",
    ),
    "post": (*_BOTH, "note_post"),
}
_FREE: Final[Mapping[Names, tuple[str, ...]]] = {
    "tweet": ("attachments.media_keys", "attachments.poll_ids", "geo.place_id"),
    # Without these a post does not say who wrote it, what it answers and which versions it has.
    "post": (
        "attachments.media_keys",
        "attachments.poll_ids",
        "author_id",
        "edit_history_post_ids",
        "geo.place_id",
        "in_reply_to_user_id",
        "referenced_posts",
    ),
}
_REFERENCED: Final[Mapping[Names, tuple[str, ...]]] = {
    "tweet": ("referenced_tweets.id", "referenced_tweets.id.attachments.media_keys"),
    "post": (),
}
_USER_FIELDS: Final = ("created_at", "id", "location", "name", "public_metrics", "username")
_MEDIA_FIELDS: Final = ("media_key", "preview_image_url", "type", "url", "variants")
_PLACE_FIELDS: Final = ("country", "full_name", "id")


@dataclass(frozen=True, slots=True)
class Extras:
    """The objects that come with posts and that X may charge for.

    Attributes:
        authors: the authors of the posts found.
        referenced: the posts that those repost, quote or answer.
        referenced_authors: the authors of these, too.
    """

    authors: bool = True
    referenced: bool = True
    referenced_authors: bool = False


ALONE: Final = Extras(authors=False, referenced=False)
"""Nothing comes with posts that are read again: their authors are known, and cost twice what they do."""


def asked_with(names: Names, extras: Extras) -> dict[str, str]:
    """Write the parameters that say what is wanted of posts and of what comes with them."""
    expansions = list(_FREE[names])
    if extras.authors:
        expansions.append("author_id")
    if extras.referenced:
        expansions.extend(_REFERENCED[names])
    if extras.referenced and extras.referenced_authors and names == "tweet":
        expansions.append("referenced_tweets.id.author_id")
    return {
        f"{names}.fields": ",".join(sorted(_FIELDS[names])),
        "expansions": ",".join(sorted(set(expansions))),
        "user.fields": ",".join(_USER_FIELDS),
        "media.fields": ",".join(_MEDIA_FIELDS),
        "place.fields": ",".join(_PLACE_FIELDS),
    }
