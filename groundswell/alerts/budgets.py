"""Budgets: four fifths of what a month may cost are spent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from groundswell.alerts.alert import Alert, Verdict
from storage.spending import Limit, Spent, dollars

LEVEL: Final = 0.8


@dataclass(frozen=True, slots=True)
class Bill:
    """What was spent of a limit, in a month that ends at `ends_at`."""

    limit: Limit
    spent: Spent
    ends_at: datetime


def judge(bills: Iterable[Bill], now: datetime) -> Verdict:
    """Tell which budgets are nearly spent."""
    return Verdict("budget", tuple(_alert(one, now) for one in bills if _share(one) >= LEVEL))


def _share(bill: Bill) -> float:
    """Tell which part is spent, of money or of posts, whichever is more; of a budget of nothing, none."""
    pairs = ((bill.spent.posts, bill.limit.posts), (bill.spent.thousandths, bill.limit.thousandths))
    return max((spent / most for spent, most in pairs if most), default=0.0)


def _alert(bill: Bill, now: datetime) -> Alert:
    campaign = bill.limit.campaign or ""
    return Alert(
        kind="budget",
        key=f"{campaign} {bill.limit.since:%Y-%m-%d}".strip(),
        since=now,
        campaign=campaign,
        words=_words(bill, now),
    )


def _words(bill: Bill, now: datetime) -> str:
    limit, spent, share = bill.limit, bill.spent, _share(bill)
    whose = f"campaign {limit.campaign}" if limit.campaign else "all campaigns together"
    where = f"`budget` of {limit.campaign}" if limit.campaign else "`budget` under sources.x"
    parts = []
    if limit.thousandths:
        parts.append(f"{dollars(spent.thousandths)} of {dollars(limit.thousandths)}")
    if limit.posts:
        parts.append(f"{spent.posts:,} of {limit.posts:,} posts")
    return (
        f"X's budget for {whose} is {share:.0%} spent: {' and '.join(parts)} since {_day(limit.since)}, by our own"
        f" books, what was put aside included. {_forecast(bill, share, now)} When it is spent nothing more is bought"
        f" until {_day(bill.ends_at)}: posts of that time may be lost. To do: raise {where} in config.yaml, or let it"
        " be."
    )


def _forecast(bill: Bill, share: float, now: datetime) -> str:
    if share >= 1:
        return "Nothing is left."
    spent_at = now + (now - bill.limit.since) / share * (1 - share)
    if spent_at >= bill.ends_at:
        return "At the pace of this month it lasts to the month's end."
    return f"At the pace of this month it is spent about {_day(spent_at)}."


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
