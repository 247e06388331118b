"""The stand-in for X itself: its made worlds, its independence, its names, its checks of its own replies."""

import ast
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
import yaml

from tests.platforms.x import validation
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.client import Client, Clock
from tests.platforms.x.limits import LIMITS
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.validation import Validation
from tests.platforms.x.world import Post, World, milliseconds, snowflake, tags_in

HERE = Path(__file__).parent / "x"
OURS = {"collector", "storage", "analysis", "groundswell"}
NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
SEARCH = "GET /2/tweets/search/recent"


def test_it_imports_nothing_of_what_it_tests() -> None:
    imported = set()
    for file in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported & OURS == set()


def test_the_same_campaign_makes_the_same_world() -> None:
    campaign = Campaign(posts=300, seed=9)
    assert made(campaign) == made(campaign) != made(Campaign(posts=300, seed=10))


def test_a_made_world_has_of_everything() -> None:
    campaign = Campaign(posts=3_000, seed=1)
    world = made(campaign)
    kinds = Counter(tuple(one.type for one in post.references) for post in world.posts)
    assert set(kinds) == {(), ("retweeted",), ("replied_to",), ("quoted",), ("replied_to", "quoted")}
    assert len({post.id for post in world.posts}) == len(world.posts)
    assert {"ar", "en", "fa", "fr", "qht"} <= {post.lang for post in world.posts}
    wanted = {tag.casefold() for tag in campaign.tags}
    of_it = [post for post in world.posts if tags_in(post) & wanted]
    assert 0.9 < len(of_it) / campaign.posts < 1.1
    assert all(campaign.starts_at <= post.created_at < campaign.ends_at for post in of_it if not post.versions)
    for trait in ("shown_at", "deleted_at", "versions", "media", "reply_to_user", "conversation"):
        assert any(getattr(post, trait) for post in world.posts), trait
    fates = Counter(author.fate(datetime(2027, 1, 1, tzinfo=UTC)) for author in world.authors)
    assert set(fates) == {"", "deleted", "suspended", "protected"}


def test_entities_stand_where_they_say() -> None:
    for post in made(Campaign(posts=1_000, seed=4)).posts:
        for tag in post.entities.get("hashtags", ()):
            assert post.text[tag["start"] : tag["end"]] == f"#{tag['tag']}"
        for name in post.entities.get("mentions", ()):
            assert post.text[name["start"] : name["end"]] == f"@{name['username']}"


def test_an_id_tells_its_time() -> None:
    assert (
        snowflake(datetime(2019, 11, 5, 11, 22, 33, 678_000, tzinfo=UTC)) >> 22 == 1_572_952_953_678 - 1_288_834_974_657
    )
    assert milliseconds(NOW) == 1_793_966_400_000


@pytest.mark.parametrize("names", NAMES)
def test_what_may_be_asked_for_is_what_x_documents(shared: Path, names: str) -> None:
    document = orjson.loads((shared.parent / "specs" / validation.FILES[names]).read_bytes())
    known = NAMES[names]
    for endpoint in ("/2/tweets/search/recent", "/2/tweets/search/stream"):
        documented = {}
        for one in document["paths"][endpoint]["get"]["parameters"]:
            parameter = document["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            if "items" in parameter["schema"]:
                documented[parameter["name"]] = set(parameter["schema"]["items"]["enum"])
        is_stream = endpoint.endswith("stream")
        assert documented.pop("expansions") == (known.stream_expansions if is_stream else known.expansions)
        assert documented == (known.stream_fields if is_stream else known.fields)
    documented_paths = {f"{method.upper()} {path}" for path, one in document["paths"].items() for method in one}
    assert set(LIMITS) <= documented_paths


@pytest.mark.parametrize("names", NAMES)
def test_whatever_is_asked_at_whatever_time_x_allows_the_reply(names: str) -> None:
    world = made(Campaign(posts=800, seed=6, deleted=0.2, edited=0.1, gone_authors=0.3, late=0.1, long=0.1))
    clock = Clock(datetime(2026, 11, 3, tzinfo=UTC))
    known = NAMES[names]
    fields = {name: ",".join(among) for name, among in known.fields.items()}
    asked = {**fields, "expansions": ",".join(known.expansions)}
    kinds = set()
    with serving(world, names=names, now=clock) as x:
        most_passed_on = max(x.index.reposts, key=lambda one: len(x.index.reposts[one]))
        for _ in range(5):
            page = Client(x).json("/tweets/search/recent", asked, query="#letitrot", max_results=100)
            kinds |= {one["type"].rpartition("/")[2] for one in page.get("errors", [])}
            Client(x).json(f"/tweets/{most_passed_on}/retweets", asked)
            Client(x).json("/tweets", asked, ids=",".join(str(one.id) for one in world.posts[::9][:100]))
            clock.turn(hours=20)
    assert kinds == {"resource-not-found", "not-authorized-for-resource"}


@pytest.mark.parametrize(
    "file", ["search_recent_tweets", "search_all_tweets", "get_recent_tweets_count", "get_all_tweets_count"]
)
def test_what_x_did_write_is_allowed(shared: Path, file: str) -> None:
    recorded = yaml.safe_load((shared / f"x/recorded/test_asyncclient_{file}.yaml").read_text(encoding="utf-8"))
    (exchange,) = recorded["interactions"]
    endpoint = f"GET {urlsplit(exchange['request']['uri']).path}"
    body = orjson.loads(exchange["response"]["body"]["string"])
    assert Validation.of("2.166").complaint(endpoint, 200, body) == ""


@pytest.mark.parametrize(
    ("names", "body"),
    [
        ("2.166", {"data": [{"id": "1", "text": "a", "edit_history_post_ids": ["1"]}]}),
        ("2.166", {"data": []}),
        ("2.166", {"data": [{"id": "x", "text": "a"}]}),
        ("2.166", {"includes": {"posts": []}}),
        ("2.166", {"data": [{"id": "1", "text": "a", "public_metrics": {"retweet_count": 1}}]}),
        ("2.166", {"errors": [{"title": "a", "type": "https://api.twitter.com/2/problems/resource-not-found"}]}),
        ("2.167", {"data": [{"id": "1", "text": "a", "edit_history_tweet_ids": ["1"]}]}),
        ("2.167", {"data": [{"id": 1, "text": "a"}]}),
        ("2.167", {"includes": {"tweets": []}}),
        ("2.167", {"errors": [{"title": "a", "type": "https://api.x.com/2/problems/resource-not-found"}]}),
    ],
)
def test_a_reply_that_x_would_not_write_is_found_out(shared: Path, names: str, body: dict[str, object]) -> None:
    assert (shared.parent / "specs").is_dir()
    assert Validation.of(names).complaint(SEARCH, 200, body) != ""


def test_a_reply_that_x_would_not_write_fails_the_test_that_asked(shared: Path) -> None:
    assert shared.is_dir()
    wrong = Post(snowflake(NOW), 1, "#a", entities={"hashtags": [{"start": 0, "end": 2, "tag": "a", "color": "red"}]})
    clock = Clock(NOW)
    clock.turn(minutes=1)
    statuses = []

    def run() -> None:
        with serving(World((wrong,)), names="2.167", now=clock) as x:
            reply = Client(x).get("/tweets/search/recent", {"post.fields": "entities"}, query="#a")
            statuses.append(reply.status_code)

    with pytest.raises(AssertionError, match="does not allow"):
        run()
    assert statuses == [500]


def test_a_share_of_replies_is_checked() -> None:
    with serving(made(Campaign(posts=50)), now=Clock(NOW), validated=0.0) as x:
        assert x.check(SEARCH, 200, {"data": 1}) == ""


@pytest.mark.proof
def test_it_is_quick_enough_for_large_campaigns() -> None:
    started = time.perf_counter()
    world = made(Campaign(posts=200_000))
    assert time.perf_counter() - started < 20
    query = "#خليها_تخيس OR #خلوها_تخيس OR #letitrot"
    asked = {
        "tweet.fields": "author_id,created_at,entities,lang,public_metrics,referenced_tweets,conversation_id",
        "start_time": "2026-10-31T00:00:00Z",
        "query": query,
        "max_results": "500",
    }
    limits = {"GET /2/tweets/search/all": 10_000}
    clock = Clock(NOW)
    with serving(world, now=clock, validated=0.05, limits=limits) as x:
        Client(x).json("/tweets/counts/all", query=query)
        started = time.perf_counter()
        number = 0
        token: dict[str, str] = {}
        while number < 100_000:
            clock.turn(seconds=1)
            page = Client(x).get("/tweets/search/all", asked | token)
            number += 500
            token = {"next_token": orjson.loads(page.content)["meta"]["next_token"]}
        assert number / (time.perf_counter() - started) > 5_000
