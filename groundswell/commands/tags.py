"""`groundswell tags`: the tags of campaigns."""

from typing import TYPE_CHECKING

import click

from groundswell.options import Settings, campaign_named, shared_options
from groundswell.terminal import quoted

if TYPE_CHECKING:
    from groundswell.suggesting import Suggestion
    from storage.campaign import Campaign

MOST = 20


@click.group()
def tags() -> None:
    """Look for tags that a campaign may be missing."""


@tags.command()
@click.option("--campaign", metavar="C", help="Only for this campaign.")
@shared_options
def suggest(settings: Settings, *, campaign: str | None) -> None:
    """Suggest tags that stand beside a campaign's in the store, and other spellings; you decide.

    Platforms answer for a spelling: one that is not in config.yaml was not asked for, so the store knows only the
    posts that carry it beside another tag.
    """
    from groundswell.config import to_campaigns
    from groundswell.suggesting import suggest as suggestions_of
    from storage.engine import reading
    from storage.store import Store
    from storage.tag import fold
    from storage.tag_use import tags_beside

    config = settings.config()
    chosen = (campaign_named(config, campaign),) if campaign else to_campaigns(config)
    with Store.open(settings.store_url(config), create=False) as store:
        for one in chosen:
            with reading(store.engine) as connection:
                uses = tags_beside(connection, [fold(tag) for tag in one.tags])
            _say(one, suggestions_of(one.tags, uses))


def _say(campaign: "Campaign", found: "tuple[Suggestion, ...]") -> None:
    click.echo(f"{quoted(campaign.title)} ({campaign.slug}):")
    if not found:
        click.echo("  nothing to suggest: no other spelling, and no tag that often stands beside its own.")
    for one in found[:MOST]:
        seen = "not in the store, as it was not asked for"
        if one.together is not None:
            seen = f"{one.together:,} posts with the campaign's tags, {one.posts:,} in all of the store"
        click.echo(f"  {quoted('#' + one.tag)}: {one.why}; {seen}")
    if len(found) > MOST:
        click.echo(f"  ... and {len(found) - MOST:,} more.")
    if found:
        click.echo("  Add those that you want under `tags` in config.yaml.")
