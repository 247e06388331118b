"""`groundswell forget`: the erasure of a post or an account, because somebody asked for it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from groundswell.options import Settings, shared_options
from groundswell.terminal import quoted

if TYPE_CHECKING:
    from storage.forgetting import Named, Of
    from storage.store import Store

PLATFORMS: Final = ("x", "bluesky", "mastodon")

_HOW: Final = (
    "Name a post by its URL, or as platform:ID like the column `post` of post_view;"
    " an account as platform:@HANDLE or platform:ID."
)
_SHOWN: Final = 10


@click.command()
@click.argument("name", metavar="POST|AUTHOR")
@click.option("--of", type=click.Choice(["post", "author"]), help="Which it is, where an ID could be either's.")
@click.option("--unseen", is_flag=True, help="It is not in the store: see to it that no later import brings it.")
@click.option("--yes", is_flag=True, help="Do not ask whether you mean it.")
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the receipt to a new file too, as JSON, every post named.",
)
@shared_options
def forget(settings: Settings, name: str, *, of: "Of | None", unseen: bool, yes: bool, receipt: Path | None) -> None:
    """Erase a post, or an account with all of its posts, for good; prints a receipt.

    POST is a URL or platform:ID, AUTHOR is platform:@HANDLE or platform:ID. It goes as if the platform had deleted
    it, but that nothing brings it back, neither a later import nor a later edit. Reposts lose their copy of it.
    Reports, and charts that name accounts, links and tags, are taken away: what you passed on is beyond its reach.
    """
    from datetime import UTC, datetime

    from groundswell.charts.erasure import take_away
    from groundswell.opening import lake_folder, open_store
    from groundswell.receipt import lines_of, refresh_if_there, write_json
    from storage.forgetting import forget as erase

    if receipt is not None and receipt.exists():
        raise click.BadParameter(f"{receipt} is there already.", param_hint="'--receipt'")
    config = settings.config()
    with open_store(config, settings.store_url(config), datetime.now(UTC), create=False) as store:
        named = _named(store, name, of, unseen=unseen)
        if not yes and not click.confirm(_question(named), err=True):
            raise click.ClickException("nothing was forgotten")
        done = erase(store, named, datetime.now(UTC))
        lake = refresh_if_there(store, lake_folder(config), datetime.now(UTC))
    taken = take_away(Path(config.output.folder), config.campaigns)
    for line in lines_of(done, lake):
        click.echo(line)
    if taken:
        click.echo(
            f"Taken away, as they may show it: {', '.join(str(path) for path in taken)}."
            " `groundswell chart all` and `groundswell report` make them anew."
        )
    if receipt is not None:
        write_json(receipt, done, lake)
    if lake.error:
        raise click.exceptions.Exit(1)


def _named(store: "Store", name: str, of: "Of | None", *, unseen: bool) -> "Named":
    """Find the one post or account that a name means; raises click.ClickException where there are none or several."""
    from storage.forgetting import find, named_unseen

    found = [one for one in find(store, name) if of in (None, one.of)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"--of {one.of} {quoted(one.name)}" for one in found[:_SHOWN])
        raise click.ClickException(f"{quoted(name)} means {len(found)} things here; name one of them: {several}")
    if not unseen:
        raise click.ClickException(
            f"nothing here is called {quoted(name)}. {_HOW} With --unseen (and --of author for an account) it is"
            " erased before it comes, so that no later import brings it."
        )
    named = named_unseen(name, of or "post", PLATFORMS)
    if named is None:
        raise click.ClickException(
            f"{quoted(name)} does not tell the ID of what is to be erased before it comes:"
            f" write platform:ID, the platform being one of {', '.join(PLATFORMS)}"
        )
    return named


def _question(named: "Named") -> str:
    what = f"the post {quoted(named.name)}" if named.of == "post" else f"the account {quoted(named.name)} and its posts"
    return f"Erase {what} for good? It cannot be undone."
