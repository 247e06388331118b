"""`groundswell shares`: which part of a campaign's posts is in which language, of which kind, or spelled how."""

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from groundswell.options import Settings, campaign_named, moment_named, shared_options
from groundswell.results import Row, write

if TYPE_CHECKING:
    from analysis.shares import Trait
    from groundswell.composition import Composition

_BY: Final = ("language", "kind", "spelling")
_RARE: Final = 0.1
"""Percents below this, or as near to a hundred, are written with more digits."""
_TEXT_FORMATS: Final = ("table", "csv", "json")


@click.command()
@click.option("--by", type=click.Choice(_BY), default="language", show_default=True, help="What to tell apart.")
@click.option("--campaign", metavar="C", help="Its short name; needed only where config.yaml has several.")
@click.option("--since", metavar="T", help="Begin at T instead of at the first that is known.")
@click.option("--until", metavar="T", help="End before T instead of at the last that is known.")
@click.option("--format", "form", type=click.Choice(_TEXT_FORMATS), default="table", help="How to write the rows.")
@shared_options
def shares(
    settings: Settings, by: "Trait", campaign: str | None, since: str | None, until: str | None, form: str
) -> None:
    """Tell which part of a campaign's posts is in which language, or of which kind.

    In percent of the posts, without reposts. Where a budget reached for a sample only, the posts that were read
    stand for those that X counted, and from `low` to `high` is the 95 % interval: of 100 samples about 95 have
    the truth in theirs; without a sample there is none. A post may have several spellings.
    """
    from datetime import UTC, datetime

    from groundswell.composition import Wanted, compose
    from groundswell.opening import lake_folder, open_store

    config = settings.config()
    chosen = campaign_named(config, campaign)
    zone = ZoneInfo(chosen.time_zone)
    wanted = Wanted(
        chosen,
        by,
        since=None if since is None else moment_named(since, zone, "--since"),
        until=None if until is None else moment_named(until, zone, "--until"),
    )
    now = datetime.now(UTC)
    with open_store(config, settings.store_url(config), now, create=False) as store:
        told = list(compose(store, lake_folder(config), wanted, now))
    if not any(one.shares.read for one in told):
        raise click.ClickException(f"no post of {chosen.slug} was read yet: import an archive or run the collector")
    for one in told:
        for line in _said(chosen.slug, one):
            click.echo(line, err=True)
    write(form, ["platform", by, "posts", "percent", "low", "high"], _rows(told), None)


def _rows(told: "list[Composition]") -> Iterator[Row]:
    for one in told:
        for value, posts, share, *interval in one.shares.frame.astype(object).to_numpy().tolist():
            low, high = map(_percent, interval) if one.shares.is_sample else (None, None)
            yield (one.platform, value, posts, _percent(share), low, high)


def _percent(part: float) -> float | None:
    """Write a part in percent, so that neither what is rare looks like nothing nor what is common like all."""
    if isnan(part):
        return None
    percent = 100 * part
    is_extreme = min(percent, 100 - percent) < _RARE and percent not in (0, 100)
    return round(percent, 5 if is_extreme else 2)


def _said(slug: str, one: "Composition") -> Iterator[str]:
    """Say what the numbers are of, and what is in none of them."""
    from groundswell.times import write_span

    read = one.shares.read
    posts = f"{read:,} post{'' if read == 1 else 's'}"
    if one.shares.is_sample:
        most = "" if one.is_exact else "at most "
        part = f"{100 * read / one.shares.all:.3g} %"
        yield f"{slug} on {one.platform}: a sample: {posts} read of {most}{one.shares.all:,} that X counted, {part}"
    else:
        yield f"{slug} on {one.platform}: {posts}"
    if one.is_given:
        yield "  some are from an archive, which is not checked to be complete: the shares are those of the posts here"
    if one.left_hours:
        hours = "1 h is" if one.left_hours == 1 else f"{one.left_hours:,} h are"
        counted = f", with {one.left_posts:,} posts by X's counts" if one.left_posts else ""
        yield f"  {hours} in no number{counted}: the budget did not reach for them, or X has not counted them yet"
    if one.holes:
        yield f"  {write_span(one.holes)} in no number: not read; `groundswell status` tells when and why"
