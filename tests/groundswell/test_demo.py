"""`groundswell demo`: a made campaign, collected on schedule and drawn, in an empty folder and with nothing else."""

import re
import signal
import time
from pathlib import Path

import pytest

from tests.groundswell.processes import Place, stopped, until

FILES = ("config.yaml", "groundswell.db", "groundswell.log", "made-campaign.jsonl", "charts", "lake")
CHART = ("demo-volume.png", "demo-volume.svg", "demo-volume.csv", "demo-volume.json")


def made_in(tmp_path: Path) -> Place:
    """The folder where the demonstration of a folder goes."""
    return Place(tmp_path / "groundswell-demo")


def number_in(said: str, pattern: str) -> int:
    """Read the number that stands where a pattern has its group."""
    match = re.search(pattern, said, re.M)
    assert match, said
    return int(match[1].replace(",", ""))


def check(tmp_path: Path, said: str) -> None:
    """Hold what the demonstration left and said against each other."""
    made = made_in(tmp_path)
    assert sorted(path.name for path in made.folder.iterdir()) == sorted(FILES)
    there = {path.name for path in (made.folder / "charts").iterdir()}
    assert there >= {*CHART, "demo-bursts.svg", "demo-report.html", "demo-methods.md", "index.html"}
    assert made.is_whole()
    truth = number_in(said, r"^Truth: +([\d,]+) posts and reposts were made")
    found = number_in(said, r"^Found: +([\d,]+);")
    missing = number_in(said, r"; ([\d,]+) are missing")
    assert (found, missing) == (len(made.found()), truth - found)
    assert number_in(said, r"missing, ([\d,]+) of them in ") == missing
    assert 0.5 * truth < found < truth
    status = made.status()
    assert said.count("\nHole: ") == len(status["campaigns"][0]["coverage"][0]["holes"]) > 0
    for query in re.findall(r'groundswell query --config \S+ "(.*)"', said):
        asked = Place(tmp_path).do("query", "--config", str(made.folder / "config.yaml"), query, "--format", "csv")
        assert (asked.returncode, asked.stderr) == (0, "")
        assert asked.stdout.count("\n") > 1


@pytest.mark.proof
def test_it_runs_in_an_empty_folder_and_once_more_in_the_same(tmp_path: Path) -> None:
    for _ in range(2):
        began = time.monotonic()
        done = Place(tmp_path).do("demo")
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - began < 60
        check(tmp_path, done.stdout)
    assert [path.name for path in tmp_path.iterdir()] == ["groundswell-demo"]


def test_ctrl_c_in_the_middle_ends_it_with_one_line_and_leaves_a_whole_store(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    with Place(tmp_path).started("demo") as process:
        until(lambda: made.number("SELECT COUNT(*) FROM posts") > 50, process)
        code, seconds, err = stopped(process, signal.SIGINT)
    said = err.splitlines()
    assert said[-1] == "groundswell: interrupted"
    assert (code, seconds < 6, len(said)) == (130, True, 3)
    assert made.is_closed()
    assert made.is_whole()
    assert made.number("SELECT COUNT(*) FROM runs WHERE state = 'running'") == 0


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path: Path) -> None:
    made = made_in(tmp_path)
    made.folder.mkdir()
    (made.folder / "config.yaml").write_text("mine", encoding="utf-8")
    done = Place(tmp_path).do("demo")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "holds other things than a demonstration: name another with --folder" in done.stderr
    assert (made.folder / "config.yaml").read_text(encoding="utf-8") == "mine"
