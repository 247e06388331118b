"""`groundswell service`: what keeps the collector running after a fall or a restart of the machine."""

import click

from groundswell.options import Settings, shared_options


@click.command()
@click.option(
    "--kind",
    type=click.Choice(["systemd", "launchd", "task-scheduler"]),
    help="For which keeper of services; without it this machine's own.",
)
@shared_options
def service(settings: Settings, kind: str | None) -> None:
    """Print what keeps the collector running; nothing is installed.

    On Linux a systemd user unit, on macOS a launchd agent, on Windows a command for the Task Scheduler. Where it
    goes and how it is started is said on stderr.
    """
    from groundswell.service import Unwritable, kind_here, program_here, tell

    store = settings.store_url() if settings.store else None
    try:
        told = tell(kind or kind_here(), program_here(settings.file, store))
    except Unwritable as error:
        raise click.ClickException(f"{error}. Give the folder another name") from error
    click.echo(told.text, nl=False)
    for step in told.steps:
        click.echo(step, err=True)
    if not settings.file.exists():
        click.echo(f"{settings.file} is not there yet: write it with `groundswell init`.", err=True)
