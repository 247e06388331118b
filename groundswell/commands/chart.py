"""`groundswell chart`: draw what was counted."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from groundswell.options import Settings, campaign_named, moment_named, shared_options

if TYPE_CHECKING:
    from groundswell.charts.wanted import Drawn, Wanted
    from groundswell.config import Config

CHARTS: Final = {
    "volume": "Draw posts, their authors and reposts over time, with what was not collected.",
    "bursts": "Draw the posts of each hour against what was expected, with the episodes that stand out.",
    "by-platform": "Draw the posts of each platform, one under the other.",
    "by-language": "Draw the posts in each language, one under the other.",
    "by-spelling": "Draw the posts with each spelling of the tags, one under the other.",
    "by-kind": "Draw original posts, replies and quotes, one under the other.",
    "hours": "Draw a map of the hours of the week: when the campaign is busy.",
    "growth": "Draw posts and authors added up over time.",
    "counted": "Draw what a platform itself counts, what of it was collected, and the share.",
    "coverage": "Draw what is known of each platform over time.",
    "top-links": "Draw the links that most posts share.",
    "top-tags": "Draw the tags that most posts have beside the campaign's own.",
    "top-accounts": "Draw the accounts with the most posts, with their followers at the time.",
}
"""The charts of one campaign and what --help says of them; here too, so that it imports none (held by a test)."""


@click.group(invoke_without_command=True)
@click.option("--manifest", type=click.Path(exists=True, path_type=Path), metavar="FILE", help="Draw a chart again.")
@click.pass_context
def chart(context: click.Context, manifest: Path | None) -> None:
    """Draw a campaign's charts; prints where they are.

    A chart is a PNG and an SVG, with the CSV of its numbers and a manifest (JSON) from which it can be drawn
    again.
    """
    if manifest is not None:
        from analysis.charts.publish import redraw

        click.echo(redraw(manifest).png)
    elif context.invoked_subcommand is None:
        raise click.UsageError("name a chart, such as `groundswell chart volume`, or `all`, or a --manifest.")


def windowed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which a campaign, a window and bins are chosen."""
    for option in (
        click.option("--every", metavar="LENGTH", help="The length of bins, such as 1h or 1day."),
        click.option("--until", metavar="T", help="End before T instead of at the last that is known."),
        click.option("--since", metavar="T", help="Begin at T instead of at the first that is known."),
        click.option("--campaign", metavar="C", help="Its short name; needed only where config.yaml has several."),
    ):
        command = option(command)
    return shared_options(command)


def wanted_of(
    config: "Config", campaign: str | None, since: str | None, until: str | None, every: str | None
) -> "Wanted":
    from zoneinfo import ZoneInfo

    from groundswell.charts.wanted import Wanted
    from groundswell.config import to_events

    chosen = campaign_named(config, campaign)
    zone = ZoneInfo(chosen.time_zone)
    return Wanted(
        chosen,
        Path(config.output.folder),
        since=None if since is None else moment_named(since, zone, "--since"),
        until=None if until is None else moment_named(until, zone, "--until"),
        every=every or config.output.bin,
        events=to_events(config, chosen.slug),
    )


def _drawing(name: str, line: str) -> click.Command:
    """Make the command that draws one chart."""

    def draw(settings: Settings, campaign: str | None, since: str | None, until: str | None, every: str | None) -> None:
        from datetime import UTC, datetime

        from groundswell.charts.draw import draw_one
        from groundswell.opening import lake_folder, open_store
        from groundswell.progress import bar

        config, now = settings.config(), datetime.now(UTC)
        wanted = wanted_of(config, campaign, since, until, every)
        with open_store(config, settings.store_url(config), now, create=False) as store, bar("lake") as progress:
            drawn = draw_one(store, lake_folder(config), wanted, name, now, progress=progress)
        _print_paths([] if drawn is None else [drawn], wanted)

    draw.__doc__ = line
    return click.command(name)(windowed(draw))


@click.command("all")
@windowed
def draw_all(settings: Settings, campaign: str | None, since: str | None, until: str | None, every: str | None) -> None:
    """Draw every chart that shows anything; what has not changed is left as it is."""
    from datetime import UTC, datetime

    from groundswell.charts.stamp import is_as_it_was
    from groundswell.opening import lake_folder, open_store
    from groundswell.progress import bar

    config, now = settings.config(), datetime.now(UTC)
    wanted = wanted_of(config, campaign, since, until, every)
    with open_store(config, settings.store_url(config), now, create=False) as store, bar("charts") as progress:
        drawn = is_as_it_was(store, wanted)
        if drawn is None:
            from groundswell.charts.draw import draw_all as draw  # what counts and draws takes seconds to be imported

            drawn = draw(store, lake_folder(config), wanted, now, progress=progress)
    _print_paths(drawn or [], wanted)


@click.command("compare")
@click.argument("first", metavar="C1")
@click.argument("second", metavar="C2")
@click.option("--by", type=click.Choice(["date", "onset"]), default="onset", show_default=True, help="What is aligned.")
@click.option("--every", metavar="LENGTH", help="The length of bins, such as 1h or 1day.")
@shared_options
def compare(settings: Settings, first: str, second: str, by: str, every: str | None) -> None:
    """Draw two campaigns, one under the other: by date, or from the onsets of their largest episodes on."""
    from datetime import UTC, datetime

    from groundswell.charts.draw import draw_comparison
    from groundswell.opening import lake_folder, open_store
    from groundswell.progress import bar

    config, now = settings.config(), datetime.now(UTC)
    sides = (wanted_of(config, first, None, None, every), wanted_of(config, second, None, None, every))
    with open_store(config, settings.store_url(config), now, create=False) as store, bar("lake") as progress:
        drawn = draw_comparison(store, lake_folder(config), sides, now, by_onset=by == "onset", progress=progress)
    if drawn is None:
        raise click.ClickException(
            f"nothing is known of {first} or of {second} yet: import an archive or collect first"
        )
    _print_paths([drawn], sides[0])


def _print_paths(drawn: "list[Drawn]", wanted: "Wanted") -> None:
    if not drawn:
        raise click.ClickException(
            f"nothing is known of {wanted.campaign.slug} yet: import an archive or run the collector first"
        )
    for one in drawn:
        for path in (one.files.png, one.files.svg, one.files.csv, one.files.manifest):
            click.echo(path)


chart.add_command(draw_all)
chart.add_command(compare)
for _name, _line in CHARTS.items():
    chart.add_command(_drawing(_name, _line))
