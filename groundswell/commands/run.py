"""`groundswell run`: the scheduled collector."""

import click

from groundswell.options import Settings, shared_options


@click.command()
@shared_options
def run(settings: Settings) -> None:
    """Collect on config.yaml's schedule and redraw the charts, until stopped.

    Ctrl-C or SIGTERM stops it: what has arrived is saved, and it ends within 5 seconds. Its log stands beside
    the store; `groundswell status` shows how it is doing.
    """
    from groundswell.running import run_until_stopped

    run_until_stopped(settings)
