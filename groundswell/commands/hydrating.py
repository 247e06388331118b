"""`groundswell import --hydrate`: lists of ids in, posts from X."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from groundswell.options import Settings, campaign_named
from groundswell.refused_files import Refused
from groundswell.terminal import one_line

if TYPE_CHECKING:
    from collector.archive import Document
    from collector.archive.hydrating import Hydrated
    from collector.archive.id_list import IdList
    from groundswell.config.x import XSection
    from groundswell.hydrating import Order
    from storage.listed_ids import Known
    from storage.store import Store

_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_PLATFORM: Final = "x"


def forecast(settings: Settings, paths: Sequence[Path], campaign: str | None) -> None:
    """Tell how many posts of some lists X would be asked for, and what that would cost; ask nobody, write nothing."""
    from datetime import UTC, datetime

    from groundswell.budgets import limits_of
    from groundswell.hydrating import left_to_spend
    from storage.errors import StoreNotFound
    from storage.store import Store

    order = _order(settings, paths, campaign)
    limits = limits_of(order.config, order.campaign or "", datetime.now(UTC))
    try:
        with Store.open(settings.store_url(order.config), create=False) as store:
            left, budget = _unknown(store, order.ids), left_to_spend(store, limits)
    except StoreNotFound:
        left = len(order.ids)
        budget = min((one.thousandths for one in limits if one.thousandths is not None), default=None)
    _say_price(order.section, left, budget)


def hydrate(settings: Settings, paths: Sequence[Path], campaign: str | None) -> None:
    """Have X give the posts of some lists that the store does not know; say how the lists stand then."""
    from datetime import UTC, datetime

    from collector.clock import MachineClock
    from groundswell.hydrating import buy, stopped_by_ctrl_c
    from groundswell.opening import open_store
    from groundswell.progress import bar

    order = _order(settings, paths, campaign)
    with open_store(order.config, settings.store_url(order.config), datetime.now(UTC)) as store:
        whole, done = _unknown(store, order.ids), 0
        with bar("posts from X") as progress, stopped_by_ctrl_c() as stop:

            def read_so_far(asked: int) -> None:
                nonlocal done
                done += asked
                progress(done, whole)

            hydrated = buy(store, order, MachineClock(), stop, read_so_far)
    _say_hydrated(hydrated)


def _order(settings: Settings, paths: Sequence[Path], campaign: str | None) -> "Order":
    """Read the lists, and find who is to be asked at whose cost."""
    from groundswell.hydrating import Order

    config = settings.config()
    section = config.sources.x
    if section is None:
        raise click.ClickException("X is not named in config.yaml. Write `x:` with a `budget` under `sources`.")
    slug = campaign_named(config, campaign).slug if campaign else None
    return Order(_listed(paths), slug, config, section)


def _listed(paths: Sequence[Path]) -> tuple[str, ...]:
    """Read lists of ids, and say what of them is none; one that is refused ends the command before X is asked."""
    from collector.archive import documents
    from collector.archive.id_list import read_ids

    refused, ids = Refused(), dict[str, None]()
    for document in [document for path in paths for document in documents(path)]:
        with refused.caught(document):
            with _lines(document) as lines:
                told = read_ids(lines)
            _say_list(document, told)
            ids |= dict.fromkeys(told.ids)
    refused.settle()
    return tuple(ids)


@contextmanager
def _lines(document: "Document") -> Iterator[TextIO]:
    """Open a list as text: UTF-8, or what Excel calls Unicode."""
    with document.open() as opened:
        is_wide = opened.file.peek(2)[:2] in _WIDE_BOMS
        with TextIOWrapper(opened.file, "utf-16" if is_wide else "utf-8-sig", errors="replace") as lines:
            yield lines


def _unknown(store: "Store", ids: Sequence[str]) -> int:
    """Count the ids of which nothing is known, and say what is known of the others."""
    from storage.engine import reading
    from storage.listed_ids import read_known

    with reading(store.engine) as connection:
        known = read_known(connection, _PLATFORM, ids)
    if known.there or known.gone:
        _say_known(known)
    return len(known.left_of(ids))


def _say_known(known: "Known") -> None:
    click.echo(
        f"{len(known.there):,} of them are in the store and {len(known.gone):,} are known to be gone: X is not asked"
        " for these.",
        err=True,
    )


def _say_list(document: "Document", told: "IdList") -> None:
    more = f", {told.repeated:,} of them again" if told.repeated else ""
    click.echo(f"{document}: {len(told.ids) + told.repeated:,} ids{more}.", err=True)
    for line in told.named:
        click.echo(f"  no id of X's: {one_line(line)}", err=True)
    if told.not_ids > len(told.named):
        click.echo(f"  ... and {told.not_ids - len(told.named):,} more lines that are none.", err=True)


def _say_price(section: "XSection", left: int, budget: int | None) -> None:
    from groundswell.hydrating import price_of
    from storage.spending import dollars

    price = price_of(section, left)
    rest = "" if budget is None else f"; {dollars(budget)} of the budget are left"
    click.echo(
        f"X would be asked for {left:,} posts: {dollars(price.least)} if all are there, without what comes with them,"
        f" {dollars(price.most)} at worst with it{rest}. Those that are gone cost nothing."
    )


def _say_hydrated(hydrated: "Hydrated") -> None:
    """Say how a list stands; raises KeyboardInterrupt where it was stopped, and Exit(1) where something is left."""
    from groundswell.words import report

    known, outcome = hydrated.known, hydrated.outcome
    for slug, members in outcome.members.items():
        click.echo(f"  {slug}: {members:,} more in the campaign.")
    click.echo(f"{len(known.there):,} there, {len(known.gone):,} gone, {len(hydrated.left):,} left.")
    if not hydrated.left:
        return
    if outcome.failure is not None:
        report(outcome.failure, where="x-lookup")
    elif not outcome.is_stopped:
        click.echo("X said nothing that could be read of those that are left.", err=True)
    click.echo(f"The same command goes on with the {len(hydrated.left):,} that are left.", err=True)
    if outcome.is_stopped:
        raise KeyboardInterrupt
    raise click.exceptions.Exit(1)
