"""Views that tell what was not collected: the algebra of storage/coverage.py in SQL.

At each instant the best that any source of the platform has for a tag, then the worst over the tags that stand in
the campaign today, then the worst instant of the bin. All of it is sorting, so that years of hours take a second.
"""

from typing import Final

from storage.wording import Bin, Wording

_LEVELS: Final = """
    levels(state, level) AS (
        VALUES ('not tried', 0), ('failed', 1), ('lost', 2), ('given', 3), ('partial', 4), ('complete', 5)
    )
"""

# What must be covered: each tag of a campaign, on Mastodon at each server that was asked and that config.yaml has not
# dropped. '*' counts for every tag, and what has no server, as an archive has none, for every server. Where all
# servers were dropped any of them will do.
_COVERED: Final = """
    servers AS (
        SELECT platform, CASE platform WHEN 'mastodon' THEN server ELSE '' END AS unit_server
        FROM coverage AS c
        WHERE NOT EXISTS (
            SELECT 1 FROM asked_servers AS a
            WHERE a.platform = c.platform AND a.server = c.server AND a.removed_at IS NOT NULL
        )
        UNION SELECT platform, server FROM asked_servers WHERE removed_at IS NULL
        UNION SELECT platform, '' FROM coverage
    ),
    units AS (
        SELECT DISTINCT t.campaign_id, s.platform, s.unit_server, t.asked AS tag
        FROM campaign_tags AS t CROSS JOIN servers AS s
        WHERE t.removed_at IS NULL AND (
            s.unit_server <> ''
            OR NOT EXISTS (SELECT 1 FROM servers AS o WHERE o.platform = s.platform AND o.unit_server <> '')
        )
    ),
    covered AS (
        SELECT u.campaign_id, u.platform, u.unit_server, u.tag, c.kind, c.starts_at, c.ends_at, l.level
        FROM units AS u
        JOIN coverage AS c ON c.platform = u.platform AND c.tag IN (u.tag, '*')
            AND (u.unit_server = '' OR c.server IN ('', u.unit_server))
        JOIN levels AS l ON l.state = c.state
    )
"""

# An island of a level is an unbroken stretch at that level or above. Those of higher levels lie inside those of
# lower ones, so the level of an instant is the number of islands around it: one more where one starts, one less
# where one ends.
_EDGES: Final = """
    marked AS (
        SELECT c.campaign_id, c.platform, c.unit_server, c.tag, c.kind, c.starts_at, c.ends_at, l.level,
            MAX(c.ends_at) OVER (
                PARTITION BY c.campaign_id, c.platform, c.unit_server, c.tag, c.kind, l.level
                ORDER BY c.starts_at, c.ends_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reached
        FROM covered AS c JOIN levels AS l ON l.level BETWEEN 1 AND c.level
    ),
    counted AS (
        SELECT *, COUNT(*) FILTER (WHERE reached IS NULL OR reached < starts_at) OVER (
            PARTITION BY campaign_id, platform, unit_server, tag, kind, level ORDER BY starts_at, ends_at
        ) AS island
        FROM marked
    ),
    islands AS (
        SELECT campaign_id, platform, unit_server, tag, kind, MIN(starts_at) AS starts_at, MAX(ends_at) AS ends_at
        FROM counted GROUP BY campaign_id, platform, unit_server, tag, kind, level, island
    ),
    edges AS (
        SELECT campaign_id, platform, unit_server, tag, kind, starts_at AS at, 1 AS rise FROM islands
        UNION ALL
        SELECT campaign_id, platform, unit_server, tag, kind, ends_at, -1 FROM islands
    )
"""

# The level of each tag where it changes and where a bin starts: its least in a bin is among these.
_HELD: Final = """
    moments AS (
        SELECT campaign_id, platform, unit_server, tag, at, rise FROM edges WHERE kind = 'posts'
        UNION ALL
        SELECT campaign_id, platform, unit_server, tag, starts_at, 0
        FROM units JOIN bins USING (campaign_id, platform)
    ),
    held AS (
        SELECT campaign_id, platform, at, CAST(SUM(SUM(rise)) OVER (
            PARTITION BY campaign_id, platform, unit_server, tag ORDER BY at
        ) AS INTEGER) AS level
        FROM moments GROUP BY campaign_id, platform, unit_server, tag, at
    )
"""


def volume(wording: Wording, step: Bin) -> str:
    """Write the view of a campaign's posts that are not reposts by UTC bin, with what is known of each bin.

    Where not all was read and no post is stored there may be posts: only *given* and *complete* make that 0.

    Bins go from the first instant asked for or posted in to the last; what archives have given reaches far beyond
    a campaign.
    """

    def bin_of(moment: str) -> str:
        return wording.start(moment, step)

    def after(start: str) -> str:
        return wording.after(start, step)

    return f"""
WITH RECURSIVE {_LEVELS}, {_COVERED}, {_EDGES},
    volume AS (
        SELECT m.campaign_id, p.platform, {bin_of("p.created_at")} AS starts_at,
            COUNT(*) AS posts, COUNT(DISTINCT p.author_id) AS authors
        FROM campaign_posts AS m JOIN posts AS p ON p.id = m.post_id
        WHERE NOT p.is_repost
        GROUP BY 1, 2, 3
    ),
    spans AS (
        SELECT campaign_id, platform, MIN(first) AS first, MAX(until) AS until FROM (
            SELECT campaign_id, platform, {bin_of("MIN(starts_at)")} AS first, MAX(ends_at) AS until
            FROM covered JOIN levels AS l USING (level) WHERE kind = 'posts' AND l.state <> 'given' GROUP BY 1, 2
            UNION ALL
            SELECT campaign_id, platform, MIN(starts_at), {after("MAX(starts_at)")} FROM volume GROUP BY 1, 2
        ) AS known_or_posted GROUP BY 1, 2
    ),
    bins AS (
        SELECT campaign_id, platform, first AS starts_at, {after("first")} AS ends_at, until FROM spans
        UNION ALL
        SELECT campaign_id, platform, ends_at, {after("ends_at")}, until FROM bins WHERE ends_at < until
    ),
    {_HELD},
    known AS (
        SELECT campaign_id, platform, {bin_of("at")} AS starts_at, MIN(level) AS level FROM held GROUP BY 1, 2, 3
    )
SELECT c.slug AS campaign, b.platform, b.starts_at,
    CASE WHEN l.state IN ('given', 'complete') THEN COALESCE(v.posts, 0) ELSE v.posts END AS posts,
    CASE WHEN l.state IN ('given', 'complete') THEN COALESCE(v.authors, 0) ELSE v.authors END AS authors, l.state
FROM bins AS b
JOIN campaigns AS c ON c.id = b.campaign_id
LEFT JOIN volume AS v USING (campaign_id, platform, starts_at)
LEFT JOIN known AS k USING (campaign_id, platform, starts_at)
JOIN levels AS l ON l.level = COALESCE(k.level, 0)
ORDER BY campaign, b.platform, b.starts_at
"""  # noqa: S608  # only constants of this module


# Between the first instant that is known of any tag of the campaign and the last, a tag that was not asked for is a
# gap too.
COVERAGE_GAPS: Final = f"""
WITH {_LEVELS}, {_COVERED}, {_EDGES},
    spans AS (
        SELECT campaign_id, platform, kind, MIN(starts_at) AS first, MAX(ends_at) AS last FROM covered GROUP BY 1, 2, 3
    ),
    moments AS (
        SELECT campaign_id, platform, unit_server, tag, kind, at, rise FROM edges
        UNION ALL
        SELECT u.campaign_id, u.platform, u.unit_server, u.tag, s.kind, s.first, 0
        FROM units AS u JOIN spans AS s USING (campaign_id, platform)
    ),
    held AS (
        SELECT campaign_id, platform, unit_server, tag, kind, at, CAST(SUM(SUM(rise)) OVER (
            PARTITION BY campaign_id, platform, unit_server, tag, kind ORDER BY at
        ) AS INTEGER) AS level
        FROM moments GROUP BY 1, 2, 3, 4, 5, 6
    ),
    stretches AS (
        SELECT h.*, LEAD(h.at, 1, s.last) OVER (
            PARTITION BY campaign_id, platform, h.unit_server, h.tag, kind ORDER BY h.at
        ) AS until
        FROM held AS h JOIN spans AS s USING (campaign_id, platform, kind)
    )
SELECT c.slug AS campaign, g.platform, g.unit_server AS server, g.tag, g.kind, g.at AS starts_at,
    g.until AS ends_at, l.state
FROM stretches AS g
JOIN campaigns AS c ON c.id = g.campaign_id
JOIN levels AS l ON l.level = g.level
WHERE l.state <> 'complete' AND g.at < g.until
ORDER BY campaign, g.platform, g.unit_server, g.tag, g.kind, g.at
"""  # noqa: S608  # only constants of this module
