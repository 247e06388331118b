"""Stores made up for the benchmarks of the lake: only the tables that the lake reads, of any size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from sqlalchemy import Engine, Table

from storage import schema
from storage.engine import insert_rows, open_engine, writing
from storage.instant import to_text
from storage.lake_marks import IDS_A_PART
from storage.meta import set_meta

Row: TypeAlias = tuple[Any, ...]

PLATFORM: Final = "x"
ROWS_AT_ONCE: Final = 10_000
HASHTAGS: Final = 500
LINKS: Final = 20_000
WORDS: Final = (
    "خليها_تخيس",
    "#let",
    "it",
    "rot",
    "عاجل",
    "boycott",
    "today",
    "الأسعار",
    "https://t.co/abc",
    "now",
)


@dataclass(frozen=True, slots=True)
class Made:
    """What a made-up store holds.

    Attributes:
        days: how many posts each day has, from `first_day` on.
        campaign: the slug of the campaign that all posts are members of.
        authors: how many accounts wrote them.
        repost_share: the share of posts that repost an earlier one of the store.
        seen: how often the followers of each account were told.
        link_share: the share of posts that link somewhere.
    """

    days: Sequence[int]
    first_day: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    campaign: str = "let-it-go"
    authors: int = 100_000
    repost_share: float = 0.4
    seen: int = 5
    link_share: float = 0.25
    seed: int = 1


def make_store(path: Path, made: Made) -> Engine:
    """Write a store with these posts to a new file; returns its engine, which the caller disposes of."""
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        schema.metadata.create_all(connection)
        insert_rows(connection, schema.campaigns, [(1, made.campaign, made.campaign, "Asia/Baghdad")])
    fill_store(engine, made)
    return engine


def fill_store(engine: Engine, made: Made) -> None:
    """Write these posts into a store that has no posts, and one campaign."""
    for table, rows in _tables(made):
        iterator = iter(rows)
        while batch := list(islice(iterator, ROWS_AT_ONCE)):
            with writing(engine) as connection:
                insert_rows(connection, table, batch)
    with writing(engine) as connection:
        set_meta(connection, "revision", "1")


def _tables(made: Made) -> Iterator[tuple[Table, Iterator[Row]]]:
    posts = sum(made.days)
    numbers = range(1, posts + 1)
    yield schema.hashtags, ((number, f"tag{number}") for number in range(1, HASHTAGS + 1))
    yield schema.links, ((number, f"https://example.org/{number}", "example.org") for number in range(1, LINKS + 1))
    yield schema.authors, (_author(number) for number in range(1, made.authors + 1))
    yield schema.author_history, _author_history(made)
    yield schema.posts, _posts(made)
    yield (
        schema.post_ids,
        ((PLATFORM, local, number) for local, number in sorted((_id(n), n) for n in numbers)),
    )
    yield schema.post_hashtags, _post_hashtags(made, posts)
    yield schema.post_links, _post_links(made, posts)
    yield schema.campaign_posts, ((1, number) for number in numbers)
    yield schema.lake_parts, _marks(made)


def _id(number: int) -> str:
    return str(1_200_000_000_000_000_000 + number * 4096)


def _author(number: int) -> Row:
    seen = "2020-01-01T00:00:00.000000Z"
    names = (PLATFORM, _id(number), f"user{number}", f"User {number}")
    return (number, *names, None, None, number % 5000, None, None, seen, seen, None)


def _author_history(made: Made) -> Iterator[Row]:
    """Write what was told of all accounts at one moment, then at the next, as a store gets to know it."""
    for hour in range(made.seen):
        seen = to_text(made.first_day + timedelta(hours=hour))
        for number in range(1, made.authors + 1):
            yield number, PLATFORM, seen, f"user{number}", number % 5000 + hour, None, None


def _posts(made: Made) -> Iterator[Row]:
    """Write posts in order of time; a few authors write most of them, and reposts are of earlier ones."""
    random = np.random.default_rng(made.seed)
    texts = [" ".join(random.choice(WORDS, random.integers(8, 40))) for _ in range(1000)]
    number = 0
    for day, count in enumerate(made.days):
        start = made.first_day + timedelta(days=day)
        micros = np.sort(random.integers(0, 86_400_000_000, count)).tolist()
        writers = (random.zipf(1.3, count) % made.authors + 1).tolist()
        targets = random.integers(0, np.arange(number, number + count) + 1)
        targets[random.random(count) >= made.repost_share] = 0
        for at, author, target in zip(micros, writers, targets.tolist(), strict=True):
            number += 1
            created = to_text(start + timedelta(microseconds=at))
            yield _post(number, created, author, texts[number % len(texts)], target)


def _post(number: int, created: str, author: int, text: str, target: int) -> Row:
    return (
        *(number, PLATFORM, _id(number), author, created, None, 1, created, created, created, None, None),
        *(text, 0, ("ar", "en", None)[number % 3], f"https://x.com/i/status/{_id(number)}"),
        *(int(target > 0), int(number % 7 == 0), int(number % 11 == 0)),
        *(_id(target) if target else None, None, None, None, _id(number)),
        *(None, None, None, None),
    )


def _post_hashtags(made: Made, posts: int) -> Iterator[Row]:
    random = np.random.default_rng(made.seed + 1)
    tags = random.integers(2, HASHTAGS + 1, posts).tolist()
    for number, tag in enumerate(tags, 1):
        yield number, 1, "tag1"
        yield number, tag, f"Tag{tag}"


def _post_links(made: Made, posts: int) -> Iterator[Row]:
    random = np.random.default_rng(made.seed + 2)
    links = random.integers(1, LINKS + 1, posts)
    for number in (np.flatnonzero(random.random(posts) < made.link_share) + 1).tolist():
        yield number, int(links[number - 1])


def _marks(made: Made) -> Iterator[Row]:
    for part in range(made.authors // IDS_A_PART + 1):
        yield "authors", "", str(part), 1
    yield "hashtags", "", "0", 1
    yield "links", "", "0", 1
    for day in range(len(made.days)):
        yield "posts", PLATFORM, (made.first_day + timedelta(days=day)).date().isoformat(), 1
