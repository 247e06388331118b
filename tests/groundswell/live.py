"""The program over servers of Mastodon that run here, with its store in either database."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from groundswell.opening import log_file
from storage.errors import StoreNotFound
from storage.query import open_reader
from tests.blank import Database
from tests.groundswell.processes import Place
from tests.platforms.mastodon import Made, MockMastodon

TAGS: Final = ("خلوها_تخيس", "خليها_تخيس")
DAY: Final = timedelta(days=1)

HASTY: Final = """
from dataclasses import replace
from collector.clock import MachineClock
from groundswell import jobs, sources

class Hasty(MachineClock):
    def wait(self, seconds, stop):
        return stop.wait(seconds / 100)

jobs.make = lambda config, name: replace(sources.make(config, name), clock=Hasty())
from groundswell.__main__ import main
main()
"""
"""The program, which waits a hundredth as long between two attempts."""


@dataclass(frozen=True)
class LivePlace(Place):
    """A place whose store may be on a server.

    Attributes:
        url: the store's.
    """

    url: str

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the store; of one that is not there yet, nothing."""
        try:
            with open_reader(self.url) as reader:
                return [tuple(row) for row in reader.rows(sql, values)[1]]
        except StoreNotFound:
            return []

    def log(self) -> str:
        """All that the log says."""
        path = self.folder / log_file(self.url)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def is_complete(self, server: MockMastodon, since: datetime, until: datetime) -> bool:
        """Tell whether all that a server has of each tag in [since, until) is known to be here."""
        return self.coverage(server) == [(tag, "complete", "", _written(since), _written(until)) for tag in TAGS]

    def coverage(self, server: MockMastodon) -> list[tuple[Any, ...]]:
        """What is known of a server's posts: tag, state, reason, from, until."""
        sql = "SELECT tag, state, reason, starts_at, ends_at FROM coverage WHERE server = ? ORDER BY tag, starts_at"
        return self.ask(sql, server.host)

    def found_on(self, server: MockMastodon) -> set[str]:
        """The platform ids of all posts that a server gave."""
        sql = "SELECT platform_id FROM posts JOIN found ON post_id = posts.id WHERE found.server = ?"
        return {row[0] for row in self.ask(sql, server.host)}


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def placed(database: Database, folder: Path) -> Iterator[LivePlace]:
    """Give a folder to run the program in, and an empty store."""
    with database.blank() as url:
        yield LivePlace(folder, url)


def days_ago(days: float) -> datetime:
    """Tell the moment so many days ago, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) - days * DAY


def posts_between(since: datetime, until: datetime, count: int, name: str = "post") -> list[Made]:
    """Make posts at even distances, which have one tag of the campaign's, the other, or both."""
    step = (until - since) / count
    tags = (TAGS[:1], TAGS[1:], TAGS)
    return [
        Made(f"https://home.example/{name}/{n}", since + n * step, tags[n % 3], f"words {n}", domain="home.example")
        for n in range(count)
    ]


def config_of(
    url: str,
    servers: Sequence[str],
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    every: str = "1s",
    replays: Mapping[str, Any] | None = None,
) -> str:
    """Write a config.yaml (JSON is YAML) that follows a campaign on servers."""
    edges = {"from": since, "until": until}
    campaign = {
        "title": "Let it rot",
        "tags": [f"#{tag}" for tag in TAGS],
        **{name: edge.isoformat() for name, edge in edges.items() if edge is not None},
    }
    mastodon = {"contact": "tests@groundswell.example", "servers": list(servers), "every": every}
    config = {
        "campaigns": {"rot": campaign},
        "sources": {"mastodon": mastodon, "replays": dict(replays or {})},
        "store": {"url": url},
    }
    return json.dumps(config)


def asked_again(log: Iterable[str]) -> list[str]:
    """List what a server was asked more than once, each as often as it was too often."""
    return sorted((Counter(log) - Counter(set(log))).elements())
