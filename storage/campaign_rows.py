"""Campaigns and their tags as rows, the rules in force, and how far a rebuild of membership has come."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from storage import schema
from storage.campaign import Campaign
from storage.instant import Instant
from storage.membership import Rule, fingerprint, rule_of
from storage.meta import get_meta, set_meta
from storage.tag import asked, fold

_RULE = "rule:"
_REBUILD = "rebuild:"


def put_in_force(
    connection: Connection, campaigns: Sequence[Campaign], now: Instant
) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Write campaigns and their tags; returns their rules and the slugs of those whose rule changed."""
    rules = []
    changed = []
    _retire(connection, {campaign.slug for campaign in campaigns}, now)
    for campaign in campaigns:
        rule = rule_of(campaign, _save_campaign(connection, campaign))
        _save_tags(connection, rule.campaign_id, campaign.tags, now)
        if get_meta(connection, _RULE + rule.slug) != fingerprint(rule):
            set_meta(connection, _RULE + rule.slug, fingerprint(rule))
            set_rebuild(connection, rule.slug, 1)
            changed.append(rule.slug)
        rules.append(rule)
    return tuple(rules), tuple(changed)


def still_in_force(connection: Connection, rules: Sequence[Rule], first: int) -> list[Rule]:
    """Choose those of a process's rules that no other process has changed meanwhile.

    For campaigns whose rule is another by now, posts from number `first` on are left to a rebuild.
    """
    noted = _notes(connection, _RULE)
    mine = {rule.slug: rule for rule in rules if noted.get(rule.slug) == fingerprint(rule)}
    for slug in noted.keys() - mine.keys():
        before = get_rebuild(connection, slug)
        set_rebuild(connection, slug, first if before is None else min(before, first))
    return list(mine.values())


def is_in_force(connection: Connection, rule: Rule) -> bool:
    """Tell whether a rule is still that of its campaign."""
    return get_meta(connection, _RULE + rule.slug) == fingerprint(rule)


def _retire(connection: Connection, kept: set[str], now: Instant) -> None:
    """Take campaigns that config.yaml has no more out of force: when they come back, all is rebuilt."""
    tags, campaigns = schema.campaign_tags, schema.campaigns
    for slug in _notes(connection, _RULE).keys() - kept:
        set_meta(connection, _RULE + slug, None)
        set_rebuild(connection, slug, None)
        mine = select(campaigns.c.id).where(campaigns.c.slug == slug)
        gone = update(tags).where(tags.c.campaign_id.in_(mine), tags.c.removed_at.is_(None))
        connection.execute(gone.values(removed_at=now))


def _notes(connection: Connection, prefix: str) -> dict[str, str]:
    """Read the notes whose keys begin with a prefix, by the rest of the key."""
    meta = schema.meta.c
    rows = connection.execute(select(meta.key, meta.value).where(meta.key.startswith(prefix, autoescape=True)))
    return {row.key.removeprefix(prefix): row.value for row in rows}


def get_rebuild(connection: Connection, slug: str) -> int | None:
    """Tell the next post whose membership is to be looked at; None where nothing is to be rebuilt."""
    value = get_meta(connection, _REBUILD + slug)
    return None if value is None else int(value)


def set_rebuild(connection: Connection, slug: str, first: int | None) -> None:
    """Note the next post to look at; None: the rebuild is done."""
    set_meta(connection, _REBUILD + slug, None if first is None else str(first))


def all_rebuilds(connection: Connection) -> dict[str, int]:
    """Tell how far each unfinished rebuild has come, by slug."""
    return {slug: int(first) for slug, first in _notes(connection, _REBUILD).items()}


def _save_campaign(connection: Connection, campaign: Campaign) -> int:
    table = schema.campaigns
    number = connection.scalar(select(table.c.id).where(table.c.slug == campaign.slug))
    values = {"title": campaign.title, "time_zone": campaign.time_zone}
    if number is None:
        made = insert(table).values(slug=campaign.slug, **values).returning(table.c.id)
        return int(connection.execute(made).scalar_one())
    connection.execute(update(table).where(table.c.id == number).values(values))
    return int(number)


def _save_tags(connection: Connection, campaign_id: int, tags: Sequence[str], now: Instant) -> None:
    """Add the tags that are new, bring back those that were removed, and mark those that are gone."""
    table = schema.campaign_tags
    mine = table.c.campaign_id == campaign_id
    rows = {row.written: row.removed_at for row in connection.execute(select(table).where(mine))}
    for written in tags:
        if written not in rows:
            connection.execute(
                insert(table).values(
                    campaign_id=campaign_id,
                    written=written,
                    key=fold(written),
                    asked=asked(written),
                    added_at=now,
                )
            )
    back = [written for written in tags if rows.get(written) is not None]
    gone = [written for written, removed_at in rows.items() if removed_at is None and written not in tags]
    for which, removed_at in ((back, None), (gone, now)):
        connection.execute(update(table).where(mine, table.c.written.in_(which)).values(removed_at=removed_at))
