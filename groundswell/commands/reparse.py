"""`groundswell reparse`: what was kept, read again."""

import click

from groundswell.options import Settings, shared_options


@click.command()
@click.option("--all", "whole", is_flag=True, help="Everything that was kept, not only what could not be read.")
@shared_options
def reparse(settings: Settings, *, whole: bool) -> None:
    """Read kept payloads again after an upgrade: the unread become posts.

    With --all, posts gain what this version reads and an earlier one passed over; a value that stands stays unless
    the new one is of a later reading.
    """
    from datetime import UTC, datetime

    from collector.reparse import reparse as read_again
    from groundswell.config import to_tables
    from groundswell.opening import open_store
    from groundswell.progress import bar

    def now() -> datetime:
        return datetime.now(UTC)

    config = settings.config()
    url = settings.store_url(config)
    tables = tuple(to_tables(config.tables).values())
    with open_store(config, url, now(), create=False) as store, bar("payloads") as progress:
        done = read_again(store, now=now, progress=progress, whole=whole, tables=tables)
    click.echo(
        f"{url}: {done.read:,} payloads read, {done.new:,} posts new, {done.unread:,} still not readable (kept);"
        f" {done.mended:,} stretches of coverage complete now."
    )
