"""`groundswell init`: a commented config.yaml to start from."""

from dataclasses import replace

import click

from groundswell.options import Settings, shared_options


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
    that people may type; without, the campaign that the project is named after. A file that is there is
    never written over.
    """
    from groundswell.config import parse
    from groundswell.config.template import LET_IT_GO, draft_of, write_config

    if bool(servers) != bool(contact):
        raise click.UsageError("--mastodon and --contact go together: a server is told who asks.")
    draft = draft_of([_read(tag, "Tag", "'#TAG'") for tag in tags]) if tags else LET_IT_GO
    named = tuple(_read(server, "Server", "'--mastodon'") for server in servers)
    told = _read(contact, "Contact", "'--contact'") if contact else ""
    text = write_config(replace(draft, servers=named, contact=told))
    config = parse(text, settings.file)
    try:
        with settings.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(
            f"{settings.file} is there already and stays as it is. Name another with --config."
        ) from None
    click.echo(f"wrote {settings.file}")
    if config.sources.inbox is not None:
        config.sources.inbox.folder.mkdir(parents=True, exist_ok=True)
        click.echo(f"made {config.sources.inbox.folder}: what you put into it, `groundswell run` imports")


def _read(value: str, kind: str, hint: str) -> str:
    """Read a value as config.yaml does; raises click.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from groundswell.config import values

    try:
        return TypeAdapter[str](getattr(values, kind)).validate_python(value)
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        raise click.BadParameter(f"{value!r}: {context.get('what')}.", param_hint=hint) from None
