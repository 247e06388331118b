"""Real campaigns served as if live, in fast time and with outages: their config.yaml, and what the oracle must know."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from collector.archive import read
from collector.archive.forms import FORMS
from storage.instant import from_text, to_text
from storage.post import Item, Kind
from storage.tag import asked
from tests.collector.oracle import Posted, World
from tests.groundswell.processes import Place

Outages: TypeAlias = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Served:
    """A campaign of real posts, and how they are served."""

    slug: str
    archive: Path
    form: str
    tags: Sequence[str]
    since: datetime
    until: datetime
    starts_at: datetime
    speed: int
    settling: timedelta
    reach: timedelta
    page_size: int
    outages: Outages
    seed: int = 7

    @cached_property
    def world(self) -> World:
        """Tell the oracle what it has to know."""
        unit = timedelta(seconds=FORMS[self.form].resolution)
        edges = (self.since, self.until, self.reach, self.settling, unit)
        return World(*edges, late_share=0.05, seed=self.seed, outages=self.outages, ahead=timedelta(0))

    @cached_property
    def posted(self) -> list[Posted]:
        """Tell the oracle what there is to be had."""
        return [_posted(item) for item in read(self.archive, FORMS[self.form])]

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Tell of each post of the archive, by its id, which kind it is."""
        posts = (item.post for item in read(self.archive, FORMS[self.form]) if item.post)
        return {post.platform_id: "reposts" if post.is_repost else "posts" for post in posts}

    @property
    def wanted(self) -> frozenset[str]:
        """The tags as asked."""
        return frozenset(asked(tag) for tag in self.tags)

    def campaign(self) -> dict[str, Any]:
        """Its section of a config.yaml."""
        edges = {"from": self.since.isoformat(), "until": self.until.isoformat()}
        return {"title": self.slug, "tags": [f"#{tag}" for tag in self.tags], **edges}

    def replay(self) -> dict[str, Any]:
        """Its section of a config.yaml's sources."""
        return {
            "archive": str(self.archive),
            "starts_at": self.starts_at.isoformat(),
            "speed": self.speed,
            "reach": f"{self.reach.days}d",
            "settling": f"{int(self.settling.total_seconds())}s",
            "late_share": 0.05,
            "page_size": self.page_size,
            "seed": self.seed,
            "outages": [{"from": one.isoformat(), "until": other.isoformat()} for one, other in self.outages],
        }


def _posted(item: Item) -> Posted:
    assert item.post is not None
    told = [item.post, *(other for other in item.referred if other.platform_id == item.post.repost_of)]
    tags = frozenset(asked(tag) for post in told for tag in post.hashtags)
    return Posted(item.post.platform_id, from_text(item.post.created_at), tags)


def koch_farms(shared: Path, last_outage: tuple[datetime, datetime]) -> Served:
    """A hoax of one night, with an echo six days later; a day takes a second."""
    return Served(
        "koch",
        shared / "ira/kochfarms_2015.csv",
        "ira",
        ["KochFarms"],
        since=datetime(2015, 11, 26, tzinfo=UTC),
        until=datetime(2015, 12, 4, tzinfo=UTC),
        starts_at=datetime(2015, 11, 26, 20, tzinfo=UTC),
        speed=86_400,
        settling=timedelta(hours=6),
        reach=timedelta(days=90),
        page_size=500,
        outages=(
            (datetime(2015, 11, 26, 23, 20, tzinfo=UTC), datetime(2015, 11, 27, 14, tzinfo=UTC)),
            last_outage,
        ),
    )


def brexit(shared: Path, last_outage: tuple[datetime, datetime]) -> Served:
    """A hundred posts of twelve minutes, two thirds of them reposts; 200 seconds take one."""
    return Served(
        "brexit",
        shared / "x/twarc2/brexit.jsonl",
        "x-v2",
        ["Brexit", "JohnsonOut", "BorisJohnson"],
        since=datetime(2021, 9, 22, 16, 20, tzinfo=UTC),
        until=datetime(2021, 9, 22, 16, 40, tzinfo=UTC),
        starts_at=datetime(2021, 9, 22, 16, 25, tzinfo=UTC),
        speed=200,
        settling=timedelta(seconds=30),
        reach=timedelta(days=7),
        page_size=10,
        outages=(
            (datetime(2021, 9, 22, 16, 27, 30, tzinfo=UTC), datetime(2021, 9, 22, 16, 29, tzinfo=UTC)),
            last_outage,
        ),
    )


def config_of(*served: Served) -> str:
    """Write a config.yaml (JSON is YAML) that follows campaigns through replays."""
    config = {
        "campaigns": {one.slug: one.campaign() for one in served},
        "sources": {"replays": {one.slug: one.replay() for one in served}},
        "schedule": {"collect": "1m"},
    }
    return json.dumps(config)


def is_over(place: Place, one: Served) -> bool:
    """Tell whether all of a campaign is there, or a pass that began when all of it had settled went to its end."""
    source, edges = f"replay:{one.slug}", (to_text(one.since), to_text(one.until))
    complete = (
        "SELECT COUNT(*) FROM coverage WHERE source = ? AND state = 'complete' AND starts_at <= ? AND ends_at >= ?"
    )
    later = "SELECT COUNT(*) FROM runs WHERE source = ? AND state IN ('done', 'failed') AND started_at >= ?"
    is_complete = place.number(complete, source, *edges) == 2 * len(one.tags)
    return is_complete or place.number(later, source, to_text(one.until + one.settling)) > 0
