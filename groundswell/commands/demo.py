"""`groundswell demo`: a made campaign, collected and drawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from groundswell.times import write_moment

if TYPE_CHECKING:
    from groundswell.demo import Shown

_QUESTIONS = (
    "SELECT * FROM daily_volume",
    "SELECT author, posts, reposts FROM top_authors LIMIT 10",
    "SELECT starts_at, ends_at, state FROM coverage_gaps WHERE kind = 'posts'",
)


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="groundswell-demo",
    show_default=True,
    help="Where everything goes; a demonstration that is there already is made anew.",
)
def demo(folder: Path) -> None:
    """Collect a made campaign in fast time and draw it: no key, no network.

    It runs the scheduled collector over ten made days in about half a minute, with late posts and two outages
    of the source, and holds what was found against the truth.
    """
    from groundswell.demo import clear, prepare, show

    if not clear(folder):
        raise click.ClickException(f"{folder} holds other things than a demonstration: name another with --folder")

    click.echo("making a campaign of ten days ...", err=True)
    config = prepare(folder)
    click.echo("collecting it on schedule, ten hours a second ...", err=True)
    shown = show(config)
    for line in _lines(shown):
        click.echo(line)
    if shown.hidden:
        raise click.ClickException(f"{shown.hidden} posts are missing that no hole names: this is a bug")


def _lines(shown: "Shown") -> Iterator[str]:
    zone = ZoneInfo("Asia/Baghdad")
    missing = shown.made - shown.collected
    yield f"Chart:    {shown.places.chart.files.png}"
    yield f"Numbers:  {shown.places.chart.files.csv}"
    yield f"Report:   {shown.places.report}"
    yield f"All:      {shown.places.index}"
    yield ""
    yield f"Truth:    {shown.made:,} posts and reposts were made; the source was down twice and gave 5 % of them late."
    yield f"Found:    {shown.collected:,}; {missing:,} are missing, {missing - shown.hidden:,} of them in these holes:"
    for hole in shown.holes:
        window = f"{write_moment(hole.starts_at, zone)} to {write_moment(hole.ends_at, zone)}"
        yield f"Hole:     {window}: {hole.state.value}" + (f", {hole.reason}" if hole.reason else "")
    at = f"--config {shown.config}"
    yield ""
    yield "Try next:"
    yield f"  groundswell status {at}"
    for question in _QUESTIONS:
        yield f'  groundswell query {at} "{question}"'
    yield ""
    yield "An archive of your own: `groundswell init '#YourTag'`, then `groundswell import FILE` and"
    yield "`groundswell chart all`; or drop files into inbox/ while `groundswell run` is running."
