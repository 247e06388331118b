"""X as a user has it: config.yaml, a key in the environment, `collect` and `status`."""

import csv
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundswell.cli import run
from storage.spending import dollars
from tests.platforms.x.answering import Reads
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN, Access
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import tags_in

NOW = datetime.now(UTC)
MADE = Campaign(
    posts=120, starts_at=NOW - timedelta(hours=30), ends_at=NOW - timedelta(hours=2), tags={"خليها_تخيس": 1}, edited=0
)
CONFIG = """\
campaigns:
  rot:
    title: Let it rot
    tags: ["#خليها_تخيس"]
    from: {since}
sources:
  x:
    budget: {{dollars: {dollars}}}
    url: {url}
"""


@pytest.fixture
def x(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in for X, whose key is in the environment; the test stands in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)
    with serving(made(MADE)) as standin:
        write(standin, 20)
        yield standin


def write(x: StandIn, dollars: float) -> None:
    since = (MADE.starts_at - timedelta(hours=1)).isoformat(timespec="seconds")
    Path("config.yaml").write_text(CONFIG.format(since=since, url=x.url, dollars=dollars), encoding="utf-8")


def test_a_pass_stores_what_x_has_and_status_tells_what_it_did_cost(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect"]) == 0
    _, err = capsys.readouterr()
    assert re.search(r"x-counts: rot: the number of posts in 3[123] stretches; 1 request\n", err)
    assert run(["status"]) == 0
    out, _ = capsys.readouterr()
    month = f"{NOW:%Y-%m}-01"
    posts = x.bill.posts_in_period(NOW, x.settings)
    dollars = f"${x.bill.mills // 1_000}.{x.bill.mills % 1_000:03}".removesuffix("0")
    assert f"X since {month}: {dollars} of $20.00 spent, {posts:,} posts read." in out
    [there] = re.findall(r"x: ([0-9]+) of ([0-9]+) posts are here that X counted in 3[123] stretches, 100\.0%", out)
    assert there[0] == there[1] != "0"


def test_a_budget_that_is_too_small_asks_nothing_and_says_why(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    write(x, 0.2)
    assert run(["collect"]) == 1
    _, err = capsys.readouterr()
    assert "$0.005 of the month's $0.20 for all campaigns are spent, and the next answer may cost $0.25." in err
    assert "Raise the budget in config.yaml" in err
    assert [one.path for one in x.requests] == ["/2/tweets/counts/recent", "/2/usage/tweets"]
    run(["status"])
    out, _ = capsys.readouterr()
    assert re.search(r"x: 0 of [0-9]+ posts are here that X counted in 3[123] stretches, 0\.0%", out)


@pytest.mark.parametrize(
    ("access", "said", "cure"),
    [
        (Access.EXPIRED, "HTTP 401", "Put the app's bearer token"),
        (Access.NOT_ENROLLED, "HTTP 403", "whose plan includes this"),
    ],
)
def test_a_key_that_is_not_taken_is_told_apart_from_one_that_may_too_little(
    x: StandIn, capsys: pytest.CaptureFixture[str], access: Access, said: str, cure: str
) -> None:
    x.change(tokens={TOKEN: access})
    assert run(["collect"]) == 1
    _, err = capsys.readouterr()
    assert said in err
    assert cure in err
    assert x.bill.mills == 0


def test_without_a_key_nothing_is_asked(
    x: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("X_BEARER_TOKEN")
    assert run(["collect"]) == 1
    _, err = capsys.readouterr()
    assert "X_BEARER_TOKEN is not set. Put the app's bearer token" in err
    assert x.requests == []


@pytest.mark.parametrize("status", [200, 401])
def test_the_key_stands_nowhere_with_all_logs_on(
    x: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    if status != 200:
        x.faults.status(status, count=None)
    run(["collect"])
    run(["status", "--json"])
    out, err = capsys.readouterr()
    assert "tweepy" in {record.name.partition(".")[0] for record in caplog.records}
    assert TOKEN not in out + err + caplog.text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "groundswell.db" in written
    assert [path.name for path in written if TOKEN.encode() in path.read_bytes()] == []


def test_a_campaign_runs_on_counts_alone_for_cents(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    config = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(config + "    posts: false\n", encoding="utf-8")
    assert run(["collect"]) == 0
    assert run(["chart", "volume"]) == 0
    assert x.bill.mills == 5
    rows = list(csv.DictReader(Path("charts/rot-volume.csv").read_text(encoding="utf-8").splitlines()))
    counted = sum(int(row["counted"]) for row in rows if row["counted"])
    truth = sum(not one.is_repost and "خليها_تخيس" in tags_in(one) for one in x.index.world.posts)
    assert 0 < counted <= truth
    # Not one of them is here, and none reads as if it were known that there is none.
    assert {row["posts"] for row in rows} == {""}


def test_a_forecast_tells_what_would_be_asked_and_what_it_would_cost_and_asks_nobody(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect", "--dry-run"]) == 0
    out, _ = capsys.readouterr()
    assert re.match(r"x: rot: 1 query, [12] stretch(es)? between 20[-0-9: ]+ and 20[-0-9: ]+ UTC\n", out)
    assert "has not counted these stretches yet" in out
    assert x.requests == []
    assert run(["collect", "--source", "x-counts"]) == 0
    capsys.readouterr()
    write(x, 0.255)
    assert run(["collect", "--dry-run"]) == 0
    out, _ = capsys.readouterr()
    [said] = re.findall(r"  about ([0-9]+) posts, besides what is read again\n  (.*)\n", out)
    posts = int(said[0])
    assert posts > 50
    alone, worst = dollars(posts * 5), dollars(posts * 25)
    assert said[1] == (
        f"{alone} for these alone, {worst} at worst with what comes with them; "
        "$0.25 of the budget are left, enough for 10 to 50"
    )
    assert len(x.requests) == 1


def test_a_bill_that_x_and_we_do_not_agree_on_stops_the_buying(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["collect", "--source", "x-counts"]) == 0
    assert run(["collect", "--source", "x"]) == 0
    x.bill.charge(Reads(posts=frozenset(range(40))), NOW, x.settings)
    asked = len(x.requests)
    assert run(["collect", "--source", "x"]) == 1
    _, err = capsys.readouterr()
    assert "40 more than are known of here. If another program reads with this key" in err
    assert [one.path for one in x.requests[asked:]] == ["/2/usage/tweets"]
    config = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(config + "    key_is_shared: true\n", encoding="utf-8")
    assert run(["collect", "--source", "x"]) == 0


def test_no_post_is_bought_before_x_was_asked_how_many_there_are(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect", "--source", "x"]) == 1
    _, err = capsys.readouterr()
    assert "X was not asked yet how many posts there are" in err
    assert "groundswell collect --source x-counts" in err
    assert [one.path for one in x.requests] == ["/2/usage/tweets"]


@pytest.mark.proof
def test_shares_of_a_sample_have_intervals_and_say_how_many_posts_were_read(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    write(x, 0.8)
    # The campaign is over: how far the budget reaches does not hang on what is left of the month.
    config = Path("config.yaml").read_text(encoding="utf-8")
    ends_at = MADE.ends_at.isoformat(timespec="seconds")
    Path("config.yaml").write_text(config.replace("sources:", f"    until: {ends_at}\nsources:"), encoding="utf-8")
    assert run(["collect", "--source", "x-counts"]) == 0
    run(["collect", "--source", "x"])
    capsys.readouterr()
    assert run(["shares", "--by", "kind", "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(out.splitlines()))
    [(read, counted)] = re.findall(
        r"rot on x: a sample: ([0-9]+) posts read of ([0-9]+) that X counted, [0-9.]+ %", err
    )
    assert 0 < int(read) < int(counted) <= 120
    assert sum(int(row["posts"]) for row in rows) == int(read)
    assert sum(float(row["percent"]) for row in rows) == pytest.approx(100, abs=0.1)
    assert all(float(row["low"]) <= float(row["percent"]) <= float(row["high"]) for row in rows)
    assert any(float(row["low"]) < float(row["high"]) for row in rows)
    # What a sample leaves out is one line of `status`, not hundreds.
    assert run(["status"]) == 0
    out, _ = capsys.readouterr()
    assert re.search(r"\n    [0-9a-z ]+ between [^\n]+: partial, budget: not read, as it did not reach for all\n", out)
    assert out.count("partial, budget") == 1
    # Authors need every post: of the hours of a sample no number is told, and the caption says why.
    assert run(["chart", "volume"]) == 0
    drawn = list(csv.DictReader(Path("charts/rot-volume.csv").read_text(encoding="utf-8").splitlines()))
    assert "True" in {row["sampled"] for row in drawn}
    assert {row["authors"] for row in drawn if row["sampled"] == "True"} == {""}


def test_shares_of_all_posts_are_exact(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["collect"]) == 0
    capsys.readouterr()
    assert run(["shares", "--by", "spelling", "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    assert re.search(r"rot on x: [0-9]+ posts\n", err)
    [row] = csv.DictReader(out.splitlines())
    assert (row["platform"], row["spelling"], row["percent"]) == ("x", "خليها_تخيس", "100.0")
    # An interval is a sample's: without one there is nothing to be unsure of, or nobody knows how much.
    assert (row["low"], row["high"]) == ("", "")


def test_shares_of_an_archive_are_those_of_the_posts_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shared: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "#Brexit"]) == 0
    assert run(["import", str(shared / "x/twarc2/brexit.jsonl")]) == 0
    capsys.readouterr()
    assert run(["shares", "--by", "kind", "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    assert "some are from an archive, which is not checked to be complete" in err
    assert {(row["percent"], row["low"]) for row in csv.DictReader(out.splitlines())} == {("33.33", "")}


def test_shares_of_nothing_are_no_table(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["collect", "--source", "x-counts"]) == 0
    capsys.readouterr()
    assert run(["shares"]) == 1
    out, err = capsys.readouterr()
    assert (out, "no post of rot was read yet" in err) == ("", True)
