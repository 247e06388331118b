"""What and who a campaign is made of most: the links that were shared, the tags beside its own, the accounts.

Links and tags are those of posts that are not reposts. An account leads by its posts; beside them stands how often its
posts of the campaign were reposted, as far as reposts are collected.
"""

from typing import Final, Literal, TypeAlias, get_args

import pandas as pd

from analysis.ask import Ask
from analysis.bins import Grid

Led: TypeAlias = Literal["links", "tags", "accounts"]
LED: Final[tuple[Led, ...]] = get_args(Led)
COLUMNS: Final = ("item", "platform", "posts", "authors", "reposted", "followers", "followers_at")
NO_NAME: Final = "(an account that is gone)"

_WITHIN: Final = """members.campaign = $campaign AND NOT members.is_repost
  AND members.created_at >= $since AND members.created_at < $until"""
_LINKS_SQL: Final = f"""
SELECT links.url AS item, COUNT(DISTINCT members.post_id) AS posts, COUNT(DISTINCT members.author_id) AS authors
FROM campaign_posts AS members
JOIN post_links AS uses ON uses.post_id = members.post_id
JOIN links ON links.id = uses.link_id
WHERE {_WITHIN} AND links.url IS NOT NULL
GROUP BY links.url
ORDER BY posts DESC, authors DESC, item
LIMIT $most
"""  # noqa: S608  constants alone
_TAGS_SQL: Final = f"""
SELECT hashtags.key AS key, COUNT(DISTINCT members.post_id) AS posts, COUNT(DISTINCT members.author_id) AS authors
FROM campaign_posts AS members
JOIN post_hashtags AS uses ON uses.post_id = members.post_id
JOIN hashtags ON hashtags.id = uses.hashtag_id
WHERE {_WITHIN}
GROUP BY hashtags.key
ORDER BY posts DESC, authors DESC, key
LIMIT $most
"""  # noqa: S608
_WRITTEN_SQL: Final = f"""
SELECT hashtags.key AS key, uses.written AS written, COUNT(*) AS uses
FROM campaign_posts AS members
JOIN post_hashtags AS uses ON uses.post_id = members.post_id
JOIN hashtags ON hashtags.id = uses.hashtag_id
WHERE {_WITHIN} AND hashtags.key IN (SELECT UNNEST($keys))
GROUP BY hashtags.key, uses.written
ORDER BY uses DESC, written
"""  # noqa: S608
_ACCOUNTS_SQL: Final = f"""
SELECT led.author_id AS author_id, authors.platform AS platform, led.posts AS posts,
       COALESCE(authors.handle, CASE WHEN NOT authors.deleted THEN authors.platform_id END) AS item,
       COALESCE(spread.reposted, 0) AS reposted
FROM (SELECT members.author_id, COUNT(*) AS posts
      FROM campaign_posts AS members
      WHERE {_WITHIN} AND members.author_id IS NOT NULL
      GROUP BY members.author_id) AS led
JOIN authors ON authors.id = led.author_id
LEFT JOIN (SELECT targets.author_id AS author_id, COUNT(*) AS reposted
           FROM campaign_posts AS members
           JOIN posts ON posts.id = members.post_id
           JOIN posts AS targets ON targets.platform = posts.platform AND targets.platform_id = posts.repost_of
           WHERE members.campaign = $campaign AND members.is_repost
             AND members.created_at >= $since AND members.created_at < $until
           GROUP BY targets.author_id) AS spread ON spread.author_id = led.author_id
ORDER BY led.posts DESC, reposted DESC, led.author_id
LIMIT $most
"""  # noqa: S608
_FOLLOWERS_SQL: Final = """
SELECT author_id, followers, observed_at
FROM author_history
WHERE author_id IN (SELECT UNNEST($authors)) AND followers IS NOT NULL AND observed_at < $until
QUALIFY ROW_NUMBER() OVER (PARTITION BY author_id ORDER BY observed_at DESC, followers DESC) = 1
"""


def leaders(
    ask: Ask, campaign: str, grid: Grid, led: Led, *, without: tuple[str, ...] = (), most: int = 15
) -> pd.DataFrame:
    """List what a campaign's posts in a window have most of.

    `without` are the folded tags that are not listed: the campaign's own. Returns at most `most` rows, the first
    first: item (a link's URL; a tag in its commonest spelling, without '#'; an account's handle without '@', its id on
    the platform if no source told a handle, `NO_NAME` if it is gone), platform (of an account; '' else), posts (Int64:
    not reposts), authors (Int64: who shared it; <NA> of an account, and where none is known), reposted (Int64: the
    campaign's reposts in the window of any post of the account, as many as are stored; <NA> but of an account),
    followers and followers_at (Int64, UTC: an account's followers as last told before the window's end; <NA> where
    nobody told). Of the same number of posts more authors, or more reposts, come first.
    """
    window: dict[str, object] = {"campaign": campaign, "since": grid.since, "until": grid.until}
    if led == "links":
        return _frame(ask(_LINKS_SQL, most=most, **window))
    if led == "tags":
        return _tags(ask, window, without, most)
    accounts = ask(_ACCOUNTS_SQL, most=most, **window)
    told = ask(_FOLLOWERS_SQL, authors=accounts["author_id"].tolist(), until=grid.until).set_index("author_id")
    return _frame(
        accounts.assign(
            item=accounts["item"].astype("object").fillna(NO_NAME),
            followers=accounts["author_id"].map(told["followers"].astype("Int64")),
            followers_at=accounts["author_id"].map(told["observed_at"].astype("Int64")),
        )
    )


def _tags(ask: Ask, window: dict[str, object], without: tuple[str, ...], most: int) -> pd.DataFrame:
    """List tags in their commonest spelling."""
    tags = ask(_TAGS_SQL, most=most + len(without), **window)
    tags = tags[~tags["key"].isin(without)].head(most)
    if tags.empty:
        return _frame(tags.assign(item=""))
    spelt = ask(_WRITTEN_SQL, keys=tags["key"].tolist(), **window).groupby("key")["written"].first()
    return _frame(tags.assign(item=tags["key"].map(spelt)))


def _frame(told: pd.DataFrame) -> pd.DataFrame:
    """Bring an answer into the columns of all, what it does not tell as <NA>."""
    frame = told.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    frame["item"] = frame["item"].astype("str")
    frame["platform"] = frame["platform"].astype("object").fillna("").astype("str")
    for name in ("posts", "authors", "reposted", "followers"):
        frame[name] = frame[name].astype("Int64")
    frame["authors"] = frame["authors"].mask(frame["authors"] == 0)
    instants = frame["followers_at"].astype("Int64")
    frame["followers_at"] = pd.to_datetime(instants, unit="us", utc=True).dt.as_unit("us")
    return frame
