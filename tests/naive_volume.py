"""Volume the slow, obvious way: look at each bin, and in each at every post."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]


def naive_volume(
    members: Iterable[Row],
    edges: list[int],
    platforms: list[str],
    state_of: Mapping[tuple[int, str, str], str],
) -> list[dict[str, Any]]:
    """Count members (rows of campaign_posts) in [edges[i], edges[i + 1]), platform by platform.

    `state_of` gives the state of (bin start, platform, kind); a count that it does not let us know is None.
    """
    posts = list(members)
    rows = []
    for platform in platforms:
        here = [post for post in posts if post["platform"] == platform]
        own = [post for post in here if not post["is_repost"]]
        for start, end in pairwise(edges):
            inside = [post for post in own if start <= post["created_at"] < end]
            authors = {post["author_id"] for post in inside} - {None}
            before = {post["author_id"] for post in own if post["created_at"] < start}
            counts = {
                "posts": len(inside),
                "authors": len(authors),
                "new_authors": len(authors - before),
                "originals": sum(not post["is_reply"] and not post["is_quote"] for post in inside),
                "replies": sum(post["is_reply"] for post in inside),
                "quotes": sum(post["is_quote"] for post in inside),
                "gone_posts": sum(post["deleted"] for post in inside),
            }
            passed_on = [post for post in here if post["is_repost"] and start <= post["created_at"] < end]
            reposts = {"reposts": len(passed_on), "gone_reposts": sum(post["deleted"] for post in passed_on)}
            if not inside and not _known(state_of.get((start, platform, "posts"))):
                counts = dict.fromkeys(counts)
            if not passed_on and not _known(state_of.get((start, platform, "reposts"))):
                reposts = dict.fromkeys(reposts)
            rows.append({"bin_start": start, "platform": platform, **counts, **reposts})
    return rows


def _known(state: str | None) -> bool:
    return state in ("given", "complete")
