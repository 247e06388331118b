"""`groundswell init`: a commented config.yaml to start from."""

import click

from groundswell.options import Settings, shared_options


@click.command()
@click.argument("tags", nargs=-1, metavar="['#TAG'...]")
@shared_options
def init(settings: Settings, tags: tuple[str, ...]) -> None:
    """Write a commented config.yaml to start from.

    With tags (in single quotes: a shell takes # for a comment) it watches them, and notes other spellings
    that people may type; without, the campaign that the project is named after. A file that is there is
    never written over.
    """
    from groundswell.config import parse
    from groundswell.config.template import LET_IT_GO, draft_of, write_config

    text = write_config(draft_of([_bare(tag) for tag in tags]) if tags else LET_IT_GO)
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


def _bare(tag: str) -> str:
    """Read a tag as config.yaml does; raises click.BadParameter."""
    from pydantic import TypeAdapter, ValidationError

    from groundswell.config.values import Tag

    try:
        return TypeAdapter[str](Tag).validate_python(tag)
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        raise click.BadParameter(f"{tag!r}: {context.get('what')}.", param_hint="'#TAG'") from None
