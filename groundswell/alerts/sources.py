"""Dead sources: asked in vain for longer than a few times their pace, or refused until a person acts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from groundswell.alerts.alert import Alert, Verdict
from groundswell.doctor.schedule import GRACE, LATE
from groundswell.times import write_span
from groundswell.troubles import Trouble


def judge(troubles: Iterable[Trouble], paces: Mapping[str, timedelta], now: datetime) -> Verdict:
    """Tell which of the sources that config.yaml names are dead; `paces` are how often each is asked."""
    alerts = (_alert(one, paces[one.source], now) for one in troubles if one.source in paces)
    return Verdict("source", tuple(alerts))


def _alert(trouble: Trouble, pace: timedelta, now: datetime) -> Alert:
    return Alert(
        kind="source",
        key=trouble.source,
        since=trouble.since,
        source=trouble.source,
        words=_words(trouble, pace, now),
        is_enough=trouble.needs_person or now - trouble.since > LATE * pace + GRACE,
    )


def _words(trouble: Trouble, pace: timedelta, now: datetime) -> str:
    since = f"{trouble.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if trouble.needs_person:
        head = f"Source {trouble.source} refuses since {since}, until a person acts"
        cure = ""
    else:
        length = write_span(now - trouble.since)
        head = f"Source {trouble.source} is dead: asked in vain since {since} ({length}, each {write_span(pace)})"
        cure = " To do: look whether it is reachable from this machine; it is asked again by itself."
    return (
        f"{head}. Why: {trouble.what.rstrip('.')}. Sure: that is what asking it came to. Nothing new comes from it, and"
        f" what it keeps only for a time may be lost; that is a hole in the charts, never a zero.{cure}"
    )
