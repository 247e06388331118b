"""Views for people who query the store: names instead of numbers, and bins that tell what was not collected.

The state of a bin follows storage/coverage.py: at each instant the best that any source of the platform has for a
tag, then the worst over the tags that stand in the campaign today, then the worst instant of the bin. In SQL: a
level holds for a bin when, for every tag, one unbroken island of coverage at that level or above spans it.
"""

from typing import Final

from sqlalchemy import Connection, text

_LEVELS: Final = """
    levels(state, level) AS (VALUES ('failed', 1), ('lost', 2), ('given', 3), ('partial', 4), ('complete', 5))
"""

# What must be covered: each tag of a campaign, on Mastodon at each server asked. '*' counts for every tag.
_COVERED: Final = """
    units AS (
        SELECT DISTINCT t.campaign_id, s.platform, s.unit_server, t.asked AS tag
        FROM campaign_tags AS t
        CROSS JOIN (
            SELECT DISTINCT platform, CASE platform WHEN 'mastodon' THEN server ELSE '' END AS unit_server
            FROM coverage
        ) AS s
        WHERE t.removed_at IS NULL
    ),
    covered AS (
        SELECT u.campaign_id, u.platform, u.unit_server, u.tag, c.kind, c.starts_at, c.ends_at, l.level
        FROM units AS u
        JOIN coverage AS c ON c.platform = u.platform AND c.tag IN (u.tag, '*')
            AND (c.tag = '*' OR u.unit_server IN ('', c.server))
        JOIN levels AS l ON l.state = c.state
    )
"""

_ISLANDS: Final = """
    marked AS (
        SELECT c.campaign_id, c.platform, c.unit_server, c.tag, c.starts_at, c.ends_at, l.level,
            MAX(c.ends_at) OVER (
                PARTITION BY c.campaign_id, c.platform, c.unit_server, c.tag, l.level
                ORDER BY c.starts_at, c.ends_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reached
        FROM covered AS c JOIN levels AS l ON l.level <= c.level
        WHERE c.kind = 'posts'
    ),
    counted AS (
        SELECT *, SUM(reached IS NULL OR reached < starts_at) OVER (
            PARTITION BY campaign_id, platform, unit_server, tag, level ORDER BY starts_at, ends_at
        ) AS island
        FROM marked
    ),
    islands AS (
        SELECT campaign_id, platform, unit_server, tag, level,
            MIN(starts_at) AS starts_at, MAX(ends_at) AS ends_at
        FROM counted GROUP BY campaign_id, platform, unit_server, tag, level, island
    )
"""


def _volume(step: str, bin_format: str) -> str:
    """Write the view of a campaign's posts that are not reposts by UTC bin, with what is known of each bin."""
    return f"""
WITH RECURSIVE {_LEVELS}, {_COVERED}, {_ISLANDS},
    volume AS (
        SELECT m.campaign_id, p.platform, strftime('{bin_format}', p.created_at) AS bin,
            COUNT(*) AS posts, COUNT(DISTINCT p.author_id) AS authors
        FROM campaign_posts AS m JOIN posts AS p ON p.id = m.post_id
        WHERE NOT p.is_repost
        GROUP BY m.campaign_id, p.platform, bin
    ),
    spans AS (
        SELECT campaign_id, platform, MIN(first) AS first, MAX(last) AS last FROM (
            SELECT campaign_id, platform, strftime('{bin_format}', MIN(starts_at)) AS first,
                strftime('{bin_format}', MAX(ends_at), '-0.001 seconds') AS last
            FROM covered WHERE kind = 'posts' GROUP BY campaign_id, platform
            UNION ALL
            SELECT campaign_id, platform, MIN(bin), MAX(bin) FROM volume GROUP BY campaign_id, platform
        ) GROUP BY campaign_id, platform
    ),
    bins AS (
        SELECT campaign_id, platform, first AS bin, last FROM spans
        UNION ALL
        SELECT campaign_id, platform, strftime('{bin_format}', bin, '{step}'), last FROM bins WHERE bin < last
    ),
    known AS (
        SELECT b.campaign_id, b.platform, b.bin, i.level
        FROM bins AS b JOIN islands AS i ON i.campaign_id = b.campaign_id AND i.platform = b.platform
            AND i.starts_at <= b.bin AND i.ends_at >= strftime('{bin_format}', b.bin, '{step}')
        GROUP BY b.campaign_id, b.platform, b.bin, i.level
        HAVING COUNT(*) = (
            SELECT COUNT(*) FROM units AS u WHERE u.campaign_id = b.campaign_id AND u.platform = b.platform
        )
    ),
    best AS (SELECT campaign_id, platform, bin, MAX(level) AS level FROM known GROUP BY campaign_id, platform, bin)
SELECT c.slug AS campaign, b.platform, b.bin AS starts_at,
    CASE WHEN v.posts IS NULL AND k.level >= 3 THEN 0 ELSE v.posts END AS posts,
    CASE WHEN v.posts IS NULL AND k.level >= 3 THEN 0 ELSE v.authors END AS authors,
    COALESCE(l.state, 'not tried') AS state
FROM bins AS b
JOIN campaigns AS c ON c.id = b.campaign_id
LEFT JOIN volume AS v ON v.campaign_id = b.campaign_id AND v.platform = b.platform AND v.bin = b.bin
LEFT JOIN best AS k ON k.campaign_id = b.campaign_id AND k.platform = b.platform AND k.bin = b.bin
LEFT JOIN levels AS l ON l.level = k.level
ORDER BY campaign, b.platform, b.bin
"""  # noqa: S608  # only constants of this module


_TARGET: Final = """
    COALESCE(
        (SELECT i.post_id FROM post_ids AS i WHERE i.server = p.platform AND i.local_id = p.repost_of),
        (SELECT o.id FROM posts AS o WHERE o.platform = p.platform AND o.platform_id = p.repost_of)
    )
"""

_POST_VIEW: Final = f"""
WITH shown AS (SELECT p.*, {_TARGET} AS target_id FROM posts AS p),
    newest AS (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY post_id ORDER BY observed_at DESC, server) AS place FROM engagement
    )
SELECT p.platform || ':' || p.platform_id AS post, p.platform, p.created_at, a.handle AS author,
    COALESCE(t.text, p.text) AS text,
    (
        SELECT group_concat('#' || written, ' ') FROM (
            SELECT h.written FROM post_hashtags AS h WHERE h.post_id = COALESCE(t.id, p.id) ORDER BY h.written
        )
    ) AS hashtags,
    p.lang, p.url, p.is_repost, p.is_reply, p.is_quote, p.repost_of, p.reply_to, p.quote_of,
    e.likes, e.reposts, e.replies, e.quotes, e.views, e.observed_at AS counted_at,
    EXISTS (SELECT 1 FROM found AS f WHERE f.post_id = p.id) AS is_found, p.deleted_at
FROM shown AS p
LEFT JOIN posts AS t ON t.id = p.target_id
LEFT JOIN authors AS a ON a.id = p.author_id
LEFT JOIN newest AS e ON e.post_id = p.id AND e.place = 1
"""  # noqa: S608  # only constants of this module

_HASHTAG_VIEW: Final = """
SELECT key, written, posts FROM (
    SELECT h.key, w.written, SUM(COUNT(*)) OVER (PARTITION BY h.id) AS posts,
        ROW_NUMBER() OVER (PARTITION BY h.id ORDER BY COUNT(*) DESC, CAST(w.written AS BLOB)) AS place
    FROM hashtags AS h JOIN post_hashtags AS w ON w.hashtag_id = h.id
    GROUP BY h.id, w.written
) WHERE place = 1
"""

_TOP_AUTHORS: Final = """
SELECT c.slug AS campaign, p.platform, a.handle AS author, SUM(NOT p.is_repost) AS posts,
    SUM(p.is_repost) AS reposts, MIN(p.created_at) AS first_post_at, MAX(p.created_at) AS last_post_at
FROM campaign_posts AS m
JOIN campaigns AS c ON c.id = m.campaign_id
JOIN posts AS p ON p.id = m.post_id
LEFT JOIN authors AS a ON a.id = p.author_id
GROUP BY m.campaign_id, p.author_id
ORDER BY posts DESC, reposts DESC, author
"""

_TOP_HASHTAGS: Final = """
SELECT c.slug AS campaign, v.written AS hashtag, COUNT(DISTINCT m.post_id) AS posts
FROM campaign_posts AS m
JOIN campaigns AS c ON c.id = m.campaign_id
JOIN posts AS p ON p.id = m.post_id AND NOT p.is_repost
JOIN post_hashtags AS t ON t.post_id = m.post_id
JOIN hashtags AS h ON h.id = t.hashtag_id
JOIN hashtag_view AS v ON v.key = h.key
GROUP BY m.campaign_id, h.id
ORDER BY posts DESC, hashtag
"""

_COVERAGE_GAPS: Final = f"""
WITH {_LEVELS}, {_COVERED},
    edges AS (
        SELECT campaign_id, platform, unit_server, tag, kind, starts_at AS at FROM covered
        UNION
        SELECT campaign_id, platform, unit_server, tag, kind, ends_at FROM covered
    ),
    pieces AS (
        SELECT *, LEAD(at) OVER (
            PARTITION BY campaign_id, platform, unit_server, tag, kind ORDER BY at
        ) AS until FROM edges
    ),
    known AS (
        SELECT p.*, MAX(c.level) AS level
        FROM pieces AS p LEFT JOIN covered AS c ON c.campaign_id = p.campaign_id AND c.platform = p.platform
            AND c.unit_server = p.unit_server AND c.tag = p.tag AND c.kind = p.kind
            AND c.starts_at <= p.at AND c.ends_at >= p.until
        WHERE p.until IS NOT NULL
        GROUP BY p.campaign_id, p.platform, p.unit_server, p.tag, p.kind, p.at
    )
SELECT c.slug AS campaign, k.platform, k.unit_server AS server, k.tag, k.kind, k.at AS starts_at,
    k.until AS ends_at, COALESCE(l.state, 'not tried') AS state
FROM known AS k
JOIN campaigns AS c ON c.id = k.campaign_id
LEFT JOIN levels AS l ON l.level = k.level
WHERE COALESCE(k.level, 0) < 5
ORDER BY campaign, k.platform, k.tag, k.kind, starts_at
"""  # noqa: S608  # only constants of this module

VIEWS: Final = {
    "post_view": _POST_VIEW,
    "hashtag_view": _HASHTAG_VIEW,
    "hourly_volume": _volume("+1 hour", "%Y-%m-%dT%H:00:00.000000Z"),
    "daily_volume": _volume("+1 day", "%Y-%m-%dT00:00:00.000000Z"),
    "top_authors": _TOP_AUTHORS,
    "top_hashtags": _TOP_HASHTAGS,
    "coverage_gaps": _COVERAGE_GAPS,
}
"""The text of each view, in the order in which they are made."""


def drop_views(connection: Connection) -> None:
    """Drop the views, so that the tables under them can change."""
    for name in reversed(VIEWS):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def make_views(connection: Connection) -> None:
    """Make the views anew; they are no part of the migrations, since they hold nothing."""
    for name, body in VIEWS.items():
        # Views hold colons in their texts, which `text` would take for parameters.
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {body}")
