"""What is in a file of X v2 pages, read plainly, and how much of it stands in what a program made of the file."""

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

Facts: TypeAlias = set[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Contents:
    """Facts of posts and accounts, each a row of texts that begins with the id of whose fact it is."""

    returned: Facts = field(default_factory=set)
    referred: Facts = field(default_factory=set)
    tags: Facts = field(default_factory=set)
    mentions: Facts = field(default_factory=set)
    likes: Facts = field(default_factory=set)
    media: Facts = field(default_factory=set)
    places: Facts = field(default_factory=set)
    followers: Facts = field(default_factory=set)
    payloads: Facts = field(default_factory=set)


NAMES: Final[Mapping[str, str]] = {
    "returned": "posts that X returned, known as such",
    "referred": "posts that these refer to, with their text",
    "tags": "hashtags of posts",
    "mentions": "mentions in posts",
    "likes": "likes of posts",
    "media": "posts with their pictures and films",
    "places": "posts with their place",
    "followers": "accounts with their followers",
    "payloads": "posts with what X sent of them",
}


class Fact(NamedTuple):
    """A kind of fact: how many the file has, how many of these were kept, and how many others stand beside them."""

    name: str
    there: int
    kept: int
    others: int


def compare(true: Contents, made: Contents) -> Iterator[Fact]:
    """Count what a program made, kind by kind, against what there is."""
    for kind, name in NAMES.items():
        have: Facts = getattr(true, kind)
        got: Facts = getattr(made, kind)
        yield Fact(name, len(have), len(have & got), len(got - have))


def of_pages(source: Path) -> Contents:
    """Read the pages themselves."""
    found = Contents()
    included: dict[str, Mapping[str, Any]] = {}
    with source.open("rb") as lines:
        for line in lines:
            page = json.loads(line)
            around = page.get("includes", {})
            media = {one["media_key"] for one in around.get("media", ())}
            places = {one["id"]: one["full_name"] for one in around.get("places", ())}
            for post in page["data"]:
                found.returned.add((post["id"],))
                found.payloads.add((post["id"],))
                _note(found, post, media, places)
            for post in around.get("tweets", ()):
                included[post["id"]] = post
                _note(found, post, media, places)
            for user in around.get("users", ()):
                found.followers.add((user["id"], str(user["public_metrics"]["followers_count"])))
    found.referred.update((one,) for one in included if (one,) not in found.returned)
    return found


def _note(found: Contents, post: Mapping[str, Any], media: set[str], places: Mapping[str, str]) -> None:
    name, entities = post["id"], post.get("entities", {})
    found.tags.update((name, one["tag"]) for one in entities.get("hashtags", ()))
    found.mentions.update((name, one["username"]) for one in entities.get("mentions", ()))
    found.likes.add((name, str(post["public_metrics"]["like_count"])))
    keys = post.get("attachments", {}).get("media_keys", ())
    if keys and media.issuperset(keys):
        found.media.add((name,))
    if (place := places.get(post.get("geo", {}).get("place_id"))) is not None:
        found.places.add((name, place))


def of_groundswell(store: Path) -> Contents:
    """Read a store of this program."""
    post = "SELECT p.platform_id{more} FROM posts AS p {rest}"
    found = "WHERE {no}EXISTS (SELECT 1 FROM found AS f WHERE f.post_id = p.id)"
    queries = {
        "returned": post.format(more="", rest=found.format(no="")),
        "referred": post.format(more="", rest=found.format(no="NOT ")),
        "tags": post.format(more=", written", rest="JOIN post_hashtags AS h ON h.post_id = p.id"),
        "mentions": post.format(more=", handle", rest="JOIN post_mentions AS m ON m.post_id = p.id"),
        "likes": post.format(more=", likes", rest="JOIN engagement AS e ON e.post_id = p.id"),
        "media": post.format(more="", rest="JOIN post_media AS m ON m.post_id = p.id"),
        "places": post.format(more=", place", rest="WHERE place IS NOT NULL"),
        "followers": "SELECT platform_id, h.followers FROM authors AS a JOIN author_history AS h ON h.author_id = a.id",
        "payloads": post.format(more="", rest="JOIN raw_payloads AS r ON r.post_id = p.id AND body IS NOT NULL"),
    }
    return _of_sqlite(store, queries)


def of_tidy_tweet(store: Path) -> Contents:
    """Read a database of tidy_tweet: it has no followers, no places and no payloads, and no post for a medium."""
    queries = {
        "returned": "SELECT id FROM tweet WHERE directly_collected",
        "referred": "SELECT id FROM tweet WHERE NOT directly_collected",
        "tags": "SELECT source_id, tag FROM hashtag WHERE source_type = 'tweet'",
        "mentions": "SELECT source_id, username FROM mention WHERE source_type = 'tweet'",
        "likes": "SELECT id, like_count FROM tweet",
    }
    return _of_sqlite(store, queries)


def _of_sqlite(store: Path, queries: Mapping[str, str]) -> Contents:
    with closing(sqlite3.connect(store)) as connection:
        return Contents(
            **{
                kind: {tuple(str(value) for value in row) for row in connection.execute(query)}
                for kind, query in queries.items()
            }
        )


def of_twarc_csv(table: Path) -> Contents:
    """Read a table of twarc-csv: a row for each post that X returned."""
    found = Contents()
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["id"]
            found.returned.add((name,))
            found.tags.update((name, tag.removeprefix("#")) for tag in _listed(row["entities.hashtags"]))
            found.mentions.update((name, one.removeprefix("@")) for one in _listed(row["entities.mentions"]))
            found.likes.add((name, row["public_metrics.like_count"]))
            if _listed(row["attachments.media"]):
                found.media.add((name,))
            if row["geo.full_name"]:
                found.places.add((name, row["geo.full_name"]))
            found.followers.add((row["author.id"], row["author.public_metrics.followers_count"]))
    return found


def _listed(cell: str) -> list[Any]:
    return json.loads(cell) if cell else []


READERS: Final[Mapping[str, Callable[[Path], Contents]]] = {"twarc2 csv": of_twarc_csv, "tidy_tweet": of_tidy_tweet}
