"""X v2 posts in any number, made of real ones: ids, authors and times are shifted; tags, links and words are not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

POST_IDS: Final = {"id", "conversation_id"}
USER_IDS: Final = {"author_id", "in_reply_to_user_id"}


def write_posts(source: Path, target: Path, posts: int) -> int:
    """Write a file of pages with at least so many posts, repeating the pages of a file; returns how many."""
    written = 0
    with target.open("wb") as file:
        for line, count in pages_of(source, posts):
            file.write(line + b"\n")
            written += count
    return written


def pages_of(source: Path, posts: int) -> Iterator[tuple[bytes, int]]:
    """Make pages with at least so many posts between them: each as a line, and how many it has."""
    with source.open("rb") as lines:
        pages = [orjson.loads(line) for line in lines if line.strip()]
    made = 0
    for line, count in _copies(pages):
        yield line, count
        made += count
        if made >= posts:
            return


def _copies(pages: list[dict[str, Any]]) -> Iterator[tuple[bytes, int]]:
    first, last = _span(pages)
    shift = 0
    while True:
        for page in pages:
            yield orjson.dumps(_shifted_page(page, shift, (last - first) * shift)), len(page["data"])
        shift += 1


def _span(pages: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    times = [datetime.fromisoformat(post["created_at"]) for page in pages for post in page["data"]]
    return min(times), max(times) + timedelta(seconds=1)


def _shifted_page(page: dict[str, Any], shift: int, later: timedelta) -> dict[str, Any]:
    includes = page["includes"]
    return page | {
        "data": [_shifted_post(post, shift, later) for post in page["data"]],
        "includes": includes
        | {
            "tweets": [_shifted_post(post, shift, later) for post in includes.get("tweets", ())],
            "users": [user | {"id": _moved(user["id"], shift)} for user in includes.get("users", ())],
        },
        "__twarc": page["__twarc"] | {"retrieved_at": _later(page["__twarc"]["retrieved_at"], later)},
    }


def _shifted_post(post: dict[str, Any], shift: int, later: timedelta) -> dict[str, Any]:
    shifted = {key: _moved(value, shift) if key in POST_IDS | USER_IDS else value for key, value in post.items()}
    shifted["created_at"] = _later(post["created_at"], later)
    if "referenced_tweets" in post:
        shifted["referenced_tweets"] = [one | {"id": _moved(one["id"], shift)} for one in post["referenced_tweets"]]
    mentions = post.get("entities", {}).get("mentions")
    if mentions:
        moved = [one | {"id": _moved(one["id"], shift)} if "id" in one else one for one in mentions]
        shifted["entities"] = post["entities"] | {"mentions": moved}
    return shifted


def _moved(number: str, shift: int) -> str:
    return str(int(number) + shift * 10**14) if shift else number


def _later(moment: str, by: timedelta) -> str:
    moved = datetime.fromisoformat(moment) + by
    return moved.strftime("%Y-%m-%dT%H:%M:%S.000Z")
