"""`groundswell posts`: the posts behind a point of a chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import click

from groundswell.options import Settings, campaign_named, moment_named, shared_options
from groundswell.terminal import one_line, quoted
from groundswell.times import write_moment
from storage.campaign import Campaign
from storage.instant import from_micros, from_text, to_text
from storage.post import Kind

_HOUR: Final = "1h"

_POSTS: Final = """
SELECT v.created_at, COALESCE(v.author, a.platform_id, '?'), v.text, v.url
FROM campaigns AS c
JOIN campaign_posts AS m ON m.campaign_id = c.id
JOIN post_view AS v ON v.id = m.post_id
JOIN posts AS p ON p.id = m.post_id
LEFT JOIN authors AS a ON a.id = p.author_id
WHERE c.slug = :campaign AND v.is_repost = :reposts AND v.created_at >= :since AND v.created_at < :until
ORDER BY v.created_at, v.id
"""
_ERASED: Final = "(deleted)"
"""Stands for a text that the store has no more: every platform gives one, and only a deletion takes it."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The stretch of time that one point of a chart counts: [since, until), aware."""

    since: datetime
    until: datetime


@click.command()
@click.option("--at", required=True, metavar="T", help="A time in the bin, as the chart's axis has it.")
@click.option("--campaign", metavar="C", help="Its short name; needed only where config.yaml has several.")
@click.option("--every", metavar="LENGTH", help="The chart's bins, such as 1h or 1day; else the config's, or 1h.")
@click.option(
    "--kind",
    type=click.Choice(["posts", "reposts"]),
    default="posts",
    show_default=True,
    help="Which line of it.",
)
@shared_options
def posts(settings: Settings, at: str, campaign: str | None, every: str | None, kind: Kind) -> None:
    """List the posts behind a point of a chart.

    A line each: local time with its offset, author, text, link. A T without an offset is read in the
    campaign's time zone. What of the bin is not known to be complete is said below.
    """
    config = settings.config()
    chosen = campaign_named(config, campaign)
    zone = ZoneInfo(chosen.time_zone)
    counted = _bin_at(moment_named(at, zone, "--at"), every or config.output.bin or _HOUR, chosen.time_zone)
    store = settings.store_url(config)
    shown = 0
    for line in _lines(store, chosen, counted, kind):
        click.echo(line)
        shown += 1
    window = f"from {write_moment(counted.since, zone)} until {write_moment(counted.until, zone)}"
    counted_as = kind.removesuffix("s") if shown == 1 else kind
    unknown = list(_unknown(store, chosen, counted, kind))
    more = " found, and there may be more:" if unknown else "."
    click.echo(f"{chosen.slug}, {window}: {shown:,} {counted_as}{more}", err=True)
    for line in unknown:
        click.echo(f"  {line}", err=True)


def _bin_at(moment: datetime, every: str, zone: str) -> Bin:
    from analysis.bins import Grid, Step

    grid = Grid.over(moment, moment + timedelta(microseconds=1), Step.read(every), zone)
    return Bin(from_micros(grid.since), from_micros(grid.until))


def _lines(store: str, campaign: Campaign, counted: Bin, kind: Kind) -> Iterator[str]:
    from storage.query import open_reader

    zone = ZoneInfo(campaign.time_zone)
    values = {
        "campaign": campaign.slug,
        "reposts": kind == "reposts",
        "since": to_text(counted.since),
        "until": to_text(counted.until),
    }
    with open_reader(store) as reader:
        _, rows = reader.rows(_POSTS, values)
        for created_at, author, text, url in rows:
            said = _ERASED if text is None else quoted(text)
            time = write_moment(from_text(created_at), zone)
            yield "  ".join((time, f"@{quoted(author)}", said, quoted(url or "")))


def _unknown(store: str, campaign: Campaign, counted: Bin, kind: Kind) -> Iterator[str]:
    """Say what of a bin is not known to be complete: none found there is not the same as none."""
    from groundswell.coverage import holes_of, ledgers_of
    from storage.errors import StoreUnwritable
    from storage.store import Store

    try:
        with Store.open(store, create=False) as opened:
            known = ledgers_of(opened, campaign)
    except StoreUnwritable:
        yield "what was collected cannot be told of a store that may not be written"
        return
    ledgers = {platform: ledger for (platform, of), ledger in known.items() if of == kind}
    if not ledgers:
        yield "no source was asked for these yet"
    zone = ZoneInfo(campaign.time_zone)
    for platform, ledger in ledgers.items():
        for hole in holes_of(ledger, counted.since, counted.until):
            window = f"{write_moment(hole.starts_at, zone)} to {write_moment(hole.ends_at, zone)}"
            why = f", {one_line(hole.reason)}" if hole.reason else ""
            yield f"{platform}, {window}: {hole.state}{why}"
