"""Stores with a campaign in them, made for the tests of charts and reports."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from storage.batch import Batch
from storage.campaign import Campaign
from storage.coverage import Key, State, Stretch
from storage.instant import to_text
from storage.store import Store
from tests.made import item

START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=30)
HOUR = timedelta(hours=1)
KEY = Key("x", "search", "", "rot", "posts")
HOSTILE = '<script>alert("x")</script> \u202eevil\u202c & "quoted" =1+1'


def a_campaign(store: Store, title: str = "Rot", zone: str = "UTC", **told: datetime) -> Campaign:
    """Have a campaign watched."""
    campaign = Campaign("rot", title, zone, ("rot",), **told)
    store.set_campaigns([campaign], NOW)
    store.rebuild_membership()
    return campaign


def fill(store: Store, times: Iterable[datetime], *covered: Stretch, text: str = "some words") -> None:
    """Save posts of these times, by three authors, and what is known."""
    items = [
        item(number, text=f"{text} {number}", tags=("rot", "other"), created_at=to_text(at), author="abc"[number % 3])
        for number, at in enumerate(times)
    ]
    run_id = store.begin_run("search", "", NOW)
    store.save(Batch(run_id, "search", "", NOW, items=items, coverage=[(KEY, one) for one in covered]))


def outbreak(days: int = 10, hour: int = 100, posts: int = 60) -> list[datetime]:
    """Make the times of a quiet campaign that breaks out once, for three hours."""
    quiet = [START + at * HOUR for at in range(0, days * 24, 3)]
    loud = [START + (hour + at % 3) * HOUR + timedelta(seconds=at) for at in range(posts)]
    return sorted(quiet + loud)


def whole(days: int) -> Stretch:
    """Say that so many days were read to their end."""
    return Stretch(START, START + timedelta(days=days), State.COMPLETE)
