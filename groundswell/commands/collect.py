"""`groundswell collect`: one pass now."""

from typing import TYPE_CHECKING

import click

from groundswell.options import Settings, shared_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundswell.config import Config
    from groundswell.forecast import Cost, Forecast
    from groundswell.passes import Passes
    from storage.store import Store

_WHOLE = 0.995
"""What rounds to all of it: the last half a minute is never counted."""


@click.command()
@click.option("--source", metavar="S", help="Only this source, as config.yaml names it.")
@click.option("--dry-run", is_flag=True, help="Tell what would be asked for, and what it would cost; ask nobody.")
@shared_options
def collect(settings: Settings, source: str | None, dry_run: bool) -> None:
    """Make one pass over the sources and the inbox now."""
    import threading
    from datetime import UTC, datetime

    from collector.x.prices import STREAM
    from groundswell.journal import keep_journal
    from groundswell.opening import log_file, open_store
    from groundswell.passes import INBOX, Passes
    from groundswell.sources import paces_of
    from groundswell.upkeep import Upkeep, upkeep_of

    failed: list[str] = []
    config = settings.config()
    url = settings.store_url(config)
    upkeep = [name for name in upkeep_of(config) if name != STREAM]
    names = [*paces_of(config), *upkeep, *([INBOX] if config.sources.inbox else [])]
    if source is not None and source not in names:
        raise click.BadParameter(f"there are {', '.join(names) or 'none'}.", param_hint="'--source'")
    with open_store(config, url, datetime.now(UTC)) as store:
        if dry_run:
            _tell(store, config, [name for name in names if source in (None, name) and name in paces_of(config)])
            return
        keep_journal(log_file(url))
        store.abandon_runs(datetime.now(UTC))
        stop = threading.Event()
        passes = Passes(store, stop)
        for name in names:
            if source not in (None, name):
                continue
            has_failed = (
                Upkeep(store, stop).run(name, config).failed if name in upkeep else not _collected(passes, config, name)
            )
            failed += [name] if has_failed else []
    if failed:
        raise click.exceptions.Exit(1)


def _tell(store: "Store", config: "Config", names: "Sequence[str]") -> None:
    """Write what a pass over the sources would ask for."""
    from groundswell.forecast import forecasts
    from groundswell.sources import make

    for name in names:
        for forecast in forecasts(store, config, make(config, name)):
            for line in _lines(forecast):
                click.echo(line)


def _lines(forecast: "Forecast") -> "Iterator[str]":
    yield f"{forecast.source}: {forecast.campaign}: {_asked(forecast)}"
    if forecast.expected is None or not forecast.tasks:
        return
    if not forecast.expected.counted_share:
        yield "  X has not counted these stretches yet: `groundswell collect --source x-counts` has it count them"
        return
    share = forecast.expected.counted_share
    part = "" if share > _WHOLE else f" in the {share:.0%} of them that X counted"
    yield f"  about {forecast.expected.posts:,} posts{part}, besides what is read again"
    if forecast.cost is not None:
        yield f"  {_cost(forecast.cost, forecast.expected.posts)}"
    if forecast.share < 1:
        yield (
            f"  the month's budget reaches for {forecast.share:.1%} of all posts until it ends:"
            " a sample of so many minutes of each hour is read, at least one"
        )


def _asked(forecast: "Forecast") -> str:
    if not forecast.tasks:
        return "nothing to ask for now"
    since = min(task.window.starts_at for task in forecast.tasks)
    until = max(task.window.ends_at for task in forecast.tasks)
    queries = "1 query" if forecast.queries == 1 else f"{forecast.queries:,} queries"
    stretches = "1 stretch" if len(forecast.tasks) == 1 else f"{len(forecast.tasks):,} stretches"
    return f"{queries}, {stretches} between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC"


def _cost(cost: "Cost", posts: int) -> str:
    from storage.spending import dollars

    price = f"{dollars(cost.least)} for these alone, {dollars(cost.most)} at worst with what comes with them"
    if cost.left is None or cost.reach is None:
        return price
    fewest, most = cost.reach
    enough = "all" if fewest >= posts else f"{fewest:,} to {min(posts, most):,}"
    return f"{price}; {dollars(cost.left)} of the budget are left, enough for {enough}"


def _collected(passes: "Passes", config: "Config", name: str) -> bool:
    """Make a pass over one source; tells whether all of it went well. One failing never stops another."""
    from collector.errors import CollectorError
    from groundswell.passes import INBOX
    from groundswell.sources import make
    from groundswell.words import report

    try:
        if name == INBOX:
            passes.receive(config)
        else:
            return not passes.collect(make(config, name), config).failed
    except (CollectorError, OSError) as error:
        report(error, where=name)
        return False
    return True
