"""`groundswell import`: archives in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from groundswell.options import Settings, campaign_named, moment_named, shared_options
from groundswell.refused_files import Refused
from groundswell.terminal import one_line, quoted
from groundswell.times import write_moment

if TYPE_CHECKING:
    from collector.archive import Document, Form, TableForm
    from collector.archive.importing import Claim, Imported, Options
    from collector.archive.survey import Survey
    from groundswell.config import Config
    from storage.post import Kind
    from storage.store import Store
    from storage.withdrawal import Claimed

FORMATS: Final = (
    *("x-v2", "x-v1", "bluesky", "jetstream", "mastodon"),
    *("ira", "twarc-csv", "mayweather", "4cat", "4cat-bluesky", "dmi-tcat"),
)
"""The names of `collector.archive.FORMS`, which is not imported for --help."""


@click.command(name="import")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--campaign", metavar="C", help="Whose run and claim it is; it makes no post a member.")
@click.option(
    "--format",
    "form",
    metavar="F",
    help=f"Of the files, where you know better: {', '.join(FORMATS)}, or a name under `tables` in config.yaml.",
)
@click.option("--complete-from", metavar="T", help="Your word that nothing is missing from T on ...")
@click.option("--complete-until", metavar="T", help="... until T: counts as complete, claimed.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="With --complete-...: only for this tag.")
@click.option("--kind", type=click.Choice(["posts", "reposts"]), help="With --complete-...: else of posts.")
@click.option("--withdraw", type=int, metavar="RUN", help="Take back what was claimed with an import.")
@click.option("--hydrate", is_flag=True, help="The files are lists of X's post ids: X gives the posts, for money.")
@click.option("--dry-run", is_flag=True, help="Tell what is in the files; write nothing.")
@shared_options
def import_(  # noqa: PLR0913  # one for each option
    settings: Settings,
    paths: tuple[Path, ...],
    *,
    campaign: str | None,
    form: str | None,
    complete_from: str | None,
    complete_until: str | None,
    tags: tuple[str, ...],
    kind: "Kind | None",
    withdraw: int | None,
    hydrate: bool,
    dry_run: bool,
) -> None:
    """Bring archives of posts into the store; their format is recognised.

    PATHS are files or folders. Importing a file again adds nothing. What cannot be read is kept and named.

    With --hydrate they are lists of X's post ids, one a line, as `groundswell export ids` writes them. X is asked for
    those posts that the store does not know, within the budget of config.yaml; the same command goes on where it
    stopped. --dry-run tells what it would cost.
    """
    from collector.archive import documents
    from collector.archive.importing import Options
    from groundswell.config import to_tables

    if withdraw is not None:
        if any((paths, campaign, form, complete_from, complete_until, tags, kind, hydrate, dry_run)):
            raise click.UsageError("--withdraw goes alone, without PATHS and what is said of them.")
        _withdraw(settings, withdraw)
        return
    if not paths:
        raise click.UsageError("Missing argument 'PATHS...'.")
    if hydrate:
        if any((form, complete_from, complete_until, tags, kind)):
            raise click.UsageError("--hydrate goes with --campaign and --dry-run alone: its files are lists of ids.")
        _hydrate(settings, paths, campaign, dry_run=dry_run)
        return
    config = settings.config()
    tables = to_tables(config.tables)
    options = Options(
        campaign=campaign_named(config, campaign).slug if campaign else None,
        claim=_claim(config, campaign, tags, kind, (complete_from, complete_until)),
        form=_form_named(form, tables) if form else None,
        tables=tuple(tables.values()),
    )
    files = [document for path in paths for document in documents(path)]
    if dry_run:
        _survey(files, config, options)
    else:
        _import(settings, config, files, options)


def _hydrate(settings: Settings, paths: tuple[Path, ...], campaign: str | None, *, dry_run: bool) -> None:
    from groundswell.commands.hydrating import forecast, hydrate

    (forecast if dry_run else hydrate)(settings, paths, campaign)


def _form_named(name: str, tables: "Mapping[str, TableForm]") -> "Form":
    """Find the form that --format names: one of config.yaml's first, as it is taken first in recognising."""
    from collector.archive import FORMS

    form = tables.get(name) or FORMS.get(name)
    if form is None:
        known = ", ".join(repr(one) for one in (*FORMS, *tables))
        raise click.BadParameter(f"{name!r} is not one of {known}.", param_hint="'--format'")
    return form


def _claim(
    config: "Config",
    campaign: str | None,
    tags: tuple[str, ...],
    kind: "Kind | None",
    window: tuple[str | None, str | None],
) -> "Claim | None":
    from collector.archive.importing import Claim

    if window == (None, None):
        if tags or kind:
            raise click.UsageError("--tag and --kind go with --complete-from and --complete-until: what is complete.")
        return None
    if None in window or not (campaign or tags):
        raise click.UsageError(
            "--complete-from and --complete-until go together, with --campaign or --tag: whose posts are complete."
        )
    chosen = campaign_named(config, campaign) if campaign else None
    zone = ZoneInfo(chosen.time_zone if chosen else "UTC")
    options = ("--complete-from", "--complete-until")
    since, until = (moment_named(text or "", zone, option) for text, option in zip(window, options, strict=True))
    if until <= since:
        raise click.BadParameter("it is not after --complete-from.", param_hint="'--complete-until'")
    named = tags or (chosen.tags if chosen else ())
    return Claim(named, since, until, kind or "posts")


def _survey(files: Sequence["Document"], config: "Config", options: "Options") -> None:
    from collector.archive.survey import survey
    from groundswell.config import to_campaigns
    from groundswell.progress import bar

    refused = Refused(tells_how=True)
    for document in files:
        with refused.caught(document):
            with bar(document.name) as progress:
                found = survey(document, to_campaigns(config), options=options, progress=progress)
            _say_survey(document, found)
    refused.settle()


def _import(settings: Settings, config: "Config", files: Sequence["Document"], options: "Options") -> None:
    from datetime import UTC, datetime

    from collector.archive.importing import import_file
    from groundswell.opening import open_store
    from groundswell.progress import bar

    def now() -> datetime:
        return datetime.now(UTC)

    refused = Refused()
    with open_store(config, settings.store_url(config), now()) as store:
        for document in files:
            with refused.caught(document):
                with bar(document.name) as progress:
                    done = import_file(document, store, now=now, options=options, progress=progress)
                _say_imported(document, done)
        if options.claim:
            click.echo(f"Claims stand of {_claimants(store)}; `groundswell import --withdraw RUN` takes one back.")
    refused.settle()


def _withdraw(settings: Settings, run_id: int) -> None:
    """Take back a claim and say what is no longer complete."""
    from storage.engine import writing
    from storage.store import Store
    from storage.withdrawal import withdraw

    with Store.open(settings.store_url(), create=False) as store:
        with writing(store.engine) as connection:
            withdrawn = withdraw(connection, run_id)
        if not withdrawn:
            raise click.ClickException(f"no claim of run {run_id} stands; claims stand of {_claimants(store)}")
    _say_withdrawn(withdrawn)


def _claimants(store: "Store") -> str:
    """Name the runs whose claims stand."""
    from storage.engine import reading
    from storage.withdrawal import runs_with_claims

    with reading(store.engine) as connection:
        return ", ".join(f"run {number}" for number in runs_with_claims(connection)) or "no run"


def _say_survey(document: "Document", found: "Survey") -> None:
    span = f"{found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC" if found.first else "no time"
    click.echo(
        f"{document}: {found.form.name}, {span}: {found.found:,} posts by {found.authors:,} authors,"
        f" {found.referred:,} more only referred to, {found.unparsed:,} not readable."
    )
    for slug, members in found.members.items():
        click.echo(f"  {slug}: {members:,} would be in the campaign.")
    _say_errors(found.errors, found.unparsed)


def _say_imported(document: "Document", done: "Imported") -> None:
    gone = f" {done.gone:,} named as deleted," if done.gone else ""
    click.echo(
        f"{document}: {done.form.name}: {done.read:,} found, {done.new:,} of them new,{gone}"
        f" {done.unparsed:,} not readable (kept)."
    )
    for slug, members in done.members.items():
        click.echo(f"  {slug}: {members:,} more in the campaign.")
    _say_errors(done.errors, done.unparsed)


def _say_withdrawn(withdrawn: Sequence["Claimed"]) -> None:
    zone = ZoneInfo("UTC")
    for key, stretch in withdrawn:
        window = f"from {write_moment(stretch.starts_at, zone)} until {write_moment(stretch.ends_at, zone)}"
        click.echo(f"#{quoted(key.tag)}, {key.kind}, {window}: no longer complete.")


def _say_errors(errors: tuple[str, ...], whole: int) -> None:
    for error in errors:
        click.echo(f"  {one_line(error)}", err=True)
    if whole > len(errors):
        click.echo(f"  ... and {whole - len(errors):,} more.", err=True)
