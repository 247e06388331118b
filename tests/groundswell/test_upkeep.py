"""What the program asks X besides for new posts, over the stand-in: what is gone, what has grown, and the stream."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from groundswell.config import load
from groundswell.jobs import SOURCE, Runner
from groundswell.options import Settings
from groundswell.passed import Passed
from groundswell.upkeep import AGAIN, DELETIONS, Upkeep, upkeep_of
from storage.engine import reading
from storage.store import Store
from tests.groundswell.processes import age
from tests.groundswell.test_x import MADE, TOKEN, run
from tests.platforms.x.building import made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import Access
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Post, snowflake, tags_in

CONFIG = """
campaigns:
  rot:
    title: Rot
    tags: ["#خليها_تخيس"]
    from: {since}
sources:
  x:
    budget: {{dollars: 20}}
    url: {url}
    {more}
"""
PATIENCE = 20.0


@pytest.fixture
def x(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in for X whose key is in the environment; the test stands in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)
    with serving(made(MADE), job_takes=timedelta(0)) as standin:
        yield standin


def write(x: StandIn, more: str = "") -> None:
    since = (MADE.starts_at - timedelta(hours=1)).isoformat(timespec="seconds")
    Path("config.yaml").write_text(CONFIG.format(since=since, url=x.url, more=more), encoding="utf-8")


def until(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends_at, "it did not come to be"
        time.sleep(0.05)


def asked(query: str) -> list[tuple[object, ...]]:
    with Store.open("sqlite:///groundswell.db", create=False) as store, reading(store.engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def delete(x: StandIn, count: int) -> set[str]:
    """Have some of the campaign's posts deleted on X just now; names them."""
    keys = {str(key) for (key,) in asked("SELECT platform_id FROM posts JOIN campaign_posts ON post_id = posts.id")}
    chosen = [post for post in x.index.posts.values() if str(post.id) in keys and not post.versions][:count]
    now = datetime.now(UTC)
    x.put(*(replace(post, deleted_at=now) for post in chosen))
    return {str(post.id) for post in chosen}


def test_a_config_without_a_word_of_it_has_deletions_asked_for_and_nothing_that_costs(x: StandIn) -> None:
    write(x)
    assert set(upkeep_of(load(Path("config.yaml")))) == {DELETIONS}


def test_what_is_gone_from_x_loses_its_words_and_status_says_so(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    write(x, "deletions: {every: 1s}")
    assert run(["collect"]) == 0
    before = x.bill.mills
    gone = delete(x, 3)
    for _ in range(3):
        time.sleep(1.1)
        assert run(["collect", "--source", DELETIONS]) == 0
    assert x.bill.mills == before
    texts = dict(asked("SELECT platform_id, text FROM posts WHERE deleted_at IS NOT NULL"))
    assert gone <= texts.keys()
    assert set(texts.values()) == {None}
    capsys.readouterr()
    assert run(["status"]) == 0
    out, _ = capsys.readouterr()
    assert re.search(r"x, gone since: [0-9]+ of 89 posts and reposts .*: .*deleted on X.*; X was last asked on 20", out)


def test_a_post_is_read_again_at_its_age_for_the_price_of_a_post(x: StandIn) -> None:
    write(x)
    assert run(["collect"]) == 0
    [(key, created_at)] = asked("SELECT platform_id, created_at FROM posts WHERE NOT is_repost LIMIT 1")
    # The post comes to this age a moment after it was read; all others did before, or are yet to.
    age = (datetime.now(UTC) - datetime.fromisoformat(str(created_at))).total_seconds() + 1
    write(x, f"again: {{after: [{age:.0f}s]}}\n    charges: {{again_on_the_same_day: true}}")
    before = x.bill.mills
    x.change(charges_once_a_day=False)
    time.sleep(2.5)
    assert run(["collect", "--source", AGAIN]) == 0
    [lookup] = [one for one in x.requests if one.path == "/2/tweets"]
    assert str(key) in lookup.params["ids"].split(",")
    read = len(lookup.params["ids"].split(","))
    assert x.bill.mills - before == 5 * read
    observed = "SELECT COUNT(*) FROM engagement JOIN posts ON posts.id = post_id WHERE platform_id = "
    assert asked(f"{observed}'{key}'") == [(2,)]


def test_a_key_that_may_not_ask_for_deletions_ends_a_pass_with_1_and_says_why(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    write(x)
    assert run(["collect"]) == 0
    x.change(tokens={TOKEN: Access.NOT_ENROLLED})
    with Store.open("sqlite:///groundswell.db") as store:
        store.set_note("x_deletions", None)
    assert run(["collect", "--source", DELETIONS]) == 1
    _, err = capsys.readouterr()
    assert "x-deletions: HTTP 403" in err
    assert "whose plan includes this" in err


def test_without_a_key_nothing_is_done_and_nothing_is_said(x: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    write(x, "stream: true")
    monkeypatch.delenv("X_BEARER_TOKEN")
    with Store.open("sqlite:///groundswell.db") as store:
        upkeep = Upkeep(store, threading.Event())
        config = load(Path("config.yaml"))
        assert {upkeep.run(name, config) for name in upkeep_of(config)} == {Passed()}
    assert x.requests == []


def test_a_campaign_with_a_budget_of_its_own_is_not_streamed(x: StandIn) -> None:
    write(x, "stream: true")
    assert "x-stream" in upkeep_of(load(Path("config.yaml")))
    config = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(config.replace("    from:", "    budget: {dollars: 1}\n    from:"), encoding="utf-8")
    assert "x-stream" not in upkeep_of(load(Path("config.yaml")))


def test_run_listens_to_the_stream_until_config_yaml_says_otherwise(x: StandIn) -> None:
    write(x, "stream: true\n    posts: false")
    settings = Settings(Path("config.yaml"), None)
    stop = threading.Event()
    with Store.open("sqlite:///groundswell.db") as store:
        runner = Runner(settings, settings.config(), store, stop)
        thread = threading.Thread(target=runner.run, daemon=True)
        thread.start()
        try:
            until(lambda: x.streams.current is not None)
            template = next(post for post in x.index.posts.values() if not post.is_repost and tags_in(post))
            fresh = _written_now(template)
            x.put(*fresh)
            keys = ", ".join(f"'{post.id}'" for post in fresh)
            came = f"SELECT COUNT(*) FROM found JOIN posts ON posts.id = post_id WHERE platform_id IN ({keys})"
            until(lambda: asked(came) == [(3,)])
            assert asked("SELECT DISTINCT source FROM found") == [("x-stream",)]
            write(x, "posts: false")
            age(Path("config.yaml"))
            runner._guarded("config.yaml", lambda: None)  # what every job does first
            until(lambda: f"{SOURCE}x-stream" not in runner._threads.running(besides=""))
        finally:
            stop.set()
            thread.join(20)
    assert not thread.is_alive()


def _written_now(template: Post) -> list[Post]:
    """Make posts like another one that are written within the next second."""
    now = datetime.now(UTC)
    return [
        replace(template, id=snowflake(now + timedelta(milliseconds=300 + 100 * number), number), deleted_at=None)
        for number in range(3)
    ]
