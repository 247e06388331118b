"""`groundswell chart`: draw what was counted."""

from pathlib import Path

import click

from groundswell.options import Settings, campaign_named, moment_named, shared_options


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
        raise click.UsageError("name a chart, such as `groundswell chart volume`, or a --manifest.")


@chart.command()
@click.option("--campaign", metavar="C", help="Its short name; needed only where config.yaml has several.")
@click.option("--since", metavar="T", help="Begin at T instead of at the first that is known.")
@click.option("--until", metavar="T", help="End before T instead of at the last that is known.")
@click.option("--every", metavar="LENGTH", help="The length of bins, such as 1h or 1day.")
@shared_options
def volume(settings: Settings, campaign: str | None, since: str | None, until: str | None, every: str | None) -> None:
    """Draw posts, their authors and reposts over time, with what was not collected."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from groundswell.charts import Wanted, draw_volume
    from groundswell.opening import lake_folder, open_store
    from groundswell.progress import bar

    config = settings.config()
    chosen = campaign_named(config, campaign)
    zone = ZoneInfo(chosen.time_zone)
    wanted = Wanted(
        chosen,
        Path(config.output.folder),
        since=None if since is None else moment_named(since, zone, "--since"),
        until=None if until is None else moment_named(until, zone, "--until"),
        every=every or config.output.bin,
    )
    now = datetime.now(UTC)
    with open_store(config, settings.store_url(config), now, create=False) as store, bar("lake") as progress:
        drawn = draw_volume(store, lake_folder(config), wanted, now, progress=progress)
    if drawn is None:
        raise click.ClickException(
            f"nothing is known of {chosen.slug} yet: import an archive or run the collector first"
        )
    for path in (drawn.files.png, drawn.files.svg, drawn.files.csv, drawn.files.manifest):
        click.echo(path)
