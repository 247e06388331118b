"""What is on now against what is on in the store: what is to be raised, what goes on and what is over. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell.alerts.alert import APART, Alert, Kind, Verdict


@dataclass(frozen=True, slots=True)
class On:
    """An alert that is on in the store, by its number there."""

    number: int
    kind: Kind
    key: str
    campaign: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written: alerts to raise; numbers of those that go on, up to when; those that ended."""

    raised: tuple[Alert, ...]
    extended: tuple[tuple[int, datetime], ...]
    ended: tuple[On, ...]


def reconcile(on: Sequence[On], verdicts: Sequence[Verdict]) -> Changes:
    """Hold verdicts against what is on; nothing changes of what no verdict speaks of."""
    alerts = [alert for verdict in verdicts for alert in verdict.alerts]
    same = dict(_pairs(on, alerts))
    told = {(alert.kind, alert.key) for alert in same.values()}
    return Changes(
        raised=tuple(one for one in alerts if one.is_enough and (one.kind, one.key) not in told),
        extended=tuple(_extended(on, same)),
        ended=tuple(one for one in on if one.number not in same and _is_spoken_of(one, verdicts)),
    )


def _pairs(on: Iterable[On], alerts: Sequence[Alert]) -> Iterator[tuple[int, Alert]]:
    for one in on:
        for alert in alerts:
            if _goes_on(one, alert):
                yield one.number, alert


def _goes_on(one: On, alert: Alert) -> bool:
    """Tell whether an alert is the one that is on: after a gap, in which that one was over, it is another."""
    if (one.kind, one.key) != (alert.kind, alert.key):
        return False
    return one.until is None or alert.since <= one.until + APART.get(one.kind, timedelta())


def _extended(on: Iterable[On], same: Mapping[int, Alert]) -> Iterator[tuple[int, datetime]]:
    for one in on:
        until = same[one.number].until if one.number in same else None
        if until is not None and until != one.until:
            yield one.number, until


def _is_spoken_of(one: On, verdicts: Iterable[Verdict]) -> bool:
    return any(one.kind == verdict.kind and verdict.campaign in ("", one.campaign) for verdict in verdicts)
