"""The question that analysis may put: SQL over the lake, answered by a DataFrame.

Analysis opens no file and no database; it is handed an `Ask`. These are the relations that it sees (times are int64
microseconds since 1970 in UTC, flags BOOLEAN; ids are internal, a post's public name is platform:platform_id):

    posts            id, platform, platform_id, author_id, created_at, time_resolution (seconds), deleted, text, lang,
                     url, is_repost, is_reply, is_quote, repost_of, reply_to, quote_of, conversation
    campaign_posts   campaign (slug), post_id, platform, author_id, created_at, is_repost, is_reply, is_quote, lang
                     (members only, with all that bins need: counting needs no join)
    post_hashtags    post_id, created_at, platform, hashtag_id, written
    post_links       post_id, created_at, platform, link_id
    hashtags         id, key
    links            id, url, domain
    authors          id, platform, platform_id, handle, display_name, followers, created_at, deleted (the account is
                     gone)
    author_history   author_id, server (who told it), observed_at, followers (never NULL; compare counts of one server
                     only; observed_at is NULL in the one row of a server whose time is unknown)

The text, hashtags and links of a repost are its target's, where that is known.

The SQL is plain: no date functions and nothing that one engine alone knows, so that DuckDB and Spark answer alike.
"""

from typing import Protocol

import pandas as pd


class Ask(Protocol):
    """Answer a question in SQL."""

    def __call__(self, sql: str, **values: object) -> pd.DataFrame:
        """Run one SELECT; a value stands in the SQL as `$name`, and user text never stands there otherwise.

        Every value given is used in the SQL. Returns one column for each selected name, in order.
        """
        ...
