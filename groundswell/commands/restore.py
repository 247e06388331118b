"""`groundswell restore`: a backup back in the store's place."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundswell.options import Settings, shared_options

if TYPE_CHECKING:
    from storage.restore import Restored


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@shared_options
def restore(settings: Settings, file: Path) -> None:
    """Put a backup in the store's place; what was there is set aside.

    The collector has to be stopped. What was deleted or forgotten since the backup was made does not come
    back: the store that is there knows of it. What was collected since comes back as far as the sources have it.
    """
    from datetime import UTC, datetime

    from groundswell.progress import bar
    from groundswell.whereabouts import file_of, restore_command
    from storage.errors import StoreNotFound, StoreUnreadable
    from storage.restore import restore as put_back

    url = settings.store_url()
    store = file_of(url)
    if store is None:
        raise click.UsageError(f"a store on PostgreSQL is restored by its own tool: {restore_command(url, file)}.")
    try:
        with bar("restore") as progress:
            done = put_back(file, store, now=datetime.now(UTC), progress=progress)
    except (StoreNotFound, StoreUnreadable) as error:
        raise click.ClickException(f"{error}. Name a backup that `groundswell backup` made. Nothing changed") from error
    click.echo(f"{store}: restored from {file}.")
    for line in _notes(file, done):
        click.echo(line, err=True)


def _notes(file: Path, done: "Restored") -> list[str]:
    """Say what became of the store before, and of what was deleted since."""
    notes = []
    if done.carried:
        notes.append(
            f"Deletions that became known since were laid over it: {done.carried:,}. {file} still holds what they took"
            " out: make a new backup and delete that one."
        )
    if done.unread:
        notes.append(
            f"The store before could not be read ({done.unread}): what was deleted or forgotten since the backup may"
            " have come back. Do those again with `groundswell forget`."
        )
    elif done.aside is None:
        notes.append("No store was here: what was deleted or forgotten since the backup cannot be known.")
    if done.aside is not None:
        notes.append(
            f"The store before is {done.aside}. No later deletion reaches it: delete it when you do not need it."
        )
    return notes
