"""Views for people who query the store: names instead of numbers, and bins that tell what was not collected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, text

from storage.coverage_views import COVERAGE_GAPS, volume
from storage.wording import WORDINGS, Wording


@dataclass(frozen=True, slots=True)
class View:
    """A view of the store.

    Attributes:
        query: the SELECT that it stands for, in a database's wording.
        meaning: what it shows, in a sentence or two.
        columns: the meaning of each column whose name does not tell it.
    """

    query: Callable[[Wording], str]
    meaning: str
    columns: Mapping[str, str] = field(default_factory=dict)


_TARGET: Final = """
    COALESCE(
        (SELECT i.post_id FROM post_ids AS i WHERE i.server = p.platform AND i.local_id = p.repost_of),
        (SELECT o.id FROM posts AS o WHERE o.platform = p.platform AND o.platform_id = p.repost_of)
    )
"""


def _newest(row: str) -> str:
    """Find a post's newest counts, in two halves, so that each can go by its index (see storage/schema.py)."""
    mine = f"SELECT n.{row} FROM engagement AS n WHERE n.post_id = p.id"  # noqa: S608  # our own words
    dated = f"{mine} AND n.observed_at IS NOT NULL ORDER BY n.observed_at DESC, n.server LIMIT 1"
    undated = f"{mine} AND n.observed_at IS NULL ORDER BY n.server LIMIT 1"
    return f"COALESCE(({dated}), ({undated}))"


_TAGS: Final = "FROM post_hashtags AS h WHERE h.post_id = COALESCE(t.id, p.id)"


def _post_view(wording: Wording) -> str:
    return f"""
SELECT p.id, p.platform || ':' || p.platform_id AS post, p.platform, p.created_at, a.handle AS author,
    CASE WHEN t.id IS NULL THEN p.text ELSE t.text END AS text,
    ({wording.joined("'#' || written", _TAGS, "written")}) AS hashtags,
    p.lang, p.url, p.is_repost, p.is_reply, p.is_quote, p.repost_of, p.reply_to, p.quote_of,
    e.likes, e.reposts, e.replies, e.quotes, e.views, e.observed_at AS counted_at,
    EXISTS (SELECT 1 FROM found AS f WHERE f.post_id = p.id) AS is_found, p.deleted_at
FROM posts AS p
LEFT JOIN posts AS t ON t.id = {_TARGET}
LEFT JOIN authors AS a ON a.id = p.author_id
LEFT JOIN engagement AS e ON e.{wording.row} = {_newest(wording.row)}
"""  # noqa: S608  # only constants of this module


_SPELLINGS: Final = """
    spellings AS (
        SELECT hashtag_id, written,
            ROW_NUMBER() OVER (PARTITION BY hashtag_id ORDER BY COUNT(*) DESC, written) AS place
        FROM post_hashtags GROUP BY hashtag_id, written
    )
"""
# Looked up, not joined: SQLite takes `place = 1` for so rare that it would join without an index, in squared time.
_COMMONEST: Final = "(SELECT s.written FROM spellings AS s WHERE s.hashtag_id = u.hashtag_id AND s.place = 1)"

_HASHTAG_VIEW: Final = f"""
WITH {_SPELLINGS},
    used AS (SELECT hashtag_id, COUNT(DISTINCT post_id) AS posts FROM post_hashtags GROUP BY hashtag_id)
SELECT h.key, {_COMMONEST} AS written, u.posts
FROM used AS u
JOIN hashtags AS h ON h.id = u.hashtag_id
"""  # noqa: S608  # only constants of this module

_TOP_AUTHORS: Final = """
SELECT c.slug AS campaign, p.platform, a.handle AS author, COUNT(*) FILTER (WHERE NOT p.is_repost) AS posts,
    COUNT(*) FILTER (WHERE p.is_repost) AS reposts,
    MIN(p.created_at) AS first_post_at, MAX(p.created_at) AS last_post_at
FROM campaign_posts AS m
JOIN campaigns AS c ON c.id = m.campaign_id
JOIN posts AS p ON p.id = m.post_id
LEFT JOIN authors AS a ON a.id = p.author_id
GROUP BY c.id, p.platform, p.author_id, a.handle
ORDER BY posts DESC, reposts DESC, p.platform, author NULLS FIRST
"""

_TOP_HASHTAGS: Final = f"""
WITH {_SPELLINGS},
    used AS (
        SELECT m.campaign_id, t.hashtag_id, COUNT(DISTINCT m.post_id) AS posts
        FROM campaign_posts AS m
        JOIN posts AS p ON p.id = m.post_id AND NOT p.is_repost
        JOIN post_hashtags AS t ON t.post_id = m.post_id
        GROUP BY m.campaign_id, t.hashtag_id
    )
SELECT c.slug AS campaign, {_COMMONEST} AS hashtag, u.posts
FROM used AS u
JOIN campaigns AS c ON c.id = u.campaign_id
ORDER BY u.posts DESC, hashtag
"""  # noqa: S608  # only constants of this module

_VOLUME_COLUMNS: Final = {
    "starts_at": "where the bin starts",
    "posts": "exact where the state is *complete*, else at least so many; NULL: none stored, and not all was read",
    "authors": "how many accounts those posts are from",
    "state": "the worst of the bin, over its instants and the campaign's hashtags",
}

VIEWS: Final = {
    "post_view": View(
        _post_view,
        "Posts as a reader wants them. A repost shows the text and hashtags of the post that it passes on, where the "
        "store has it; a deleted post has lost its text.",
        {
            "id": "its number in this store, as campaign_posts.post_id has it",
            "post": "its public name: the platform, a colon, its id there",
            "author": "the account's name without @",
            "hashtags": "as the post spells them, with #, between spaces",
            "lang": "the platform's guess at the language",
            "repost_of": "id of the post passed on, and likewise for reply_to and quote_of",
            "likes": "as last counted, and likewise for the four that follow; NULL: not told, which is not zero",
            "counted_at": "when they were counted; NULL where no source says when",
            "is_found": "a source returned it as a result; else it is only known because another post refers to it",
            "deleted_at": "when the platform said that it is gone",
        },
    ),
    "hashtag_view": View(
        lambda _wording: _HASHTAG_VIEW,
        "Hashtags, each in the spelling that most posts have; of equally common ones the first by its bytes.",
        {
            "key": "the folded spelling, which groups all that a reader takes for the same",
            "written": "without #",
            "posts": "posts and reposts that carry it in any spelling, of a campaign or not",
        },
    ),
    "hourly_volume": View(
        partial(volume, step="hour"),
        "A campaign's posts in each hour (UTC), reposts left out, with what is known of the hour: from the first hour "
        "that was asked for or posted in to the last. **An hour that was not read to its end never reads 0.**",
        _VOLUME_COLUMNS,
    ),
    "daily_volume": View(
        partial(volume, step="day"),
        "The same for each day (UTC). Charts have the days of the campaign's own zone.",
        _VOLUME_COLUMNS,
    ),
    "top_authors": View(
        lambda _wording: _TOP_AUTHORS,
        "Who posts most in each campaign.",
        {"author": "the account's name without @", "posts": "reposts left out"},
    ),
    "top_hashtags": View(
        lambda _wording: _TOP_HASHTAGS,
        "Which hashtags stand in each campaign's posts; the campaign's own are among them.",
        {"hashtag": "in its commonest spelling, without #", "posts": "reposts left out"},
    ),
    "coverage_gaps": View(
        lambda _wording: COVERAGE_GAPS,
        "Stretches of time that are not known to be complete, for each hashtag of a campaign, between the first and "
        "the last that is known of any of its hashtags on that platform.",
        {
            "server": "the server of Mastodon that was asked; else empty",
            "tag": "as platforms are asked for it",
            "kind": "posts or reposts",
            "starts_at": "the first instant of the stretch",
            "ends_at": "the first instant after it",
            "state": "the best that any of the platform's sources says",
        },
    ),
}
"""The views by name, in the order in which they are made."""


def fingerprint(connection: Connection) -> str:
    """Tell this program's views apart from those of another version."""
    made = (f"{name} {view.query(_wording_of(connection))}" for name, view in VIEWS.items())
    return sha256("\n".join(made).encode()).hexdigest()


def _wording_of(connection: Connection) -> Wording:
    return WORDINGS[connection.dialect.name]


def drop_views(connection: Connection) -> None:
    """Drop the views, so that the tables under them can change."""
    for name in reversed(VIEWS):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def make_views(connection: Connection) -> None:
    """Make the views anew; they are no part of the migrations, since they hold nothing."""
    for name, view in VIEWS.items():
        # Views hold colons in their texts, which `text` would take for parameters.
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {view.query(_wording_of(connection))}")
