"""How a collection stands: members, coverage, holes, runs and health, as facts for `status`."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text

from groundswell import heartbeat, problems
from groundswell.alerts.told import Book, Noticed
from groundswell.attrition import Attrition, attrition_of
from groundswell.budgets import limits_of
from groundswell.config import Config, to_campaigns
from groundswell.counted import CountedPosts, counted_of
from groundswell.coverage import holes_of, ledgers_of, span_of
from groundswell.heartbeat import Heartbeat
from groundswell.problems import Problem
from storage.campaign import Campaign
from storage.coverage import Ledger, State, within
from storage.engine import reading
from storage.instant import Instant, from_text
from storage.store import Store

OVER_FOR = timedelta(days=1)
"""Alerts that have ended are told of for so long."""
_MEMBERS = """
SELECT COUNT(*) FILTER (WHERE NOT p.is_repost), COUNT(*) FILTER (WHERE p.is_repost), COUNT(DISTINCT p.author_id),
    MIN(p.created_at), MAX(p.created_at)
FROM campaign_posts AS m JOIN posts AS p ON p.id = m.post_id JOIN campaigns AS c ON c.id = m.campaign_id
WHERE c.slug = :slug
"""
_RUNS = """
SELECT source, server, started_at, finished_at, state, posts_seen, posts_new, posts_late, unparsed, error
FROM runs ORDER BY id DESC LIMIT 5
"""
_TOTALS = """
SELECT (SELECT COUNT(DISTINCT post_id) FROM found), (SELECT COUNT(*) FROM posts),
    (SELECT COUNT(*) FROM raw_payloads WHERE post_id IS NULL), (SELECT COALESCE(SUM(posts_late), 0) FROM runs)
"""


class Hole(msgspec.Struct, frozen=True):
    """A stretch that is not complete, with its state and reason."""

    starts_at: datetime
    ends_at: datetime
    state: str
    reason: str


class Covered(msgspec.Struct, frozen=True):
    """What is known of a campaign on one platform, for one kind, over [starts_at, ends_at)."""

    platform: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    complete_share: float
    holes: tuple[Hole, ...]


class Followed(msgspec.Struct, frozen=True):
    """How one campaign stands."""

    slug: str
    title: str
    time_zone: str
    tags: tuple[str, ...]
    posts: int
    reposts: int
    authors: int
    first: Instant | None
    last: Instant | None
    is_rebuilding: bool
    coverage: tuple[Covered, ...]
    counted: CountedPosts | None
    attrition: tuple[Attrition, ...]


class Run(msgspec.Struct, frozen=True):
    """One of the last runs; its times are instants."""

    source: str
    server: str
    started_at: Instant
    finished_at: Instant | None
    state: str
    posts_seen: int
    posts_new: int
    posts_late: int
    unparsed: int
    error: str | None


class Account(msgspec.Struct, frozen=True):
    """What X has cost since `since`, of what may be spent; of one campaign, or of all together where that is empty.

    `thousandths` of a dollar, `open` of which were put aside for answers of which nothing is known; None: no limit.
    """

    campaign: str
    since: datetime
    posts: int
    posts_limit: int | None
    thousandths: int
    thousandths_limit: int | None
    open: int


class Standing(msgspec.Struct, frozen=True):
    """How everything stands."""

    campaigns: tuple[Followed, ...]
    accounts: tuple[Account, ...]
    found: int
    known: int
    unparsed: int
    late: int
    runs: tuple[Run, ...]
    heartbeat: Heartbeat | None
    problems: tuple[Problem, ...]
    alerts: tuple[Noticed, ...]
    config_refused: str
    scrub_pending: Instant | None


def standing_of(store: Store, config: Config, now: datetime, config_refused: str = "") -> Standing:
    """Gather how a collection stands, all from the store; a file that is refused is none to go by, only to be told."""
    with reading(store.engine) as connection:
        found, known, unparsed, late = connection.execute(text(_TOTALS)).one()
        runs = tuple(Run(*row) for row in connection.execute(text(_RUNS)))
    return Standing(
        campaigns=tuple(_followed(store, campaign) for campaign in to_campaigns(config)),
        accounts=tuple(_accounts(store, config, now)),
        found=found,
        known=known,
        unparsed=unparsed,
        late=late,
        runs=runs,
        heartbeat=heartbeat.last_beat(store),
        problems=tuple(problems.last(store)),
        alerts=Book(store.engine).lately(now, OVER_FOR),
        config_refused=config_refused,
        scrub_pending=store.get_note("scrub_pending"),
    )


def _accounts(store: Store, config: Config, now: datetime) -> Iterator[Account]:
    """Tell what was spent of each budget: of all together first."""
    limits = {limit.campaign or "": limit for slug in config.campaigns for limit in limits_of(config, slug, now)}
    for campaign, limit in sorted(limits.items()):
        spent = store.till.spent(limit.sources, limit.since, limit.campaign)
        yield Account(campaign, limit.since, spent.posts, limit.posts, spent.thousandths, limit.thousandths, spent.open)


def _followed(store: Store, campaign: Campaign) -> Followed:
    with reading(store.engine) as connection:
        posts, reposts, authors, first, last = connection.execute(text(_MEMBERS), {"slug": campaign.slug}).one()
    return Followed(
        slug=campaign.slug,
        title=campaign.title,
        time_zone=campaign.time_zone,
        tags=campaign.tags,
        posts=posts or 0,
        reposts=reposts or 0,
        authors=authors,
        first=first,
        last=last,
        is_rebuilding=campaign.slug in store.rebuilding(),
        coverage=_covered(store, campaign, _span(first, last)),
        counted=counted_of(store, campaign),
        attrition=attrition_of(store, campaign.slug),
    )


def _covered(store: Store, campaign: Campaign, posted: Sequence[datetime]) -> tuple[Covered, ...]:
    """Tell what is known, from the first instant asked for or posted in to the last, in the campaign's window."""
    ledgers = ledgers_of(store, campaign)
    known = [*(span_of(ledgers) or ()), *posted]
    if not known:
        return ()
    since = max(min(known), campaign.starts_at or min(known))
    until = min(max(known), campaign.ends_at or max(known))
    if until <= since:
        return ()
    return tuple(
        Covered(
            platform,
            kind,
            since,
            until,
            _complete_share(within(ledger, since, until), until - since),
            tuple(
                Hole(one.starts_at, one.ends_at, one.state.value, one.reason) for one in holes_of(ledger, since, until)
            ),
        )
        for (platform, kind), ledger in ledgers.items()
    )


def _span(first: Instant | None, last: Instant | None) -> tuple[datetime, ...]:
    """Make the window of a campaign's posts: it ends a second after the last of them."""
    return () if first is None or last is None else (from_text(first), from_text(last) + timedelta(seconds=1))


def _complete_share(ledger: Ledger, length: timedelta) -> float:
    complete = (row.ends_at - row.starts_at for row in ledger if row.state is State.COMPLETE)
    return sum(complete, timedelta()) / length
