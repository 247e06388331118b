"""`groundswell status`: how the collection stands."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from groundswell.options import Settings, shared_options
from groundswell.terminal import one_line, quoted
from groundswell.times import write_moment, write_span
from storage.coverage import BUDGET

if TYPE_CHECKING:
    from groundswell.alerts.told import Noticed
    from groundswell.attrition import Attrition
    from groundswell.counted import CountedPosts
    from groundswell.standing import Account, Covered, Followed, Hole, Run, Standing

_SHOWN = 12
_LEAST_SHARE = 0.001


@click.command()
@click.option("--json", "as_json", is_flag=True, help="All facts as JSON, every hole included.")
@shared_options
def status(settings: Settings, as_json: bool) -> None:
    """Show coverage, holes, last runs and health.

    A hole is what is not known to be complete; it is never counted as zero.
    """
    import msgspec

    standing = _standing(settings)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(standing)).decode())
        return
    for line in _lines(standing, datetime.now(UTC)):
        click.echo(line)


def _standing(settings: Settings) -> "Standing":
    """Gather how it stands, by the config that is in force: of a file that is refused, the one before."""
    from groundswell.config import ConfigError, store_of
    from groundswell.in_force import last_in_force
    from groundswell.standing import standing_of
    from groundswell.words import lines_of
    from storage.errors import StoreNotFound
    from storage.store import Store

    try:
        config = settings.config()
    except ConfigError as error:
        url = settings.store_url() if settings.store else store_of(settings.file)
        try:
            store = Store.open(url, create=False)
        except StoreNotFound:
            raise error from None
        with store:
            before = last_in_force(store, settings.file)
            if before is None:
                raise
            return standing_of(store, before, datetime.now(UTC), " ".join(lines_of(error)))
    with Store.open(settings.store_url(config), create=False) as store:
        return standing_of(store, config, datetime.now(UTC))


def _lines(standing: "Standing", now: datetime) -> Iterator[str]:
    for campaign in standing.campaigns:
        yield from _campaign_lines(campaign)
        yield ""
    yield (
        f"Store: {standing.found:,} posts found, {standing.known - standing.found:,} more only referred to,"
        f" {standing.unparsed:,} items not readable (kept), {standing.late:,} came late."
    )
    for account in standing.accounts:
        yield _account_line(account)
    yield from _alert_lines(standing.alerts)
    yield from _health_lines(standing, now)
    if standing.config_refused:
        yield f"Config: as it is now it is refused; what is told here goes by the one before: {standing.config_refused}"
    yield from _run_lines(standing.runs)
    for problem in standing.problems:
        yield f"Problem: {problem.at:%Y-%m-%d %H:%M} UTC, {problem.job}: {one_line(problem.what)}"


def _campaign_lines(campaign: "Followed") -> Iterator[str]:
    yield f"{quoted(campaign.title)} ({campaign.slug}): {' '.join(quoted('#' + tag) for tag in campaign.tags)}"
    span = f", {campaign.first[:16]} to {campaign.last[:16]} UTC" if campaign.first and campaign.last else ""
    yield (
        f"  {campaign.posts:,} posts and {campaign.reposts:,} reposts by {campaign.authors:,} authors"
        f" in the campaign{span}"
    )
    if campaign.is_rebuilding:
        yield "  membership is being rebuilt after a change of the campaign: these counts will change"
    if not campaign.coverage:
        yield "  coverage: nothing was collected or imported yet"
    if campaign.counted is not None:
        yield f"  {_counted_line(campaign.counted)}"
    for attrition in campaign.attrition:
        if attrition.is_asked or attrition.gone:
            yield f"  {_attrition_line(attrition, ZoneInfo(campaign.time_zone))}"
    for covered in campaign.coverage:
        yield from _coverage_lines(covered, ZoneInfo(campaign.time_zone))


def _counted_line(counted: "CountedPosts") -> str:
    at_most = "" if counted.is_exact else "at most "
    share = f", {counted.collected / counted.counted:.1%}" if counted.counted and counted.is_exact else ""
    return (
        f"x: {counted.collected:,} of {at_most}{counted.counted:,} posts are here that X counted in"
        f" {len(counted.bins):,} stretches{share}"
    )


def _attrition_line(attrition: "Attrition", zone: ZoneInfo) -> str:
    gone = f"{attrition.gone:,}" if attrition.gone else "none known"
    reasons = ", ".join(f"{number:,} {reason or 'without a reason'}" for reason, number in attrition.reasons.items())
    why = f" ({_share(attrition)}): {one_line(reasons)}" if attrition.gone else ""
    return f"{attrition.platform}, gone since: {gone} of {attrition.posts:,} posts and reposts{why}" + (
        f"; {_asked(attrition, zone)}" if attrition.is_asked else ""
    )


def _share(attrition: "Attrition") -> str:
    share = attrition.gone / attrition.posts
    return f"{share:.1%}" if share >= _LEAST_SHARE else f"under {_LEAST_SHARE:.1%}"


def _asked(attrition: "Attrition", zone: ZoneInfo) -> str:
    if attrition.last_asked is None:
        return "X was never asked" + (" before now: it is being asked" if attrition.is_asking else "")
    again = ", and is being asked again" if attrition.is_asking else ""
    return f"X was last asked on {write_moment(attrition.last_asked, zone)}{again}"


def _coverage_lines(covered: "Covered", zone: ZoneInfo) -> Iterator[str]:
    window = f"{write_moment(covered.starts_at, zone)} to {write_moment(covered.ends_at, zone)}"
    # A sample leaves out some minutes of every hour: hundreds of stretches a day.
    left = [hole for hole in covered.holes if hole.reason == BUDGET]
    holes = [hole for hole in covered.holes if hole.reason != BUDGET]
    said = "no hole" if not holes else "1 hole" if len(holes) == 1 else f"{len(holes)} holes"
    yield f"  {covered.platform}, {covered.kind}: {covered.complete_share:.1%} complete of {window}; {said}"
    if left:
        length = write_span(sum((hole.ends_at - hole.starts_at for hole in left), timedelta()))
        first, last = write_moment(left[0].starts_at, zone), write_moment(left[-1].ends_at, zone)
        yield f"    {length} between {first} and {last}: partial, budget: not read, as it did not reach for all"
    for hole in holes[-_SHOWN:]:
        yield f"    {_hole_line(hole, zone)}"
    if len(holes) > _SHOWN:
        yield f"    ... and {len(holes) - _SHOWN} earlier ones: see --json"


def _hole_line(hole: "Hole", zone: ZoneInfo) -> str:
    window = f"{write_moment(hole.starts_at, zone)} to {write_moment(hole.ends_at, zone)}"
    return f"{window}: {hole.state}" + (f", {one_line(hole.reason)}" if hole.reason else "")


def _account_line(account: "Account") -> str:
    from storage.spending import dollars

    of_dollars = "" if account.thousandths_limit is None else f" of {dollars(account.thousandths_limit)}"
    of_posts = "" if account.posts_limit is None else f" of {account.posts_limit:,}"
    whose = f" for {account.campaign}" if account.campaign else ""
    unsure = f"; {dollars(account.open)} of it for answers that did not arrive" if account.open else ""
    return (
        f"X{whose} since {account.since:%Y-%m-%d}: {dollars(account.thousandths)}{of_dollars} spent,"
        f" {account.posts:,}{of_posts} posts read{unsure}."
    )


def _alert_lines(alerts: "tuple[Noticed, ...]") -> Iterator[str]:
    """Say what is on, then what ended in the last day; nothing where there is neither."""
    for alert in alerts:
        if alert.ended_at is None:
            known = f", known up to {alert.until[:16]}Z" if alert.until else ""
            yield f"Alert, on since {alert.since[:16]}Z{known}; told {alert.raised_at[:16]}Z: {one_line(alert.words)}"
    for alert in alerts:
        if alert.ended_at is not None:
            yield f"Alert, over at {alert.ended_at[:16]}Z, on since {alert.since[:16]}Z: {one_line(alert.words)}"


def _health_lines(standing: "Standing", now: datetime) -> Iterator[str]:
    from groundswell.heartbeat import is_alive

    beat = standing.heartbeat
    if beat is None:
        yield "Collector: never ran on this store; start it with `groundswell run`."
    elif not beat.is_running:
        yield f"Collector: stopped {write_span(now - beat.at, 'a moment')} ago; start it with `groundswell run`."
    elif not is_alive(beat, now):
        silence = write_span(now - beat.at, "a moment")
        yield (
            f"Collector: no sign of life for {silence} (process {beat.pid} on {beat.host});"
            " if it is gone, start it with `groundswell run`."
        )
    else:
        yield f"Collector: running, process {beat.pid} on {beat.host}, since {beat.started_at:%Y-%m-%d %H:%M} UTC."
        for job, due in sorted(beat.due.items()):
            yield f"  next {job}: {due:%Y-%m-%d %H:%M:%S} UTC"
        yield f"  config.yaml as of {beat.config_since:%Y-%m-%d %H:%M:%S} UTC is in force."
        if beat.config_refused:
            yield f"  It changed since and was refused: {one_line(beat.config_refused)}"
    if standing.scrub_pending is not None:
        yield "Scrub: erased texts wait to be taken out of the file; a running collector does it when it is idle."


def _run_lines(runs: "tuple[Run, ...]") -> Iterator[str]:
    for run in runs:
        late = f", {run.posts_late:,} late" if run.posts_late else ""
        error = f": {one_line(run.error)}" if run.error else ""
        yield (
            f"Run: {run.started_at[:19]}Z {run.source} {run.state}, {run.posts_seen:,} posts seen,"
            f" {run.posts_new:,} new{late}{error}"
        )
