"""What a replay could still give, and what must be known of it: told without the collector, looking at each
post and each second.

Every time is the source's, except `ahead`. A pass lasts from its first instant to its last, and just when
within it the source was asked is the collector's affair: so posts are told twice (what must and what may be
there) and states as sets. Where only one is possible the collector has no choice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, reduce
from hashlib import blake2b
from itertools import pairwise
from operator import or_
from typing import Literal, TypeAlias

SECOND = timedelta(seconds=1)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class World:
    """What is true of the source and of the campaign, all through a scenario."""

    starts_at: datetime
    ends_at: datetime
    reach: timedelta
    settling: timedelta
    unit: timedelta
    late_share: float
    seed: int
    outages: tuple[tuple[datetime, datetime], ...]
    ahead: timedelta  # of the collector's clock


@dataclass(frozen=True)
class Posted:
    """A post of the archive: its own tags and those of the post that it reposts."""

    platform_id: str
    created_at: datetime
    tags: frozenset[str]


@dataclass(frozen=True)
class Pass:
    """One pass of the collector.

    Attributes:
        given: the posts that the source gave meanwhile, by its own log.
        kept: those of them that the collector must have kept: it asked for another page since, or ended well.
        is_broken_off: it was stopped, or killed, before its end.
    """

    first: datetime
    last: datetime
    tags: frozenset[str]
    given: frozenset[str]
    kept: frozenset[str]
    is_broken_off: bool = False


def in_outage(at: datetime, world: World) -> bool:
    """Tell whether the source is down at an instant."""
    return any(since <= at < until for since, until in world.outages)


def outcome(one: Pass, world: World) -> Literal["whole", "in vain", "in part"]:
    """Tell whether a pass had its way, found the source down, or something between."""
    if any(since <= one.first and one.last < until for since, until in world.outages):
        return "in vain"
    touched = any(since <= one.last and one.first < until for since, until in world.outages)
    return "in part" if touched or one.is_broken_off else "whole"


def turns_up(post: Posted, world: World) -> datetime:
    """Tell from when on a post is to be found: drawn for each post from the seed and its id."""
    digest = blake2b(f"{world.seed} post {post.platform_id}".encode(), digest_size=16).digest()
    late, share = (int.from_bytes(half, "big") / 2**64 for half in (digest[:8], digest[8:]))
    return post.created_at + (world.settling * (1 - share) if late < world.late_share else timedelta(0))


def givable(posts: Iterable[Posted], passes: Sequence[Pass], world: World) -> tuple[set[str], set[str]]:
    """Tell which posts must be in the store at the end, and which may be.

    A pass that had its way finds what is there all the time that it lasts, and nothing that is never there.
    Of another only the source's log can tell what it found; what a killed one had in hand may be gone.
    """
    must, may = set(), set()
    for post in posts:
        if not world.starts_at <= post.created_at < world.ends_at:
            continue
        since, until = turns_up(post, world), post.created_at + world.reach
        for one in passes:
            if post.tags.isdisjoint(one.tags):
                continue
            if outcome(one, world) == "whole":
                surely, perhaps = (
                    since <= one.first and one.last < until,
                    since <= one.last and one.first < until,
                )
            else:
                surely, perhaps = post.platform_id in one.kept, post.platform_id in one.given
            must |= {post.platform_id} if surely else set()
            may |= {post.platform_id} if perhaps else set()
    return must, may


NOT_TRIED, FAILED, LOST, UNSETTLED, SETTLING, COMPLETE = range(6)

Effect: TypeAlias = tuple[int, ...]
"""What a pass may do to a second: each state's next."""

# In the order in which a second comes to them as time goes on: backwards.
LEAVES: Effect = (LOST, LOST, LOST, UNSETTLED, UNSETTLED, COMPLETE)
FILLS: Effect = (COMPLETE, COMPLETE, LOST, UNSETTLED, COMPLETE, COMPLETE)
SETTLES: Effect = (SETTLING, SETTLING, LOST, UNSETTLED, SETTLING, COMPLETE)
NOTHING: Effect = (NOT_TRIED, FAILED, LOST, UNSETTLED, SETTLING, COMPLETE)
FAILS: Effect = (FAILED, FAILED, LOST, UNSETTLED, SETTLING, COMPLETE)


_Bounds: TypeAlias = tuple[datetime | None, datetime | None]


def possible(tag: str, passes: Sequence[Pass], world: World) -> bytearray:
    """Tell which states a tag may be in at the start of each second of the campaign: bit n is state n.

    A pass does to a second what its first or its last instant would do, or what comes between the two.
    """
    seconds = bytearray([1 << NOT_TRIED]) * ((world.ends_at - world.starts_at) // SECOND)
    asked_since: _Bounds = (None, None)
    for one in passes:
        if tag in one.tags:
            asked_since = _asked_since(asked_since, one, world)
            _pass_by(seconds, one, world, asked_since)
    return seconds


def _asked_since(bounds: _Bounds, one: Pass, world: World) -> _Bounds:
    """Tell between which instants lies the first that was ever asked for."""
    how = outcome(one, world)
    ahead = world.ahead if how == "in vain" else timedelta(0)
    begins, reached = one.first + ahead, _reaches(one.last + ahead, world)
    asks = how != "in part" and not one.is_broken_off and begins > world.starts_at and reached < world.ends_at
    earliest, latest = bounds
    return (earliest or _reaches(_told(one.first), world), latest or (reached if asks else None))


def _pass_by(seconds: bytearray, one: Pass, world: World, asked_since: _Bounds) -> None:
    how = outcome(one, world)
    # When nothing is left to ask, the collector has no clock but its own to tell what left the reach.
    ahead = world.ahead if how == "in vain" or one.first + world.ahead >= world.ends_at else timedelta(0)
    first, last = _told(one.first), one.last + ahead
    marks = {world.starts_at, world.ends_at, *(at for at in asked_since if at is not None)}
    for now in (first, last, one.last + world.ahead):
        marks |= {now, _reaches(now, world), _floor(now - world.settling, world)}
    for since, until in pairwise(sorted(marks)):
        in_turn = [LEAVES, FILLS, SETTLES, NOTHING]
        does = sorted(in_turn.index(_does(since, now, world)) for now in (first, last))
        may = in_turn[does[0] : does[1] + 1]
        if how == "in vain":
            # Nobody answered; only if there was nothing left to ask is it known what left the reach.
            may += [NOTHING] if LEAVES in may else []
            may = [FAILS if effect in (FILLS, SETTLES) else effect for effect in may]
            may = may if last >= world.ends_at else [effect for effect in may if effect is not LEAVES]
            may += [NOTHING] if one.is_broken_off else []
        elif how == "in part":
            # Before the source has told its time, windows end and fail by ours.
            may += [NOTHING, *([FAILS] if _reaches(first, world) <= since < one.last + world.ahead else [])]
        earliest, latest = asked_since
        if LEAVES in may and (latest is None or since < latest):
            may += [NOTHING]
        if earliest is None or since < earliest:
            may = [effect for effect in may if effect is not LEAVES] or [NOTHING]
        _change(seconds, since - world.starts_at, until - world.starts_at, may)


def _does(second: datetime, now: datetime, world: World) -> Effect:
    """Tell what asking for everything at an instant does to what is known of a second."""
    if second < _reaches(now, world):
        return LEAVES
    if second < _floor(now - world.settling, world):
        return FILLS
    return SETTLES if second < now else NOTHING


def _change(seconds: bytearray, since: timedelta, until: timedelta, effects: Iterable[Effect]) -> None:
    """Replace each set of states by what the effects may make of it."""
    start, end = (min(max(-(-at // SECOND), 0), len(seconds)) for at in (since, until))
    seconds[start:end] = seconds[start:end].translate(_table(frozenset(effects)))


@cache
def _table(effects: frozenset[Effect]) -> bytes:
    return bytes(
        reduce(or_, (1 << effect[was] for was in range(6) if states >> was & 1 for effect in effects), 0)
        for states in range(256)
    )


def _told(at: datetime) -> datetime:
    """Tell the earliest that a source's Date header, in whole seconds, makes of an instant a moment later."""
    return at.replace(microsecond=0) - SECOND


def _floor(at: datetime, world: World) -> datetime:
    return at - (at - EPOCH) % world.unit


def _reaches(now: datetime, world: World) -> datetime:
    return _floor(now - world.reach, world) + world.unit
