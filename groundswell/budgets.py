"""What may be spent on a paid source: the limits of a config, and the month that they hold for."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from collector.x.prices import SOURCES
from groundswell.config import Config
from groundswell.config.x import BudgetSection, thousandths
from storage.spending import Limit

_MONTHS: Final = 12
TURN: Final = timedelta(hours=1)
"""X's clock may be behind ours: after the turn of a month its limit holds for so long besides the new one's."""


def limits_of(config: Config, campaign: str, now: datetime) -> tuple[Limit, ...]:
    """Give the limits that X keeps for a campaign: its own, and that of all together."""
    return tuple(_limits(config, campaign, now))


def _limits(config: Config, campaign: str, now: datetime) -> Iterator[Limit]:
    section = config.sources.x
    if section is None:
        return
    own = config.campaigns[campaign].budget if campaign in config.campaigns else None
    for moment in dict.fromkeys(month_began(one, section.month_begins_on) for one in (now - TURN, now)):
        if own is not None:
            yield _limit(own, moment, campaign)
        yield _limit(section.budget, moment, None)


def _limit(budget: BudgetSection, since: datetime, campaign: str | None) -> Limit:
    money = None if budget.dollars is None else thousandths(budget.dollars)
    return Limit(SOURCES, since, budget.posts, money, campaign)


def month_began(now: datetime, day: int) -> datetime:
    """Find when the billing month of a moment began, in UTC; in a month that is too short, on its last day."""
    now = now.astimezone(UTC)
    began = _beginning(now.year, now.month, day)
    if began > now:
        before = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
        began = _beginning(*before, day)
    return began


def month_ends(now: datetime, day: int) -> datetime:
    """Find when the billing month of a moment ends, in UTC."""
    began = month_began(now, day)
    return _beginning(*((began.year, began.month + 1) if began.month < _MONTHS else (began.year + 1, 1)), day)


def _beginning(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, min(day, monthrange(year, month)[1]), tzinfo=UTC)
