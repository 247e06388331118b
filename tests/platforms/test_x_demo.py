"""The demonstration over the stand-in for X: it collects, tells what it knows, and comes to the stand-in's own bill."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def demo(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.platforms.x.demo", "--folder", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.proof
def test_a_made_campaign_is_collected_and_ends_with_the_stand_in_s_own_bill(tmp_path: Path) -> None:
    shown = demo(tmp_path / "x", "--seconds", "40")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"demo on x: a sample: [0-9,]+ posts read of [0-9,]+ that X counted", shown.stderr)
    assert re.search(r"own bill: (\$[0-9.,]+); what counts as spent here: \1\.", shown.stdout)
    assert (tmp_path / "x/charts/demo-volume.png").stat().st_size > 10_000


@pytest.mark.proof
def test_real_posts_are_collected_too(tmp_path: Path, shared: Path) -> None:
    shown = demo(tmp_path / "x", "--archive", str(shared / "x/twarc2/blacklivesmatter_2021.jsonl"), "--seconds", "30")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"demo on x: 2[0-9]{2} posts\n", shown.stderr)


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert "holds other things than a demonstration" in demo(tmp_path).stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
