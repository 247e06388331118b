"""Measures the slow, obvious way: look at each bin, each post and each account, one by one."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Bin = tuple[datetime, datetime, int | None, str]
"""Start, end, posts, state."""
Node = tuple[int, int, int]
"""A burst: level, first, last."""

KNOWN = ("given", "complete")


def kind_of(post: Row) -> str:
    names = [name for name in ("reply", "quote") if post[f"is_{name}"]]
    return " and ".join(names) or "original"


def values_of(post: Row, trait: str, keys: Sequence[str]) -> set[str]:
    """List the values that a post has of a trait."""
    if trait == "spelling":
        return {written for written in post["tags"] if written.lower() in keys}
    if trait == "kind":
        return {kind_of(post)}
    return {post["platform"] if trait == "platform" else post["lang"] or "not told"}


def naive_breakdown(
    posts: Iterable[Row], edges: Sequence[int], trait: str, keys: Sequence[str], most: int
) -> dict[str, list[int]]:
    """Count posts in each bin by a trait, the commonest value first."""
    bins = list(pairwise(edges))
    counted: dict[str, list[int]] = {}
    for post in posts:
        for at, (start, end) in enumerate(bins):
            if post["repost_of"] is None and post["is_member"] and start <= post["created_at"] < end:
                for value in values_of(post, trait, keys):
                    counted.setdefault(value, [0] * len(bins))[at] += 1
    ordered = sorted(counted, key=lambda value: (-sum(counted[value]), value))
    if len(ordered) <= most + 1:
        return {value: counted[value] for value in ordered}
    told = {value: counted[value] for value in ordered[:most]}
    if trait != "spelling":
        told["others"] = [sum(counted[value][at] for value in ordered[most:]) for at in range(len(bins))]
    return told


def naive_rhythm(bins: Iterable[Bin], zone: str) -> dict[tuple[int, int], tuple[int, int, float | None]]:
    """Tell for each (weekday, hour) how many bins were seen, their posts, and the posts an hour."""
    told: dict[tuple[int, int], tuple[int, int, float]] = {
        (day, hour): (0, 0, 0.0) for day in range(7) for hour in range(24)
    }
    for start, end, posts, state in bins:
        if posts is None or state not in KNOWN or end - start > timedelta(hours=1):
            continue
        wall = start.astimezone(ZoneInfo(zone))
        number, before, length = told[wall.weekday(), wall.hour]
        told[wall.weekday(), wall.hour] = (number + 1, before + posts, length + (end - start) / timedelta(hours=1))
    return {
        place: (number, posts, posts / length if length else None) for place, (number, posts, length) in told.items()
    }


def naive_accounts(posts: Sequence[Row], since: int, until: int) -> list[tuple[int, int, int]]:
    """List accounts as (id, posts, reposted), the first first."""
    inside = [one for one in posts if one["is_member"] and since <= one["created_at"] < until]
    written = Counter(one["author_id"] for one in inside if one["repost_of"] is None and one["author_id"] is not None)
    reposted: Counter[int] = Counter()
    for one in inside:
        for number, target in enumerate(posts):
            if one["repost_of"] == str(number) and one["platform"] == target["platform"]:
                reposted[target["author_id"]] += 1
    ordered = sorted(written, key=lambda account: (-written[account], -reposted[account], account))
    return [(account, written[account], reposted[account]) for account in ordered]


def slow_log_odds(having: float, posts: int, having_before: float, before: int, prior: float) -> float:
    """Score one item, term by term, as Monroe et al. 2008 do, with half a post more on each side of the odds."""
    alpha = prior * (having + having_before) / (posts + before)
    alpha_0 = prior
    odds_now = (having + alpha + 0.5) / (posts + alpha_0 - having - alpha + 0.5)
    odds_before = (having_before + alpha + 0.5) / (before + alpha_0 - having_before - alpha + 0.5)
    delta = math.log(odds_now) - math.log(odds_before)
    variance = (
        1 / (having + alpha + 0.5)
        + 1 / (posts + alpha_0 - having - alpha + 0.5)
        + 1 / (having_before + alpha + 0.5)
        + 1 / (before + alpha_0 - having_before - alpha + 0.5)
    )
    return delta / math.sqrt(variance)


def naive_cores(shown: Sequence[Node], counts: Sequence[int], share: float, apart: int) -> list[tuple[int, int]]:
    """Walk the tree of nested bursts, burst by burst, and cut each outbreak to its core."""
    roots = [one for one in shown if one[0] == 1]
    found = [one for root in roots for one in _core([root], _within(root, shown), counts, share, apart)]
    return sorted((first, last) for _, first, last in found)


def _within(outer: Node, nodes: Sequence[Node]) -> list[Node]:
    return [one for one in nodes if _holds(outer, one)]


def _holds(one: Node, other: Node) -> bool:
    return one != other and one[0] <= other[0] and one[1] <= other[1] and other[2] <= one[2]


def _core(core: list[Node], inside: Sequence[Node], counts: Sequence[int], share: float, apart: int) -> list[Node]:
    def posts(nodes: Sequence[Node]) -> int:
        return sum(sum(counts[first:last]) for _, first, last in nodes)

    found: list[Node] = []
    whole, level = posts(core), core[0][0]
    while higher := sorted(one for one in inside if one[0] == level + 1):
        if posts(higher) < share * whole:
            break
        core, level = higher, level + 1
        breaks = [at for at in range(1, len(core)) if core[at][1] - core[at - 1][2] >= apart]
        if breaks:
            for first, last in pairwise([0, *breaks, len(core)]):
                group = core[first:last]
                found += _core(group, [one for outer in group for one in _within(outer, inside)], counts, share, apart)
            core = []
            break
    loud = [one for one in inside if one[0] == level]
    beside = [one for one in inside if one[0] < level and not any(_holds(one, other) for other in loud)]
    for branch in beside:
        if not any(_holds(other, branch) for other in beside):
            found += _core([branch], _within(branch, inside), counts, share, apart)
    return found + core
