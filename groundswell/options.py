"""What every command takes: `--config PATH` and `--store URL`; and how words name a campaign or a time.

@click.command()
@click.argument("sql")
@shared_options
def query(settings: Settings, sql: str) -> None:
    \"\"\"Ask the store a question in SQL; it can only read.\"\"\"
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from groundswell.config import Config
    from storage.campaign import Campaign

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Settings:
    """Which config and which store a command was told to use.

    Attributes:
        file: the config.yaml; it is read only when something in it is asked for.
        store: the store's address given on the command line, which goes before the config's.
    """

    file: Path
    store: str | None

    def config(self) -> "Config":
        """Read the config.yaml; raises ConfigError."""
        from groundswell.config import load

        return load(self.file)

    def store_url(self, config: "Config | None" = None) -> str:
        """Name the store; raises ConfigError where the config has to say it."""
        if self.store is None:
            return (config or self.config()).store.url
        return self.store if "://" in self.store else f"sqlite:///{Path(self.store).absolute().as_posix()}"


def shared_options(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Give a command --config and --store, and hand it a `Settings` first."""

    @click.option(
        "--config",
        "config_file",
        metavar="PATH",
        type=click.Path(path_type=Path),
        default="config.yaml",
        show_default=True,
        help="What to watch, where and how often.",
    )
    @click.option(
        "--store",
        metavar="URL",
        help="The store, instead of the config's: FILE, sqlite:///FILE or postgresql://ROLE@HOST/DB.",
    )
    @wraps(command)
    def with_settings(*args: Any, config_file: Path, store: str | None, **words: Any) -> R:
        return command(Settings(config_file, store), *args, **words)

    return cast(Callable[P, R], with_settings)


def campaign_named(config: "Config", slug: str | None) -> "Campaign":
    """Find the campaign that --campaign names, or the only one; raises click.BadParameter."""
    from groundswell.config import to_campaigns

    campaigns = {campaign.slug: campaign for campaign in to_campaigns(config)}
    if slug in campaigns:
        return campaigns[slug]
    if slug is None and len(campaigns) == 1:
        return next(iter(campaigns.values()))
    known = ", ".join(campaigns)
    if slug is None:
        raise click.BadParameter(f"there are several: name one of {known}.", param_hint="'--campaign'")
    near = get_close_matches(slug, campaigns, 1)
    hint = f"do you mean {near[0]}?" if near else f"there are {known}."
    raise click.BadParameter(f"no campaign is called {slug!r}; {hint}", param_hint="'--campaign'")


def moment_named(text: str, zone: ZoneInfo, option: str) -> datetime:
    """Read a time from the command line, in `zone` where it has no offset; raises click.BadParameter."""
    from groundswell.times import read_moment

    try:
        return read_moment(text, zone)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a time such as 2019-11-03T21:00 or 2019-11-03T21:00+03:00.",
            param_hint=f"'{option}'",
        ) from None
