"""A small store written straight into the tables, with its marks: what saving does, seen from the lake."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select, update

from storage import schema
from storage.engine import insert_rows, make_ready, open_engine, writing
from storage.lake_marks import mark
from storage.meta import set_meta
from storage.vocabulary import forget_links, number_links

POST = {
    "platform": "x",
    "author_id": 1,
    "created_at": "2019-11-02T10:00:00.000000Z",
    "time_resolution": 1,
    "first_seen_at": "2019-11-03T00:00:00.000000Z",
    "collected_at": "2019-11-03T00:00:00.000000Z",
    "text": "let it rot",
    "text_cut": 0,
    "lang": "en",
    "is_repost": 0,
    "is_reply": 0,
    "is_quote": 0,
}
AUTHOR = {"platform": "x", "first_seen_at": "2019-11-03T00:00:00.000000Z"}

History: TypeAlias = Mapping[tuple[str, str | None], int | None]


class MadeStore:
    """A store whose rows a test writes; every method is one saving transaction with its marks."""

    def __init__(self, place: Path | str, store_id: str = "made") -> None:
        """Make the tables, two campaigns and two hashtags, in a file or in the empty database of a URL."""
        self.engine: Engine = open_engine(f"sqlite:///{place}" if isinstance(place, Path) else place)
        make_ready(self.engine)
        with writing(self.engine) as connection:
            schema.metadata.create_all(connection)
            set_meta(connection, "store_id", store_id)
            for number, slug in ((1, "let-it-go"), (2, "other")):
                campaign = {"id": number, "slug": slug, "title": slug, "time_zone": "Asia/Baghdad"}
                connection.execute(insert(schema.campaigns).values(campaign))
            connection.execute(insert(schema.hashtags), [{"id": 1, "key": "rot"}, {"id": 2, "key": "خليها"}])
            mark(connection, hashtags=[1, 2])

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def add(
        self,
        number: int,
        *,
        tags: Iterable[str] = (),
        links: Iterable[str] = (),
        campaigns: Iterable[int] = (1,),
        **told: Any,
    ) -> None:
        """Save a new post; `told` are columns of its row, `tags` written forms of hashtag 1 or 2, `links` urls."""
        row = {**POST, "platform_id": f"p{number}", "url": f"https://x.com/i/status/{number}", **told}
        with writing(self.engine) as connection:
            connection.execute(insert(schema.posts).values(id=number, **row))
            ids = {"server": row["platform"], "local_id": f"alias{number}", "post_id": number}
            connection.execute(insert(schema.post_ids).values(ids))
            self._tag(connection, number, tags)
            self._enlist(connection, number, campaigns)
            self._mark(connection, number, links=self._link(connection, number, links))

    def change(self, number: int, **told: Any) -> None:
        """Save a later reading of a post; `told` are columns, and perhaps `tags`, `links` or `campaigns`."""
        tags, links, campaigns = (told.pop(name, None) for name in ("tags", "links", "campaigns"))
        with writing(self.engine) as connection:
            before = self._days(connection, number)
            if told:
                connection.execute(update(schema.posts).where(schema.posts.c.id == number).values(told))
            if tags is not None:
                table = schema.post_hashtags
                connection.execute(delete(table).where(table.c.post_id == number))
                self._tag(connection, number, tags)
            if campaigns is not None:
                table = schema.campaign_posts
                connection.execute(delete(table).where(table.c.post_id == number))
                self._enlist(connection, number, campaigns)
            moved = set() if links is None else self._link(connection, number, links)
            self._mark(connection, number, before, moved)

    def erase(self, number: int) -> None:
        """Save a deletion: the row stays, its text and links go."""
        self.change(number, deleted_at="2020-01-01T00:00:00.000000Z", text=None, links=())

    def put_author(self, number: int, *, history: History = MappingProxyType({}), **told: Any) -> None:
        """Save an author, new or not, and their followers by (server, observed_at)."""
        authors, counted = schema.authors, schema.author_history
        with writing(self.engine) as connection:
            connection.execute(delete(authors).where(authors.c.id == number))
            connection.execute(delete(counted).where(counted.c.author_id == number))
            row = {**AUTHOR, "platform_id": f"a{number}", **told}
            connection.execute(insert(authors).values(id=number, **row))
            insert_rows(connection, counted, [(number, *at, "h", count, 1, 1) for at, count in history.items()])
            mark(connection, authors=[number])

    def _tag(self, connection: Connection, number: int, tags: Iterable[str]) -> None:
        for tag in set(tags):
            row = {"post_id": number, "hashtag_id": 1 if tag.isascii() else 2, "written": tag}
            connection.execute(insert(schema.post_hashtags).values(row))

    def _link(self, connection: Connection, number: int, urls: Iterable[str]) -> set[int]:
        """Give a post these links and no others; returns which came into the store or went."""
        table = schema.post_links
        mine = table.c.post_id == number
        before = set(connection.scalars(select(table.c.link_id).where(mine)))
        numbers, fresh = number_links(connection, urls)
        connection.execute(delete(table).where(mine))
        insert_rows(connection, table, [(number, link) for link in numbers.values()])
        return fresh | forget_links(connection, before)

    def _enlist(self, connection: Connection, number: int, campaigns: Iterable[int]) -> None:
        for campaign in set(campaigns):
            row = {"campaign_id": campaign, "post_id": number}
            connection.execute(insert(schema.campaign_posts).values(row))

    def _mark(
        self,
        connection: Connection,
        number: int,
        more: Iterable[tuple[str, str]] = (),
        links: Iterable[int] = (),
    ) -> None:
        mark(connection, days={*self._days(connection, number), *more}, links=links)

    def _days(self, connection: Connection, number: int) -> set[tuple[str, str]]:
        """Name the days of a post and of its reposts."""
        post, posts = (table.alias() for table in (schema.posts, schema.posts))
        names = [f"p{number}", f"alias{number}"]
        mine = select(post.c.platform, post.c.created_at).where(post.c.id == number)
        theirs = select(posts.c.platform, posts.c.created_at).where(posts.c.repost_of.in_(names))
        return {(platform, at[:10]) for query in (mine, theirs) for platform, at in connection.execute(query)}


def truth(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Say what each relation of the lake has to hold, sorted: slowly, in Python, from the tables alone."""
    with engine.connect() as connection:
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in schema.metadata.sorted_tables
        }
    by_name = {(post["platform"], post["platform_id"]): post for post in rows["posts"]}
    by_id = {post["id"]: post for post in rows["posts"]}
    by_alias = {(row["server"], row["local_id"]): by_id[row["post_id"]] for row in rows["post_ids"]}
    slugs = {row["id"]: row["slug"] for row in rows["campaigns"]}
    tags = defaultdict(list)
    links = defaultdict(list)
    for row in rows["post_hashtags"]:
        tags[row["post_id"]].append(row)
    for row in rows["post_links"]:
        links[row["post_id"]].append(row)
    kinds = ("is_repost", "is_reply", "is_quote")

    def speaker(post: dict[str, Any]) -> dict[str, Any]:
        name = (post["platform"], post["repost_of"])
        return by_alias.get(name) or by_name.get(name) or post

    relations = {
        "posts": [
            (
                *(post[name] for name in ("id", "platform", "platform_id", "author_id")),
                *(micros(post["created_at"]), post["time_resolution"], post["deleted_at"] is not None),
                *(speaker(post)["text"], post["lang"], post["url"], *(bool(post[kind]) for kind in kinds)),
                *(post[name] for name in ("repost_of", "reply_to", "quote_of", "conversation")),
            )
            for post in rows["posts"]
        ],
        "campaign_posts": [
            (
                *(slugs[row["campaign_id"]], post["id"], post["platform"], post["author_id"]),
                *(micros(post["created_at"]), *(bool(post[kind]) for kind in kinds), post["lang"]),
            )
            for row in rows["campaign_posts"]
            for post in [by_id[row["post_id"]]]
        ],
        "post_hashtags": [
            (post["id"], micros(post["created_at"]), post["platform"], row["hashtag_id"], row["written"])
            for post in rows["posts"]
            for row in tags[speaker(post)["id"]]
        ],
        "post_links": [
            (post["id"], micros(post["created_at"]), post["platform"], row["link_id"])
            for post in rows["posts"]
            for row in links[speaker(post)["id"]]
        ],
        "hashtags": [(row["id"], row["key"]) for row in rows["hashtags"]],
        "links": [(row["id"], row["url"], row["domain"]) for row in rows["links"]],
        "authors": [
            (
                *(row[name] for name in ("id", "platform", "platform_id", "handle", "display_name", "followers")),
                *(row["created_at"] and micros(row["created_at"]), row["deleted_at"] is not None),
            )
            for row in rows["authors"]
        ],
        "author_history": [
            (row["author_id"], row["server"], row["observed_at"] and micros(row["observed_at"]), row["followers"])
            for row in rows["author_history"]
            if row["followers"] is not None
        ],
    }
    return {table: sorted(found, key=repr) for table, found in relations.items()}


def listed(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """List a frame's rows as `truth` does: sorted, with None for what is missing."""
    rows = [[None if pd.isna(value) else value for value in row] for row in frame.astype(object).to_numpy()]
    return sorted((tuple(row) for row in rows), key=repr)


def micros(instant: str) -> int:
    """Count microseconds since 1970 from an instant's text, by the calendar's arithmetic alone."""
    year, month, day = (int(part) for part in instant[:10].split("-"))
    hour, minute, second = (int(part) for part in instant[11:19].split(":"))
    before = [
        31,
        28 + (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
    ]
    years = year - 1
    days = years * 365 + years // 4 - years // 100 + years // 400 + sum(before[: month - 1]) + day - 719163
    return ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + int(instant[20:26])
