"""A lake in memory, of posts that a test makes: all relations that analysis may ask, in the types of the real ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import duckdb
import pandas as pd
import pyarrow as pa

from analysis.ask import Ask
from analysis.bins import STEPS, Grid
from analysis.zone import HOUR, micros
from storage.lake_tables import TABLES

START: Final = datetime(2019, 11, 2, 20, tzinfo=UTC)
ZONE: Final = "America/New_York"  # its clock is changed in the first hours after the start
SLUG: Final = "let-it-go"
Row: TypeAlias = dict[str, Any]


def post(hours: float, author: int | None = 1, **told: Any) -> Row:
    """Make a post that many hours after the start; with `repost_of` (a platform_id) it is a repost."""
    plain: Row = {
        "platform": "x", "lang": "ar", "text": "some words", "tags": (), "links": (), "is_reply": False,
        "is_quote": False, "repost_of": None, "is_member": True,
    }  # fmt: skip
    return {**plain, "created_at": micros(START) + int(hours * HOUR), "author_id": author, **told}


def asking(posts: Iterable[Row], authors: Sequence[Row] = (), history: Sequence[Row] = ()) -> Ask:
    """Make an `ask` over these posts, numbered from 0 if they have no `id`; a tag's key is its small letters.

    Authors that are not given are x's, with the handle `handle_<id>`.
    """
    numbered = [{"id": number, **one} for number, one in enumerate(posts)]
    rows: list[Row] = [
        {
            "platform_id": str(one["id"]),
            "url": f"https://x.com/{one['id']}",
            "is_repost": one["repost_of"] is not None,
            "deleted": False,
            "time_resolution": 1,
            **one,
        }
        for one in numbered
    ]
    members = [{**one, "campaign": SLUG, "post_id": one["id"]} for one in rows if one["is_member"]]
    tags = _numbers(written.lower() for one in rows for written in one["tags"])
    links = _numbers(url for one in rows for url in one["links"])
    told: dict[Any, Row] = {one["id"]: one for one in authors}
    unnamed = {one["author_id"] for one in rows} - {None, *told}
    for number in sorted(unnamed):
        told[number] = {"id": number, "handle": f"handle_{number}"}
    tables: Mapping[str, list[Row]] = {
        "posts": rows,
        "campaign_posts": members,
        "post_hashtags": [
            {"post_id": one["id"], "hashtag_id": tags[written.lower()], "written": written}
            for one in rows
            for written in dict.fromkeys(one["tags"])
        ],
        "post_links": [{"post_id": one["id"], "link_id": links[url]} for one in rows for url in set(one["links"])],
        "hashtags": [{"id": number, "key": key} for key, number in tags.items()],
        "links": [{"id": number, "url": url} for url, number in links.items()],
        "authors": [
            {"platform": "x", "platform_id": f"id_{one['id']}", "deleted": False, **one} for one in told.values()
        ],
        "author_history": list(history),
    }
    lake = duckdb.connect()
    for name, of in tables.items():
        lake.register(name, pa.Table.from_pylist(of, TABLES[name]))
    return lambda sql, **values: lake.execute(sql, values).df()


def _numbers(names: Iterable[Any]) -> dict[Any, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def hourly(hours: int, step: str = "1h", zone: str = ZONE) -> Grid:
    """Cut that many hours from the start on into bins."""
    return Grid.over(START, START + timedelta(hours=hours), STEPS[step], zone)


def covered(grid: Grid, state: Callable[[int, str], str], platforms: Iterable[str] = ("x",)) -> pd.DataFrame:
    """Make the coverage of posts: the state of each bin, by its place, and platform."""
    rows = [
        (start, platform, "posts", state(at, platform), "", 0.5, False)
        for platform in platforms
        for at, start in enumerate(grid.starts)
    ]
    return pd.DataFrame(rows, columns=["bin_start", "platform", "kind", "state", "reason", "share", "sampled"])


def plain(values: "pd.Series[Any]") -> list[Any]:
    """List values, with None for what is not known."""
    return [None if pd.isna(value) else value for value in values]
