"""`groundswell init`: a commented config.yaml to start from."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from groundswell.options import Settings, shared_options

if TYPE_CHECKING:
    from groundswell.config import Config


@click.command()
@click.argument("tags", nargs=-1, metavar="['#TAG'...]")
@click.option(
    "--mastodon", "servers", multiple=True, metavar="SERVER", help="A server to ask, such as mastodon.social."
)
@click.option("--contact", metavar="ADDRESS", help="With --mastodon: your mail or page, told to the servers.")
@shared_options
def init(settings: Settings, tags: tuple[str, ...], *, servers: tuple[str, ...], contact: str | None) -> None:
    """Write a commented config.yaml to start from.

    With tags (in single quotes: a shell takes # for a comment) it watches them, and notes other spellings
    that people may type; without, the campaign that the project is named after. With --mastodon (again for
    each server) it begins a week ago: `from` in the file says so. A file that is there is never written over.
    """
    from groundswell.config import parse
    from groundswell.config.template import LET_IT_GO, asking, draft_of, write_config

    if bool(servers) != bool(contact):
        raise click.UsageError("--mastodon and --contact go together: a server is told who asks.")
    draft = draft_of([_read(tag, "Tag", "'#TAG'") for tag in tags]) if tags else LET_IT_GO
    if contact:
        named = [_read(server, "Server", "'--mastodon'") for server in servers]
        draft = asking(draft, named, _read(contact, "Contact", "'--contact'"), datetime.now(UTC).date())
    text = write_config(draft)
    config = parse(text, settings.file)
    try:
        with settings.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(
            f"{settings.file} is there already and stays as it is. Name another with --config."
        ) from None
    click.echo(f"wrote {settings.file}: {_summary(config)}")
    if config.sources.inbox is not None:
        config.sources.inbox.folder.mkdir(parents=True, exist_ok=True)
        click.echo(f"made {config.sources.inbox.folder}: what you put into it, `groundswell run` imports")


def _summary(config: "Config") -> str:
    """Say what is watched, since when and where: words that landed in the wrong place are seen here."""
    from groundswell.terminal import quoted

    (campaign,) = config.campaigns.values()
    said = " ".join(quoted(f"#{tag}") for tag in campaign.tags)
    if campaign.starts_at is not None:
        said += f", from {campaign.starts_at.date()} on"
    if config.sources.mastodon is not None:
        said += f", as known to {' and '.join(config.sources.mastodon.servers)}"
    return said


def _read(value: str, kind: str, hint: str) -> str:
    """Read a value as config.yaml does; raises click.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from groundswell.config import values

    try:
        return TypeAdapter[str](getattr(values, kind)).validate_python(value)
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        what, cure = context.get("what", ""), context.get("cure", "")
        fact = what if value and value in what else f"{value!r}: {what}"
        raise click.BadParameter(f"{fact}; {cure}.", param_hint=hint) from None
