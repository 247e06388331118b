"""The rule of membership in plain Python, one post at a time, over what the store's tables say."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

from storage.campaign import Campaign
from storage.engine import reading
from storage.instant import to_text
from storage.tag import fold


def members(engine: Engine, campaigns: Sequence[Campaign]) -> list[tuple[str, str]]:
    """List (slug, post) of every member, sorted."""
    with reading(engine) as connection:
        posts = {row.id: row for row in connection.execute(text("SELECT * FROM posts"))}
        authors = {row.id: row for row in connection.execute(text("SELECT * FROM authors"))}
        found = {row[0] for row in connection.execute(text("SELECT post_id FROM found"))}
        tags = list(connection.execute(text("SELECT post_id, written FROM post_hashtags")))
        by_id = {(row.server, row.local_id): row.post_id for row in connection.execute(text("SELECT * FROM post_ids"))}
    by_id |= {
        (post.platform, post.platform_id): post.id
        for post in posts.values()
        if (post.platform, post.platform_id) not in by_id
    }
    result = []
    for campaign in campaigns:
        family = {fold(tag) for tag in campaign.tags}
        excluded = {fold(tag) for tag in campaign.exclude.tags}
        names = {name.removeprefix("@").lower() for name in campaign.exclude.authors}
        for post in posts.values():
            target = posts.get(by_id.get((post.platform, post.repost_of)))
            bearer = target or post
            keys = {fold(written) for number, written in tags if number == bearer.id}
            if post.id not in found or not keys & family or keys & excluded:
                continue
            if campaign.starts_at and post.created_at < to_text(campaign.starts_at):
                continue
            if campaign.ends_at and post.created_at >= to_text(campaign.ends_at):
                continue
            if any(
                one.lang in campaign.exclude.languages
                or (
                    one.author_id in authors
                    and {
                        (authors[one.author_id].handle or "").lower(),
                        authors[one.author_id].platform_id.lower(),
                    }
                    & names
                )
                for one in (post, target)
                if one is not None
            ):
                continue
            result.append((campaign.slug, f"{post.platform}:{post.platform_id}"))
    return sorted(result, key=repr)
