"""Ids out, posts in: `export ids` of one store is hydrated into another over the stand-in X, within a budget."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from groundswell.cli import run
from storage.engine import open_engine, reading
from tests.groundswell.processes import ROOT
from tests.platforms.x.answering import Reads
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN, Access
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import tags_in

NOW = datetime.now(UTC)
TAG = "خليها_تخيس"
MADE = Campaign(
    posts=300,
    starts_at=NOW - timedelta(days=90),
    ends_at=NOW - timedelta(days=60),
    tags={TAG: 1},
    deleted=0.1,
    edited=0.05,
    reposts=0.3,
)
CONFIG = """\
campaigns:
  rot:
    title: Let it rot
    tags: ["#خليها_تخيس"]
  other:
    title: Another
    tags: ["#another"]
    budget: {{dollars: 0.2}}
sources:
  x:
    budget: {{dollars: {dollars}}}
    url: {url}
"""


@pytest.fixture
def x(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in for X, whose key is in the environment; the test stands in a folder of its own, with a list of ids."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)
    with serving(made(MADE)) as standin:
        write(standin, 20)
        Path("ids.txt").write_text("\n".join(ids_of(standin)), encoding="utf-8")
        yield standin


def write(x: StandIn, dollars: float) -> None:
    Path("config.yaml").write_text(CONFIG.format(url=x.url, dollars=dollars), encoding="utf-8")


def ids_of(x: StandIn) -> list[str]:
    return [str(one.id) for one in x.index.world.posts if TAG in tags_in(one)]


def there(x: StandIn) -> set[str]:
    return {key for key in ids_of(x) if not x.index.fate(int(key), NOW)}


def ask(sql: str, store: str = "groundswell.db") -> list[tuple[object, ...]]:
    engine = open_engine(f"sqlite:///{Path(store).absolute()}", create=False)
    try:
        with reading(engine) as connection:
            return [tuple(row) for row in connection.execute(text(sql))]
    finally:
        engine.dispose()


def spent() -> int:
    return int(str(ask("SELECT COALESCE(SUM(thousandths), 0) FROM spend WHERE state <> 'released'")[0][0]))


def lookups(x: StandIn) -> int:
    return sum(one.path == "/2/tweets" for one in x.requests)


def test_a_list_is_bought_once_and_what_is_gone_becomes_a_deletion(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    ids, alive = ids_of(x), there(x)
    assert 0 < len(alive) < len(ids)
    assert run(["import", "ids.txt", "--hydrate", "--campaign", "rot"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith(f"{len(alive)} there, {len(ids) - len(alive)} gone, 0 left.\n")
    assert re.search(r"  rot: [1-9][0-9]* more in the campaign\.\n", out)
    assert err == f"ids.txt: {len(ids)} ids.\n"
    assert {key for (key,) in ask("SELECT platform_id FROM deletions")} == set(ids) - alive
    assert spent() == x.bill.mills > 0
    assert ask("SELECT DISTINCT source, state FROM runs") == [("x-lookup", "done"), ("archive", "done")]
    bought = x.bill.mills
    assert run(["import", "ids.txt", "--hydrate"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{len(alive)} there, {len(ids) - len(alive)} gone, 0 left.\n"
    assert f"{len(alive)} of them are in the store and {len(ids) - len(alive)} are known to be gone" in err
    assert (x.bill.mills, lookups(x)) == (bought, -(-len(ids) // 100))


def test_the_ids_of_one_store_bring_the_same_posts_into_another(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "ids.txt", "--hydrate"]) == 0
    assert run(["export", "ids", "--output", "out.txt"]) == 0
    assert run(["import", "out.txt", "--hydrate", "--store", "second.db"]) == 0
    query = """
        SELECT platform_id, text, created_at, repost_of, edited_at FROM posts
        WHERE deleted_at IS NULL AND id IN (SELECT post_id FROM found) ORDER BY platform_id
    """
    assert ask(query, "second.db") == ask(query)
    assert run(["export", "ids", "--store", "second.db"]) == 0
    assert capsys.readouterr().out.endswith(Path("out.txt").read_text(encoding="utf-8"))


def test_an_edited_post_goes_out_under_its_newest_id_and_comes_in_as_one_post(x: StandIn) -> None:
    edited = [one for one in x.index.world.posts if one.versions and not x.index.fate(one.id, NOW)]
    first, last = edited[0].versions[0], edited[0].versions[-1]
    Path("one.txt").write_text(str(first), encoding="utf-8")
    assert run(["import", "one.txt", "--hydrate"]) == 0
    assert run(["export", "ids", "--output", "out.txt"]) == 0
    assert Path("out.txt").read_text(encoding="utf-8") == f"{last}\n"
    # Either id names the post that is here.
    asked = lookups(x)
    assert run(["import", "one.txt", "out.txt", "--hydrate"]) == 0
    assert lookups(x) == asked
    assert run(["import", "out.txt", "--hydrate", "--store", "second.db"]) == 0
    assert ask("SELECT platform_id, text LIKE '%✏' FROM posts JOIN found ON post_id = id", "second.db") == [
        (str(first), 1)
    ]


def test_a_budget_that_ends_says_what_is_left_and_the_same_command_goes_on(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    write(x, 1)
    assert run(["import", "ids.txt", "--hydrate"]) == 1
    out, err = capsys.readouterr()
    [left] = re.findall(r"there, [0-9]+ gone, ([0-9]+) left\.\n", out)
    assert int(left) > 0
    assert "x-lookup: $" in err
    assert "of the month's $1.00 for all campaigns are spent" in err
    assert err.endswith(f"The same command goes on with the {left} that are left.\n")
    assert spent() == x.bill.mills <= 1_000
    assert ask("SELECT * FROM coverage") == []
    write(x, 20)
    assert run(["import", "ids.txt", "--hydrate"]) == 0
    out, _ = capsys.readouterr()
    assert out.endswith(", 0 left.\n")
    assert spent() == x.bill.mills


def test_a_campaign_s_own_budget_pays_for_its_list(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "ids.txt", "--hydrate", "--campaign", "other"]) == 1
    _, err = capsys.readouterr()
    assert "of the month's $0.20 for other are spent" in err
    assert spent() == x.bill.mills <= 200


def test_once_all_of_a_list_is_known_its_stretch_is_given_as_an_import_s_is(x: StandIn) -> None:
    assert run(["import", "ids.txt", "--hydrate"]) == 0
    given = ask("SELECT source, tag, kind, state, starts_at, ends_at FROM coverage ORDER BY kind")
    assert [row[:4] for row in given] == [("archive", "*", kind, "given") for kind in ("posts", "reposts")]
    first, last = ask("""
        SELECT MIN(created_at), MAX(created_at) FROM posts JOIN found ON post_id = id
        WHERE NOT is_repost AND deleted_at IS NULL
    """)[0]
    assert given[0][4] == first
    assert str(given[0][5]) > str(last)


def test_a_forecast_tells_the_cost_and_asks_nobody(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    ids = ids_of(x)
    assert run(["import", "ids.txt", "--hydrate", "--dry-run"]) == 0
    out, _ = capsys.readouterr()
    least, most = len(ids) * 5, len(ids) * 25
    assert out == (
        f"X would be asked for {len(ids)} posts: ${least / 1000:.3f}".removesuffix("0")
        + f" if all are there, without what comes with them, ${most / 1000:.3f}".removesuffix("0")
        + " at worst with it; $20.00 of the budget are left. Those that are gone cost nothing.\n"
    )
    assert (x.requests, Path("groundswell.db").exists()) == ([], False)
    assert run(["import", "ids.txt", "--hydrate"]) == 0
    assert x.bill.mills <= most
    capsys.readouterr()
    assert run(["import", "ids.txt", "--hydrate", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("X would be asked for 0 posts: $0.00")


def test_a_list_of_rounded_ids_is_refused_before_x_is_asked(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    Path("sheet.csv").write_text("tweet_id\n1.19E+18\n", encoding="utf-8")
    assert run(["import", "ids.txt", "sheet.csv", "--hydrate"]) == 1
    _, err = capsys.readouterr()
    assert "sheet.csv: a spreadsheet has rounded the ids (line 2: 1.19E+18). The digits cannot be had back" in err
    assert x.requests == []


def test_a_list_is_read_as_excel_writes_it_and_what_is_no_id_is_named(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    alive = sorted(there(x))[:3]
    lines = "\r\n".join(["id", *(f'"{key}"' for key in alive), "\x1b[31mabc", alive[0]])
    Path("wide.csv").write_bytes(lines.encode("utf-16"))
    assert run(["import", "wide.csv", "--hydrate"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("3 there, 0 gone, 0 left.\n")
    assert err == "wide.csv: 4 ids, 1 of them again.\n  no id of X's: line 5: [31mabc\n"


def test_an_answer_that_was_lost_is_asked_for_again_and_counts_as_spent(
    x: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    x.faults.add(Fault("broken", path="/2/tweets"))
    assert run(["import", "ids.txt", "--hydrate"]) == 0
    assert capsys.readouterr().out.endswith(", 0 left.\n")
    assert spent() > x.bill.mills > 0


@pytest.mark.parametrize("access", [Access.EXPIRED, None])
def test_without_a_key_that_x_takes_nothing_is_bought(
    x: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], access: Access | None
) -> None:
    if access is None:
        monkeypatch.delenv("X_BEARER_TOKEN")
    else:
        x.change(tokens={TOKEN: access})
    assert run(["import", "ids.txt", "--hydrate"]) == 1
    out, err = capsys.readouterr()
    assert "Put the app's bearer token" in err
    assert TOKEN not in out + err
    assert x.bill.mills == 0


def test_a_bill_that_x_and_we_do_not_agree_on_stops_the_buying(x: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    Path("few.txt").write_text("\n".join(sorted(there(x))[:2]), encoding="utf-8")
    assert run(["import", "few.txt", "--hydrate"]) == 0
    x.bill.charge(Reads(posts=frozenset(range(40))), NOW, x.settings)
    asked = lookups(x)
    assert run(["import", "ids.txt", "--hydrate"]) == 1
    assert "40 more than are known of here" in capsys.readouterr().err
    assert lookups(x) == asked


def test_without_x_in_the_config_it_says_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("campaigns: {a: {title: A, tags: ['#a']}}\n", encoding="utf-8")
    (tmp_path / "ids.txt").write_text("1\n", encoding="utf-8")
    assert run(["import", str(tmp_path / "ids.txt"), "--hydrate", "--config", str(tmp_path / "config.yaml")]) == 1
    assert "Write `x:` with a `budget` under `sources`." in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--format", "x-v2"], ["--kind", "posts"], ["--tag", "a"], ["--withdraw", "1"]])
def test_words_about_archives_do_not_go_with_ids(
    x: StandIn, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(["import", "ids.txt", "--hydrate", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to a process alone")
def test_ctrl_c_keeps_what_came_and_pays_for_nothing_that_did_not(x: StandIn) -> None:
    x.faults.add(Fault("slow", path="/2/tweets", seconds=1.5, skip=1))
    process = subprocess.Popen(
        [sys.executable, "-m", "groundswell", "import", "ids.txt", "--hydrate"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while lookups(x) < 2 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    left = len(ids_of(x)) - 200
    assert out.decode().endswith(f"gone, {left} left.\n")
    assert err.decode().endswith(f"The same command goes on with the {left} that are left.\ngroundswell: interrupted\n")
    assert ask("SELECT state FROM runs") == [("stopped",)]
    assert spent() == x.bill.mills
    assert ask("SELECT * FROM leases") == []
