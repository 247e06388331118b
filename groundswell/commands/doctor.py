"""`groundswell doctor`: what may keep the collection from going on, and the cure."""

from typing import TYPE_CHECKING

import click

from groundswell.options import Settings, shared_options

if TYPE_CHECKING:
    from groundswell.doctor.finding import Finding


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@shared_options
def doctor(settings: Settings, form: str) -> None:
    """Check config, keys, clock, fonts, disk, store, collector and lake.

    Nothing is changed, and no server is asked but X: whether it takes the key, once and free of charge, if config.yaml
    names it. A line a check: ok, warning, failed, or unknown where it could not be looked at. The exit code is 1 if
    any failed.
    """
    import os
    from datetime import UTC, datetime

    import msgspec

    from groundswell.doctor.examination import examine

    findings = []
    for finding in examine(settings, datetime.now(UTC), os.environ):
        findings.append(finding)
        if form == "text":
            click.echo(_line(finding))
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(findings)).decode())
    if any(finding.state == "failed" for finding in findings):
        raise click.exceptions.Exit(1)


def _line(finding: "Finding") -> str:
    said = f"{finding.state:<8} {finding.check}: {finding.what.rstrip('.')}."
    return f"{said} {finding.cure[:1].upper()}{finding.cure[1:]}." if finding.cure else said
