"""What `groundswell run` notices while it runs: another config.yaml, and files that are dropped into its inbox."""

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from groundswell import problems
from groundswell.config import parse
from groundswell.passes import Passes
from storage.store import Store
from tests.groundswell.processes import Place, stopped, until

BREXIT = "x/twarc2/brexit.jsonl"


def config_of(archive: Path, *tags: str, zone: str = "UTC", title: str = "Brexit") -> str:
    """Write a config.yaml (JSON is YAML) that follows tags through a replay of a minute a tenth second."""
    campaign = {"title": title, "tags": [f"#{tag}" for tag in tags], "time_zone": zone}
    config = {
        "campaigns": {"c": {**campaign, "from": "2021-09-22T16:20Z", "until": "2021-09-22T16:40Z"}},
        "sources": {
            "replays": {"r": {"archive": str(archive), "starts_at": "2021-09-22T16:25:00", "speed": 600}},
            "inbox": {"every": "1s"},
        },
        "schedule": {"collect": "1m"},
    }
    return json.dumps(config, indent=1)


def members(place: Place) -> int:
    """Count the posts of the campaign."""
    return place.number("SELECT COUNT(*) FROM campaign_posts")


def covered(place: Place, tag: str) -> list[tuple[Any, ...]]:
    """What is known of a tag's posts."""
    sql = "SELECT starts_at, ends_at, state FROM coverage WHERE tag = ? AND kind = 'posts' ORDER BY starts_at"
    return [(first[11:19], last[11:19], state) for first, last, state in place.ask(sql, tag)]


def manifest(place: Place) -> dict[str, Any]:
    """Read the manifest of the campaign's chart; empty where there is none."""
    path = place.folder / "charts" / "c-volume.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


WHOLE = [("16:20:00", "16:40:00", "complete")]


@pytest.mark.proof
def test_a_valid_change_is_applied_and_a_wrong_one_refused_while_the_old_goes_on(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT, "JohnsonOut"))
    with place.started("run") as process:
        until(lambda: covered(place, "johnsonout") == WHOLE, process)
        assert members(place) == 23

        place.write(config_of(shared / BREXIT, "JohnsonOut", "Brexit"))
        until(lambda: covered(place, "brexit") == WHOLE, process)
        until(lambda: members(place) == 100, process)
        assert "config.yaml changed and is in force; rules changed: c" in place.log()

        place.write(config_of(shared / BREXIT, "Brexit", zone="Asia/Bagdad"))
        until(lambda: "refused" in place.log(), process)
        sign = "SELECT COUNT(*) FROM meta WHERE key = 'heartbeat' AND value LIKE '%there is no time zone%'"
        until(lambda: place.number(sign), process)
        said = place.do("status").stdout
        place.drop("two.jsonl", (shared / "x/twarc2/two_tweets.jsonl").read_bytes())
        until((tmp_path / "inbox" / "done" / "two.jsonl").exists, process)

        place.write(config_of(shared / BREXIT, "JohnsonOut", "Brexit"))
        until(lambda: "config.yaml says again what is in force" in place.log(), process)
        place.write(config_of(shared / BREXIT, "JohnsonOut", title="Out"))
        until(lambda: members(place) == 23, process)
        until(lambda: manifest(place).get("about", {}).get("title") == "Out", process)
        assert stopped(process)[0] == 0
    refused = [line for line in place.log().splitlines() if "refused" in line]
    assert len(refused) == 1
    assert "there is no time zone `Asia/Bagdad`. Do you mean Asia/Baghdad?" in refused[0]
    told = r"^  config\.yaml as of .* UTC is in force\.\n  It changed since and was refused: .*Asia/Bagdad"
    assert re.search(told, said, re.M)
    assert re.search(r"^Config: as it is now it is refused; .*Do you mean Asia/Baghdad\?", said, re.M)
    assert "#JohnsonOut #Brexit" in said
    assert manifest(place)["about"]["query"] == ["JohnsonOut"]
    assert manifest(place)["posts"] + manifest(place)["reposts"] == 23
    assert covered(place, "brexit") == WHOLE, "what was collected of a tag that was taken out stays known"
    assert place.is_whole()


def test_a_config_that_is_just_being_written_waits_and_one_that_is_gone_is_refused(
    tmp_path: Path, shared: Path
) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT, "Brexit"))
    file = tmp_path / "config.yaml"
    with place.started("run") as process:
        until(lambda: "r: c: " in place.log(), process)
        file.write_text(config_of(shared / BREXIT, "Brexit", title="Half"), encoding="utf-8")
        written = time.time()
        until(lambda: "is in force; rules changed: none" in place.log(), process)
        assert time.time() - written > 0.9
        file.unlink()
        until(lambda: re.search(r"refused, .*config\.yaml: No such file or directory", place.log()), process)
        assert stopped(process)[0] == 0


def test_what_is_dropped_into_the_inbox_is_imported_once_and_what_is_broken_set_aside(
    tmp_path: Path, shared: Path
) -> None:
    place = Place(tmp_path)
    config = json.loads(config_of(shared / BREXIT, "Brexit"))
    del config["sources"]["replays"]
    place.write(json.dumps(config))
    inbox = tmp_path / "inbox"
    with place.started("run") as process:
        until(lambda: "watching c through inbox" in place.log(), process)
        place.drop("words.jsonl", b"some words\n")
        place.drop("counts.jsonl", (shared / "x/twarc2/counts.jsonl").read_bytes())
        place.drop("brexit.jsonl", (shared / BREXIT).read_bytes())
        until((inbox / "done" / "brexit.jsonl").exists, process)
        until(lambda: manifest(place).get("posts", 0) + manifest(place).get("reposts", 0) == 100, process)
        until(lambda: place.log().count("set aside") == 2, process)
        time.sleep(1.5)  # another look at the folder
        assert stopped(process)[0] == 0
    assert members(place) == 100
    assert place.number("SELECT COUNT(*) FROM runs WHERE source = 'archive'") == 1
    aside = {path.name: path for path in (inbox / "set-aside").iterdir()}
    assert sorted(aside) == ["counts.jsonl", "counts.jsonl.why.txt", "words.jsonl", "words.jsonl.why.txt"]
    why = aside["counts.jsonl.why.txt"].read_text(encoding="utf-8")
    assert why.startswith("counts of posts (X API v2): not an archive of posts. Name an archive of posts: ")
    said = [one["what"] for one in place.status()["problems"]]
    assert any(one.startswith("words.jsonl was set aside: not an archive of posts") for one in said)


def test_a_file_of_the_inbox_that_cannot_be_moved_is_named_with_the_cure(
    tmp_path: Path, shared: Path, store: str
) -> None:
    place = Place(tmp_path)
    config = parse("campaigns: {c: {title: C, tags: ['#c']}}\nsources: {inbox: {}}\n", tmp_path / "config.yaml")
    place.drop("two.jsonl", (shared / "x/twarc2/two_tweets.jsonl").read_bytes())
    (tmp_path / "inbox" / "done").write_text("not a folder", encoding="utf-8")
    with Store.open(store) as opened:
        Passes(opened, threading.Event()).receive(config)
        (problem,) = problems.last(opened)
    assert problem.job == "inbox"
    assert problem.what.endswith("done: File exists. Name another place, or move what is there.")
    assert (tmp_path / "inbox" / "two.jsonl").exists()


def test_an_import_that_is_told_to_stop_keeps_what_it_saved_and_its_file(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write("campaigns: {c: {title: C, tags: ['#BlackLivesMatter']}}\nsources: {inbox: {every: 1s}}\n")
    place.drop("long.csv", (shared / "ira/blacklivesmatter_2014_2018.csv").read_bytes())
    with place.started("run") as process:
        until(lambda: place.number("SELECT COUNT(*) FROM posts") > 0, process)
        code, seconds, err = stopped(process)
    assert (code, seconds < 5) == (0, True)
    assert "ERROR" not in err
    assert place.is_closed()
    assert place.ask("SELECT state, error FROM runs") == [("stopped", None)]
    assert 0 < len(place.found()) < 16_657
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["long.csv"]
    assert place.status()["problems"] == []
