"""Real posts served by the stand-in for X, in the names of both versions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from tests.platforms.x.archives import read
from tests.platforms.x.client import Client, Clock
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.world import World, tag_key

NOT_POSTS = {"counts.jsonl", "tweets_compliance.jsonl", "users_compliance.jsonl"}


def everything(names: str) -> dict[str, str]:
    """Ask for all that there is."""
    known = NAMES[names]
    fields = {name: ",".join(sorted(among)) for name, among in known.fields.items()}
    return {**fields, "expansions": ",".join(sorted(known.expansions))}


def serve_all(world: World, names: str) -> list[dict[str, object]]:
    """Read every post of a world over HTTP, each reply held against X's document."""
    shown = []
    now = Clock(datetime(2026, 11, 6, 12, tzinfo=UTC))
    with serving(world, now=now, names=names, limits={"GET /2/tweets": 10_000}) as x:
        ids = [str(post.id) for post in world.posts]
        for at in range(0, len(ids), 100):
            asked = ",".join(ids[at : at + 100])
            reply = Client(x).get("/tweets", everything(names), ids=asked)
            assert reply.status_code == 200, reply.text
            shown += orjson.loads(reply.content).get("data", [])
    return shown


@pytest.mark.parametrize("names", NAMES)
def test_what_twarc_wrote_down_is_served_again(shared: Path, names: str) -> None:
    paths = [path for path in sorted((shared / "x/twarc2").glob("*.jsonl")) if path.name not in NOT_POSTS]
    archive = read(*paths)
    shown = {one["id"]: one for one in serve_all(archive.world, names)}
    assert len(shown) == len(archive.world.posts) > 1_500
    assert archive.unread == 1
    said = 0
    for line in (shared / "x/twarc2/blacklivesmatter_2021.jsonl").read_bytes().splitlines():
        for post in orjson.loads(line)["data"]:
            one = shown[post["id"]]
            said += 1
            assert (one["text"], one["created_at"], one["lang"]) == (post["text"], post["created_at"], post["lang"])
            assert one["author_id"] == post["author_id"]
            tags = post.get("entities", {}).get("hashtags")
            assert one.get("entities", {}).get("hashtags") == tags  # type: ignore[attr-defined]
    assert said == 500


@pytest.mark.parametrize("names", NAMES)
def test_posts_of_version_1_1_are_served(shared: Path, names: str) -> None:
    paths = sorted((shared / "x/v1").glob("*.jsonl"))
    archive = read(*paths)
    shown = {str(one["id"]): one for one in serve_all(archive.world, names)}
    assert len(archive.found) == 2_193
    for line in paths[1].read_bytes().splitlines()[:300]:
        post = orjson.loads(line)
        at = datetime.strptime(post["created_at"], "%a %b %d %H:%M:%S %z %Y")
        assert shown[post["id_str"]]["created_at"] == f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def test_a_campaign_of_the_ira_is_searched_on_its_day(shared: Path) -> None:
    archive = read(shared / "ira/kochfarms_2015.csv")
    assert len(archive.found) == 4_652
    now = Clock(datetime(2015, 12, 1, tzinfo=UTC))
    with serving(archive.world, now=now) as x:
        total = Client(x).json("/tweets/counts/recent", query="#kochfarms")["meta"]["total_tweet_count"]
        posts = Client(x).posts(
            "/tweets/search/recent", {"tweet.fields": "entities"}, query="#kochfarms", max_results=100
        )
    assert len(posts) == total > 1_000
    assert all("kochfarms" in {tag_key(tag["tag"]) for tag in post["entities"]["hashtags"]} for post in posts)


@pytest.mark.proof
def test_every_ira_file_is_served(shared: Path) -> None:
    for path in sorted((shared / "ira").glob("*.csv")):
        world = read(path).world
        sample = World(world.posts[:: max(1, len(world.posts) // 200)], world.authors)
        assert len(serve_all(sample, "2.166")) == len(sample.posts)


def test_old_posts_are_counted_in_pages_of_all_time(shared: Path) -> None:
    archive = read(shared / "ira/blacklivesmatter_2014_2018.csv")
    now = Clock(datetime(2019, 1, 1, tzinfo=UTC))
    with serving(archive.world, now=now) as x:
        x.change(limits={"GET /2/tweets/counts/all": 1_000}, counts_page=timedelta(days=31))
        within = {"start_time": "2014-01-01T00:00:00Z", "query": "#blacklivesmatter", "granularity": "day"}
        pages = list(Client(x).pages("/tweets/counts/all", within))
    assert len(pages) == 59
    wanted = {post.id for post in archive.world.posts if not post.is_repost}
    matched = x.index.search("#blacklivesmatter").ids
    assert sum(page["meta"]["total_tweet_count"] for page in pages) == len(matched) > 1_000
    assert set(matched) <= wanted
