"""What an app owes: the stand-in's own account, kept from the replies that it wrote."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from tests.platforms.x.answering import Reads
from tests.platforms.x.settings import Settings

MILLS = {"post": 5, "user": 10, "counts/recent": 5, "counts/all": 10}


class Bill:
    """An account.

    Attributes:
        units: how many of each were charged for: `post`, `user`, `counts/recent`, `counts/all`.
        posts_by_day: charged posts per UTC day.
    """

    def __init__(self) -> None:
        self.units: Counter[str] = Counter()
        self.posts_by_day: Counter[date] = Counter()
        self._read_on: dict[date, set[tuple[str, int]]] = {}

    @property
    def mills(self) -> int:
        """Tell what is owed: thousandths of a dollar."""
        return sum(MILLS[unit] * number for unit, number in self.units.items())

    def charge(self, reads: Reads, now: datetime, settings: Settings) -> None:
        """Charge for what was read, each once on a UTC day."""
        today = now.astimezone(UTC).date()
        read = [("post", one) for one in reads.posts] + [("user", one) for one in reads.users]
        if settings.charges_once_a_day:
            before = self._read_on.setdefault(today, set())
            read = [one for one in read if one not in before]
            before.update(read)
        charged = Counter(unit for unit, _ in read)
        self.units += charged + Counter(reads.requests)
        if charged["post"]:
            self.posts_by_day[today] += charged["post"]

    def posts_in_period(self, now: datetime, settings: Settings) -> int:
        """Count the charged posts since the cap last started anew."""
        start = period_start(now, settings.cap_reset_day)
        return sum(number for day, number in self.posts_by_day.items() if day >= start)

    def is_capped(self, now: datetime, settings: Settings) -> bool:
        """Say whether the month's posts are used up."""
        return self.posts_in_period(now, settings) >= settings.cap

    def is_broke(self, settings: Settings) -> bool:
        """Say whether nothing is left to pay with."""
        return settings.credits_mills is not None and self.mills >= settings.credits_mills


def period_start(now: datetime, reset_day: int) -> date:
    """Find the day on which the month of the cap started."""
    today = now.astimezone(UTC).date()
    if today.day >= reset_day:
        return today.replace(day=reset_day)
    last_month = today.replace(day=1) - timedelta(days=1)
    return last_month.replace(day=min(reset_day, last_month.day))
