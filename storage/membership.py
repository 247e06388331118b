"""Whose post it is: the rule of DESIGN.md ('Whose post it is') and its result, `campaign_posts`.

A post is a member when a source found it, its own time is in the campaign's window, it carries a tag of the family
and nothing excludes it. A repost goes by its target's tags where the target is known, and is excluded with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnClause

from storage import schema
from storage.campaign import Campaign
from storage.engine import any_of, day_of
from storage.instant import to_text
from storage.tag import fold

Days: TypeAlias = set[tuple[str, str]]
Names: TypeAlias = Mapping[str, set[str]]
"""Ids of posts, by platform."""


class Rule(msgspec.Struct, frozen=True):
    """A campaign's rule as the store applies it; times are instants, tags are keys."""

    campaign_id: int
    slug: str
    keys: tuple[str, ...]
    starts_at: str | None
    ends_at: str | None
    excluded_keys: tuple[str, ...]
    excluded_authors: tuple[str, ...]
    excluded_languages: tuple[str, ...]


def rule_of(campaign: Campaign, campaign_id: int) -> Rule:
    """Fold a campaign's parameters into a rule."""
    return Rule(
        campaign_id,
        campaign.slug,
        tuple(sorted({fold(tag) for tag in campaign.tags})),
        None if campaign.starts_at is None else to_text(campaign.starts_at),
        None if campaign.ends_at is None else to_text(campaign.ends_at),
        tuple(sorted({fold(tag) for tag in campaign.exclude.tags})),
        tuple(sorted({_ascii_lower(author.removeprefix("@")) for author in campaign.exclude.authors})),
        tuple(sorted(set(campaign.exclude.languages))),
    )


def _ascii_lower(name: str) -> str:
    """Lower ASCII letters only, as SQL's lower() does; handles have no others on X."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def fingerprint(rule: Rule) -> str:
    """Write a rule as text, to be compared with the rule in force."""
    return orjson.dumps(msgspec.to_builtins(rule), option=orjson.OPT_SORT_KEYS).decode()


def update_members(
    connection: Connection, rules: Sequence[Rule], changed: Iterable[int], names: Names, fresh: frozenset[int]
) -> tuple[dict[str, int], Days]:
    """Apply the rules to posts, and to the reposts of those that `names` has all ids of.

    Returns how many posts each campaign gained, by slug, and the (platform, day) of reposts that a change concerns.
    `fresh` posts were never members, so nothing need be taken out for them.
    """
    concerned = set(changed)
    reposts = _reposts_of(connection, names)
    days = {(platform, created_at[:10]) for _number, platform, created_at in reposts}
    concerned |= {number for number, _platform, _created_at in reposts}
    gained: dict[str, int] = {}
    old = concerned - fresh
    for rule in rules:
        before = _members_among(connection, rule, old)
        gained[rule.slug] = _apply(connection, rule, schema.posts.c.id.in_(any_of(sorted(concerned))))
        _remove_others(connection, rule, old & before)
    return gained, days


def rebuild_range(connection: Connection, rule: Rule, first: int, last: int) -> Days:
    """Apply a rule anew to the posts numbered first to last; returns the (platform, day) of those that moved."""
    posts, members = schema.posts.c, schema.campaign_posts
    within = members.c.post_id.between(first, last)
    mine = members.c.campaign_id == rule.campaign_id
    before = set(connection.scalars(select(members.c.post_id).where(mine, within)))
    connection.execute(delete(members).where(mine, within))
    _apply(connection, rule, posts.id.between(first, last))
    after = set(connection.scalars(select(members.c.post_id).where(mine, within)))
    return days_of(connection, before ^ after)


def days_of(connection: Connection, numbers: Iterable[int]) -> Days:
    """Name the (platform, UTC day) of posts."""
    posts = schema.posts.c
    query = select(posts.platform, day_of(posts.created_at)).where(posts.id.in_(any_of(numbers))).distinct()
    return set(connection.execute(query))


def posts_of_authors(connection: Connection, authors: Iterable[int]) -> set[int]:
    """Find the posts of authors who were renamed: a rule may name them by handle."""
    posts = schema.posts.c
    return set(connection.scalars(select(posts.id).where(posts.author_id.in_(any_of(authors)))))


def names_of(connection: Connection, numbers: Iterable[int]) -> dict[str, set[str]]:
    """List all ids of posts, those of their versions included."""
    posts, ids = schema.posts.c, schema.post_ids.c
    chosen = list(numbers)
    names: dict[str, set[str]] = {}
    for query in (
        select(posts.platform, posts.platform_id).where(posts.id.in_(any_of(chosen))),
        select(posts.platform, ids.local_id)
        .join_from(schema.post_ids, schema.posts)
        .where(posts.id.in_(any_of(chosen))),
    ):
        for platform, one in connection.execute(query):
            names.setdefault(platform, set()).add(one)
    return names


def _reposts_of(connection: Connection, names: Names) -> list[tuple[int, str, str]]:
    """Find the stored reposts of posts, by any id of the target: (number, platform, created_at) of each."""
    posts = schema.posts.c
    found: list[tuple[int, str, str]] = []
    for platform, ids in names.items():
        query = select(posts.id, posts.platform, posts.created_at).where(
            posts.platform == platform, posts.repost_of.in_(any_of(ids))
        )
        found += connection.execute(query).all()
    return found


def _members_among(connection: Connection, rule: Rule, numbers: set[int]) -> set[int]:
    members = schema.campaign_posts.c
    query = select(members.post_id).where(
        members.campaign_id == rule.campaign_id, members.post_id.in_(any_of(sorted(numbers)))
    )
    return set(connection.scalars(query)) if numbers else set()


def _remove_others(connection: Connection, rule: Rule, candidates: set[int]) -> None:
    """Take out those of the candidates that the rule does not admit."""
    if not candidates:
        return
    admitted = set(connection.scalars(_admitted(connection, rule, schema.posts.c.id.in_(any_of(candidates)))))
    members = schema.campaign_posts
    connection.execute(
        delete(members).where(
            members.c.campaign_id == rule.campaign_id, members.c.post_id.in_(any_of(candidates - admitted))
        )
    )


def _apply(connection: Connection, rule: Rule, which: ColumnElement[bool]) -> int:
    """Put in what the rule admits of some posts; returns how many were not members yet."""
    admitted = _admitted(connection, rule, which).subquery()
    members = schema.campaign_posts
    rows = select(literal(rule.campaign_id), admitted.c.id).where(
        ~exists().where(members.c.campaign_id == rule.campaign_id, members.c.post_id == admitted.c.id)
    )
    put = insert(members).from_select(["campaign_id", "post_id"], rows)
    return connection.execute(put, execution_options={"preserve_rowcount": True}).rowcount


def _admitted(connection: Connection, rule: Rule, which: ColumnElement[bool]) -> Select[tuple[int]]:
    """Select the numbers of the posts that a rule admits."""
    posts, found = schema.posts, schema.found
    target = target_of(posts.c).label("target")
    conditions = [which, exists().where(found.c.post_id == posts.c.id)]
    if rule.starts_at is not None:
        conditions.append(posts.c.created_at >= rule.starts_at)
    if rule.ends_at is not None:
        conditions.append(posts.c.created_at < rule.ends_at)
    candidate = select(posts.c.id, posts.c.author_id, posts.c.lang, target).where(*conditions).subquery()
    tagged = func.coalesce(candidate.c.target, candidate.c.id)
    admits = [_carries(tagged, _numbers_of(connection, rule.keys))]
    if rule.excluded_keys:
        admits.append(~_carries(tagged, _numbers_of(connection, rule.excluded_keys)))
    if rule.excluded_authors or rule.excluded_languages:
        admits.append(~_excluded(rule, candidate.c.id))
        admits.append(~_excluded(rule, candidate.c.target))
    return select(candidate.c.id).where(*admits)


def target_of(posts: Any) -> ColumnElement[int]:
    """Make the expression for the number of a repost's target, NULL where it is unknown or there is none."""
    ids, other = schema.post_ids, schema.posts.alias()
    by_any_id = (
        select(ids.c.post_id).where(ids.c.server == posts.platform, ids.c.local_id == posts.repost_of)
    ).scalar_subquery()
    by_own_id = (
        select(other.c.id).where(other.c.platform == posts.platform, other.c.platform_id == posts.repost_of)
    ).scalar_subquery()
    return func.coalesce(by_any_id, by_own_id)


def _carries(number: ColumnElement[Any], hashtags: Sequence[int]) -> ColumnElement[bool]:
    tags = schema.post_hashtags
    theirs = select(tags.c.post_id).where(tags.c.post_id == number, tags.c.hashtag_id.in_(list(hashtags)))
    # The offset has PostgreSQL look at the tags of each post: left to itself it would read those of all posts first.
    return exists(theirs.offset(0))


def _excluded(rule: Rule, number: ColumnClause[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
    """Tell whether a post's author or language is excluded; never for no post."""
    post, author = schema.posts.alias(), schema.authors.alias()
    named = or_(
        func.lower(author.c.handle).in_(rule.excluded_authors),
        func.lower(author.c.platform_id).in_(rule.excluded_authors),
    )
    theirs = exists().where(author.c.id == post.c.author_id, named)
    return exists().where(post.c.id == number, or_(post.c.lang.in_(rule.excluded_languages), theirs))


def _numbers_of(connection: Connection, keys: Sequence[str]) -> list[int]:
    tags = schema.hashtags.c
    return list(connection.scalars(select(tags.id).where(tags.key.in_(keys))))


def names_authors(rules: Iterable[Rule]) -> bool:
    """Tell whether any rule goes by authors' names."""
    return any(rule.excluded_authors for rule in rules)


def rules_in_force(campaigns: Sequence[Campaign], numbers: Mapping[str, int]) -> tuple[Rule, ...]:
    """Make the rules of campaigns that the store has numbered."""
    return tuple(rule_of(campaign, numbers[campaign.slug]) for campaign in campaigns)
