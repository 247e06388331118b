"""The relations of the lake: their columns and types, as analysis sees them.

Times (columns named *_at) are int64 microseconds since 1970 in UTC, flags are booleans, ids are internal
numbers. A *dated* table is cut by platform and by its posts' created_at, a *numbered* one by ranges of ids.
"""

from typing import Final

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
    "hashtags": pa.schema([("id", _WHOLE), ("key", _STRING)]),
    "authors": pa.schema(
        [
            ("id", _WHOLE),
            ("platform", _STRING),
            ("platform_id", _STRING),
            ("handle", _STRING),
            ("display_name", _STRING),
            ("followers", _WHOLE),
        ]
    ),
}

DATED: Final = ("posts", "campaign_posts", "post_hashtags")
NUMBERED: Final = ("authors", "hashtags")

ERASABLE: Final = {"posts": ("text", "url"), "authors": ("handle", "display_name")}
"""The columns whose content goes when the platform says that a post or an account is gone."""
