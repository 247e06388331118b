"""`groundswell export`: what may be passed on of the posts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

import click

from groundswell.options import Settings, campaign_named, moment_named, shared_options
from groundswell.terminal import one_line

if TYPE_CHECKING:
    from storage.shared_ids import Choice, Kinds
    from storage.store import Store


@click.group()
def export() -> None:
    """Write out what may be passed on of the posts: their ids."""


@export.command()
@click.option("--campaign", metavar="C", help="Only this campaign's posts; else all that were found.")
@click.option(
    "--platform",
    type=click.Choice(["x", "bluesky", "mastodon"]),
    default="x",
    show_default=True,
    help="Whose posts.",
)
@click.option("--since", metavar="T", help="Only those posted from T on ...")
@click.option("--until", metavar="T", help="... and before T.")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(["posts", "reposts", "all"]),
    default="all",
    show_default=True,
    help="Posts that are no reposts, reposts, or both.",
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write; else stdout.")
@shared_options
def ids(
    settings: Settings,
    *,
    campaign: str | None,
    platform: str,
    since: str | None,
    until: str | None,
    kinds: "Kinds",
    output: Path | None,
) -> None:
    """Write the ids of posts, one a line, in the order of time.

    X lets researchers pass on ids, and not the posts; whoever gets them has X give the posts by `groundswell import
    FILE --hydrate`. Deleted posts are left out, and those that no source has found. Of an edited post it is the newest
    version's id; Bluesky's are at:// addresses, Mastodon's are URIs. A T without an offset is read in the campaign's
    time zone, and in UTC without a campaign.
    """
    from storage.shared_ids import Choice
    from storage.store import Store

    zone, slug = ZoneInfo("UTC"), None
    if campaign is not None:
        chosen = campaign_named(settings.config(), campaign)
        zone, slug = ZoneInfo(chosen.time_zone), chosen.slug
    choice = Choice(platform, slug, _moment(since, zone, "--since"), _moment(until, zone, "--until"), kinds)
    with Store.open(settings.store_url(), create=False) as store:
        written, nameless = _write(store, choice, output)
        _say(store, choice, written, nameless)


def _moment(text: str | None, zone: ZoneInfo, option: str) -> datetime | None:
    return None if text is None else moment_named(text, zone, option)


def _write(store: "Store", choice: "Choice", output: Path | None) -> tuple[int, int]:
    """Write the ids; returns how many, and how many posts have none."""
    from storage.engine import reading
    from storage.shared_ids import count_without_ids, stream_ids

    written = 0
    with reading(store.engine) as connection, _opened(output) as out:
        for keys in stream_ids(connection, choice):
            out.write("".join(f"{one_line(key)}\n" for key in keys))
            written += len(keys)
        return written, count_without_ids(connection, choice)


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Open what is written to: a file, which appears only when it is whole, or stdout."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    unfinished = output.with_name(f"{output.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _say(store: "Store", choice: "Choice", written: int, nameless: int) -> None:
    click.echo("1 id." if written == 1 else f"{written:,} ids.", err=True)
    if nameless:
        click.echo(f"{nameless:,} more come from archives that give no ids, and are left out.", err=True)
    if choice.campaign in store.rebuilding():
        click.echo("The membership of posts is being rebuilt: these are not all yet.", err=True)
