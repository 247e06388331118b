"""`groundswell backup`: a copy of the store, made while the collector runs."""

from pathlib import Path

import click

from groundswell.options import Settings, shared_options

_KEPT = (
    "It keeps what the store holds now: what is deleted or forgotten later stays in this copy until you delete it."
    " `groundswell restore` takes it out of what it restores."
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite FILE if it is there.")
@shared_options
def backup(settings: Settings, file: Path, force: bool) -> None:
    """Copy the store to a file, also while the collector runs.

    The copy is of one moment, is checked, and is one file that `groundswell query --store` reads and
    `groundswell restore` puts back. config.yaml, charts and the lake are not in it; the lake is built anew.
    """
    from groundswell.progress import bar
    from groundswell.sizes import write_size
    from groundswell.whereabouts import dump_command, file_of
    from storage.backup import back_up

    url = settings.store_url()
    store = file_of(url)
    if store is None:
        raise click.UsageError(f"a store on PostgreSQL is backed up by its own tool: {dump_command(url, file)}.")
    try:
        with bar("backup") as progress:
            done = back_up(store, file, overwrite=force, progress=progress)
    except FileExistsError:
        cure = "It is the store itself: name another." if _is(file, store) else "Name another, or say --force."
        raise click.ClickException(f"{file} is there already and stays as it is. {cure}") from None
    click.echo(f"{file}: {done.posts:,} posts, {write_size(done.bytes)}.")
    click.echo(_KEPT, err=True)


def _is(file: Path, store: Path) -> bool:
    return store.exists() and file.samefile(store)
