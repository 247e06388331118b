"""What was raised, what is over, and where it was told: the store's tables `alerts` and `alert_channels`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

import msgspec
from sqlalchemy import Connection, Engine, insert, or_, select, update

from groundswell.alerts.alert import Alert, Kind, Verdict
from groundswell.alerts.reconciled import Changes, On, reconcile
from storage import schema
from storage.engine import reading, writing
from storage.instant import Instant, from_text, to_text

TRIED_FOR: Final = timedelta(days=1)
"""A channel that fails is tried for so long; then the alert is no news any more."""


class Noticed(msgspec.Struct, frozen=True):
    """An alert as the store has it; its times are instants, `ended_at` None while it is on."""

    kind: Kind
    key: str
    campaign: str | None
    source: str | None
    since: Instant
    until: Instant | None
    raised_at: Instant
    ended_at: Instant | None
    words: str


@dataclass(frozen=True, slots=True)
class Owed:
    """An alert that is still to be told through a channel."""

    number: int
    channel: str
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Book:
    """The book of alerts; who writes in it holds the lease of the alerts."""

    engine: Engine

    def enter(self, verdicts: Sequence[Verdict], channels: Sequence[str], now: datetime) -> Changes:
        """Write down what changed, in one transaction; what is raised is to be told at the channels."""
        with reading(self.engine) as connection:
            changes = reconcile(_on(connection), verdicts)
        if changes.raised or changes.extended or changes.ended:
            with writing(self.engine) as connection:
                changes = reconcile(_on(connection), verdicts)
                _end(connection, [one.number for one in changes.ended], now)
                for number, until in changes.extended:
                    _set(connection, number, until=to_text(until))
                for alert in changes.raised:
                    _raise(connection, alert, channels, now)
        return changes

    def drop_campaigns(self, followed: Iterable[str], now: datetime) -> None:
        """End what is on of campaigns that are not watched any more."""
        watched = {"", *followed}
        with reading(self.engine) as connection:
            gone = [one.number for one in _on(connection) if one.campaign not in watched]
        if gone:
            with writing(self.engine) as connection:
                _end(connection, gone, now)

    def owed(self, channels: Sequence[str], now: datetime) -> tuple[Owed, ...]:
        """List what is to be told yet at channels that config.yaml still names, the oldest first."""
        alerts, told = schema.alerts.c, schema.alert_channels.c
        query = (
            select(alerts.id, told.channel, alerts.kind, alerts.words)
            .join(schema.alert_channels, told.alert_id == alerts.id)
            .where(told.told_at.is_(None), alerts.raised_at > to_text(now - TRIED_FOR), told.channel.in_(channels))
            .order_by(alerts.id, told.channel)
        )
        with reading(self.engine) as connection:
            return tuple(Owed(*row) for row in connection.execute(query))

    def tell(self, owed: Owed, now: datetime) -> None:
        """Note that an alert was told through a channel."""
        table = schema.alert_channels
        which = (table.c.alert_id == owed.number, table.c.channel == owed.channel)
        with writing(self.engine) as connection:
            connection.execute(update(table).where(*which).values(told_at=to_text(now)))

    def lately(self, now: datetime, since: timedelta) -> tuple[Noticed, ...]:
        """List what is on, and what ended lately, the oldest first."""
        alerts = schema.alerts.c
        columns = (getattr(alerts, name) for name in Noticed.__struct_fields__)
        is_on = or_(alerts.ended_at.is_(None), alerts.ended_at > to_text(now - since))
        with reading(self.engine) as connection:
            return tuple(Noticed(*row) for row in connection.execute(select(*columns).where(is_on).order_by(alerts.id)))


def _on(connection: Connection) -> list[On]:
    alerts = schema.alerts
    return [
        On(row.id, cast("Kind", row.kind), row.key, row.campaign or "", row.until and from_text(row.until))
        for row in connection.execute(select(alerts).where(alerts.c.ended_at.is_(None)).order_by(alerts.c.id))
    ]


def _raise(connection: Connection, alert: Alert, channels: Iterable[str], now: datetime) -> None:
    row = (
        insert(schema.alerts)
        .returning(schema.alerts.c.id)
        .values(
            kind=alert.kind,
            key=alert.key,
            campaign=alert.campaign or None,
            source=alert.source or None,
            since=to_text(alert.since),
            until=None if alert.until is None else to_text(alert.until),
            raised_at=to_text(now),
            words=alert.words,
        )
    )
    number = connection.execute(row).scalar_one()
    for channel in dict.fromkeys(channels):
        connection.execute(insert(schema.alert_channels).values(alert_id=number, channel=channel))


def _end(connection: Connection, numbers: Sequence[int], now: datetime) -> None:
    for number in numbers:
        _set(connection, number, ended_at=to_text(now))


def _set(connection: Connection, number: int, **values: Instant) -> None:
    connection.execute(update(schema.alerts).where(schema.alerts.c.id == number).values(**values))
