"""The relations of the lake: their columns and types, as analysis sees them.

Times (columns named *_at) are int64 microseconds since 1970 in UTC, flags are booleans, ids are internal
numbers. A *dated* table is cut by platform and by its posts' created_at, a *numbered* one by ranges of the ids
in its first column.
"""

from typing import Final, NamedTuple

import pyarrow as pa

_STRING: Final = pa.string()
_WHOLE: Final = pa.int64()
_FLAG: Final = pa.bool_()

TABLES: Final[dict[str, pa.Schema]] = {
    "posts": pa.schema(
        [
            ("id", _WHOLE),
            ("platform", _STRING),
            ("platform_id", _STRING),
            ("author_id", _WHOLE),
            ("created_at", _WHOLE),
            ("time_resolution", _WHOLE),
            ("deleted", _FLAG),
            ("text", _STRING),
            ("lang", _STRING),
            ("url", _STRING),
            ("is_repost", _FLAG),
            ("is_reply", _FLAG),
            ("is_quote", _FLAG),
            ("repost_of", _STRING),
            ("reply_to", _STRING),
            ("quote_of", _STRING),
            ("conversation", _STRING),
        ]
    ),
    "campaign_posts": pa.schema(
        [
            ("campaign", _STRING),
            ("post_id", _WHOLE),
            ("platform", _STRING),
            ("author_id", _WHOLE),
            ("created_at", _WHOLE),
            ("is_repost", _FLAG),
            ("is_reply", _FLAG),
            ("is_quote", _FLAG),
            ("lang", _STRING),
        ]
    ),
    "post_hashtags": pa.schema(
        [
            ("post_id", _WHOLE),
            ("created_at", _WHOLE),
            ("platform", _STRING),
            ("hashtag_id", _WHOLE),
            ("written", _STRING),
        ]
    ),
    "post_links": pa.schema(
        [
            ("post_id", _WHOLE),
            ("created_at", _WHOLE),
            ("platform", _STRING),
            ("link_id", _WHOLE),
        ]
    ),
    "hashtags": pa.schema([("id", _WHOLE), ("key", _STRING)]),
    "links": pa.schema([("id", _WHOLE), ("url", _STRING), ("domain", _STRING)]),
    "authors": pa.schema(
        [
            ("id", _WHOLE),
            ("platform", _STRING),
            ("platform_id", _STRING),
            ("handle", _STRING),
            ("display_name", _STRING),
            ("followers", _WHOLE),
            ("created_at", _WHOLE),
            ("deleted", _FLAG),
        ]
    ),
    "author_history": pa.schema(
        [
            ("author_id", _WHOLE),
            ("server", _STRING),
            ("observed_at", _WHOLE),
            ("followers", _WHOLE),
        ]
    ),
}

DATED: Final = ("posts", "campaign_posts", "post_hashtags", "post_links")
NUMBERED: Final = {"authors": ("authors", "author_history"), "hashtags": ("hashtags",), "links": ("links",)}
"""The tables that are written together, by the name under which the store marks their ranges."""


class Erasable(NamedTuple):
    """The columns of a table whose content an erasure takes, and the one by which a row is known again."""

    key: str
    columns: tuple[str, ...]


ERASABLE: Final = {
    "posts": Erasable("id", ("text", "url")),
    # The number of a link that went is given again, to another.
    "links": Erasable("url", ("url",)),
    "authors": Erasable("id", ("handle", "display_name", "followers", "created_at")),
    "author_history": Erasable("author_id", ("followers",)),
}
"""What goes when the platform, or somebody on request, says that a post or an account is gone."""
