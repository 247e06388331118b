"""What `status` says of posts that are gone: how many, why, and whether X was ever asked."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.clock import never
from collector.x.compliance.comply import DeletionsJob, comply
from collector.x.compliance.jobs import Compliance
from collector.x.settings import Settings
from groundswell.cli import run
from storage.batch import Batch
from storage.campaign import Campaign
from storage.post import Deletion
from storage.store import Store
from tests.collector.test_x_over_standin import Clock
from tests.made import item
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.world import World

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CONFIG = """\
campaigns:
  rot: {title: Rot, tags: ["#rot"], time_zone: Asia/Baghdad}
"""
URL = "sqlite:///groundswell.db"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of a campaign; the test stands in its folder."""
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(CONFIG, encoding="utf-8")
    with Store.open(URL) as store:
        store.set_campaigns([Campaign("rot", "Rot", "Asia/Baghdad", ("rot",))], NOW)
        yield store


def save(store: Store, posts: range, gone: dict[int, str]) -> None:
    run_id = store.begin_run("archive", "", NOW)
    at = "2026-11-22T00:00:00.000000Z"
    deletions = [
        Deletion(platform="x", platform_id=str(number), deleted_at=at, reason=why) for number, why in gone.items()
    ]
    items = [item(number, tags=("rot",)) for number in posts]
    store.save(Batch(run_id, "archive", "", NOW, items=items, deletions=deletions))


def line(capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["status"]) == 0
    [told] = [one for one in capsys.readouterr().out.splitlines() if "gone since" in one]
    return told.strip()


def facts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert run(["status", "--json"]) == 0
    told: list[dict[str, object]] = json.loads(capsys.readouterr().out)["campaigns"][0]["attrition"]
    return told


def step(store: Store, url: str, clock: Clock) -> str:
    source = Compliance(Settings(TOKEN, url), now=clock.now)
    try:
        return comply(store, DeletionsJob(source), clock, never()).state
    finally:
        source.close()


def test_never_asked_and_none_gone_are_told_apart(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    save(store, range(1, 4), {})
    assert line(capsys) == "x, gone since: none known of 3 posts and reposts; X was never asked"
    assert facts(capsys)[0]["last_asked"] is None
    clock = Clock(NOW)
    with serving(World((), ()), now=clock.now) as x:
        assert step(store, x.url, clock) == "begun"
        assert line(capsys).endswith("; X was never asked before now: it is being asked")
        clock.moment += timedelta(minutes=2)
        assert step(store, x.url, clock) == "done"
        asked = "X was last asked on 2026-11-23 12:00:00+03:00"
        assert line(capsys) == f"x, gone since: none known of 3 posts and reposts; {asked}"
        clock.moment += timedelta(days=1)
        step(store, x.url, clock)
        assert line(capsys).endswith(f"; {asked}, and is being asked again")
    assert [(one["gone"], one["last_asked"], one["is_asking"]) for one in facts(capsys)] == [
        (0, "2026-11-23T09:00:00Z", True)
    ]


def test_what_is_gone_is_told_by_reason(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    gone = {**dict.fromkeys(range(8), "deleted on X"), **dict.fromkeys(range(8, 12), "account suspended on X"), 12: ""}
    save(store, range(1_200), gone)
    assert line(capsys) == (
        "x, gone since: 13 of 1,200 posts and reposts (1.1%): 8 deleted on X, 4 account suspended on X,"
        " 1 without a reason; X was never asked"
    )
    assert facts(capsys)[0]["reasons"] == {"deleted on X": 8, "account suspended on X": 4, "": 1}


def test_a_share_that_would_round_to_nothing_is_not_told_as_zero(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    save(store, range(1_200), {1: "deleted on X"})
    assert "1 of 1,200 posts and reposts (under 0.1%): 1 deleted on X;" in line(capsys)


def test_of_a_campaign_without_posts_of_xs_nothing_is_said(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"]) == 0
    assert "gone since" not in capsys.readouterr().out
    assert facts(capsys) == []
