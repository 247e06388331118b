"""What is known by listening: which stretch a connection has completed, and what was missed before it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collector.source import Window, floor
from storage import coverage
from storage.coverage import Ledger, State, Stretch
from storage.post import Kind


@dataclass(frozen=True, slots=True)
class Heard:
    """What one connection has given.

    Attributes:
        since: from when on it listens, or up to when that was written down: the source's clock.
        settling: how long after its own time a post may come.
        unit: the resolution of a post's time.
        last: when the last byte came.
        soiled: where a post belongs that could not be read; in the order of time.
    """

    since: datetime
    settling: timedelta
    unit: timedelta
    last: datetime
    soiled: tuple[Window, ...] = ()

    def plus(self, at: datetime, *, is_soiled: bool = False) -> "Heard":
        """Add that something came; what could not be read is a post of the time before, as late as posts come."""
        soiled = self.soiled
        if is_soiled:
            soiled = (*soiled, Window(floor(at - self.settling, self.unit), floor(at, self.unit) + self.unit))
        return replace(self, last=max(self.last, at), soiled=soiled)

    @property
    def until(self) -> datetime:
        """Find up to when all posts have come."""
        return floor(self.last - self.settling, self.unit)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Tell what is known and not written down yet: complete, or partial/unparsed."""
        if self.until <= self.since:
            return ()
        ledger: Ledger = ()
        for window in self.soiled:
            if (cut := window.within(self.since, self.until)) is not None:
                soiled = Stretch(cut.starts_at, cut.ends_at, State.PARTIAL, coverage.UNPARSED)
                ledger = coverage.write(ledger, soiled)
        return tuple(
            Stretch(tile.starts_at, tile.ends_at, State.COMPLETE) if tile.state is State.NOT_TRIED else tile
            for tile in coverage.tiled(ledger, self.since, self.until)
        )

    def written(self) -> "Heard":
        """Tell what holds once `stretches` are written down."""
        since = max(self.since, self.until)
        return replace(self, since=since, soiled=tuple(one for one in self.soiled if one.ends_at > since))


def began(at: datetime, settling: timedelta, unit: timedelta) -> Heard:
    """Begin to listen: a clock that is told to the second may be late by one."""
    since = floor(at, unit) + unit
    return Heard(since, settling, unit, last=at)


def missed(ledger: Ledger, kind: Kind, since: datetime, reason: str) -> tuple[Stretch, ...]:
    """Tell what was missed before a connection that listens from `since` on; nothing where there never was another.

    Posts may still be had by a search: they are *failed*. Reposts are *lost*.
    """
    if not ledger or ledger[-1].ends_at >= since:
        return ()
    state = State.LOST if kind == "reposts" else State.FAILED
    return (Stretch(ledger[-1].ends_at, since, state, reason),)
