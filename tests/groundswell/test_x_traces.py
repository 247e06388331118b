"""What X's jobs leave behind: nowhere the key, and of a deleted post no word."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundswell.cli import run
from groundswell.jobs import Runner
from groundswell.options import Settings
from groundswell.upkeep import AGAIN, DELETIONS
from storage.store import Store
from tests.groundswell.test_forget import bytes_of, copies_of, unpacked
from tests.groundswell.test_upkeep import asked, until
from tests.groundswell.test_x import MADE
from tests.platforms.x.building import made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn

CONFIG = """\
campaigns:
  rot:
    title: Rot
    tags: ["#خليها_تخيس"]
    from: {since}
sources:
  x:
    budget: {{dollars: 20}}
    url: {url}
    stream: true
    deletions: {{every: 1s}}
    again: {{after: [1s], most_shared: 3}}
"""
URL = "sqlite:///groundswell.db"


@pytest.fixture
def x(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in for X whose key is in the environment; the test stands in a folder with a config.yaml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)
    with serving(made(MADE), job_takes=timedelta(0)) as standin:
        since = (MADE.starts_at - timedelta(hours=1)).isoformat(timespec="seconds")
        Path("config.yaml").write_text(CONFIG.format(since=since, url=standin.url), encoding="utf-8")
        yield standin


def listened(x: StandIn) -> None:
    """Run the scheduled collector until its stream is open."""
    settings, stop = Settings(Path("config.yaml"), None), threading.Event()
    with Store.open(URL) as store:
        thread = threading.Thread(target=Runner(settings, settings.config(), store, stop).run, daemon=True)
        thread.start()
        until(lambda: x.streams.current is not None)
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("status", [200, 401, 403, 503])
def test_the_key_stands_nowhere_whatever_is_asked_for_with_all_logs_on(
    x: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    assert run(["collect", "--source", "x-counts"]) == 0
    assert run(["collect", "--source", "x"]) == 0
    assert run(["export", "ids", "--output", "ids.txt"]) == 0
    if status == 200:
        listened(x)
    else:
        x.faults.status(status, count=2 if status == 503 else None)
    for name in ("x-counts", "x", AGAIN, DELETIONS, DELETIONS):
        run(["collect", "--source", name])
    for words in (
        ["doctor"],
        ["import", "ids.txt", "--hydrate"],
        ["chart", "volume"],
        ["status", "--json"],
        ["shares"],
    ):
        run(words)
    said = capsys.readouterr()
    kinds = {"/2/tweets/search/recent", "/2/tweets/counts/recent", "/2/usage/tweets", "/2/compliance/jobs"}
    assert kinds <= {one.path for one in x.requests}
    told = {record.name.partition(".")[0] for record in caplog.records}
    assert "tweepy" in told
    assert "urllib3" not in told, "it tells the whole address of each request"
    assert TOKEN not in said.out + said.err + caplog.text
    written = files(tmp_path)
    assert {"groundswell.db", "charts/rot-volume.png", "charts/rot-volume.json", "groundswell.log"} <= written.keys()
    assert [name for name, content in written.items() if TOKEN.encode() in content] == []


def test_of_a_post_that_is_deleted_on_x_no_word_is_left(x: StandIn, tmp_path: Path) -> None:
    assert run(["collect", "--source", "x-counts"]) == 0
    assert run(["collect", "--source", "x"]) == 0
    assert run(["chart", "volume"]) == 0
    ours = {str(key) for (key,) in asked("SELECT platform_id FROM posts JOIN campaign_posts ON post_id = posts.id")}
    said = Counter(one.text for one in x.index.posts.values())
    own = (one for key, one in sorted(x.index.posts.items()) if str(key) in ours and not one.versions)
    chosen = [one for one in own if len(one.text) > 40 and said[one.text] == 1][:5]
    texts = [one.text.encode() for one in chosen]
    assert held(tmp_path, texts) >= {"store", "bodies"}
    now = datetime.now(UTC)
    x.put(*(replace(one, deleted_at=now) for one in chosen))
    for _ in range(3):
        time.sleep(1.1)
        assert run(["collect", "--source", DELETIONS]) == 0
    # The chart that showed them is drawn again and says so; the scrub follows what was erased.
    assert run(["chart", "volume"]) == 0
    assert run(["shares"]) == 0
    for words in (["db", "scrub"], ["lake", "refresh"]):
        assert run(words) == 0
    assert held(tmp_path, texts) == set()
    assert "5 of these posts are gone by now" in caption(tmp_path)


def held(folder: Path, texts: list[bytes]) -> set[str]:
    """Name what holds any of some texts: the store's files, its bodies unpacked, other files by name."""
    places = {"store": [bytes_of(URL), *copies_of(URL)], "bodies": list(unpacked(URL).values())}
    places |= {name: [content] for name, content in files(folder).items() if not name.startswith("groundswell.db")}
    return {name for name, contents in places.items() if any(text in one for text in texts for one in contents)}


def caption(folder: Path) -> str:
    return (folder / "charts/rot-volume.svg").read_text(encoding="utf-8")
