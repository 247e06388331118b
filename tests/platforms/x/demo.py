"""The scheduled collector over the stand-in for X, in real time: `make demo-x`.

A made campaign that goes on while it is collected, or archives of real posts: `make demo-x ARCHIVE="FILE ..." TAG=...`.
The budget is too small for all posts, so a sample is read; some posts are deleted meanwhile. In the end the collector
tells what it knows, and its spending is held against the bill of the stand-in, which is its own.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.platforms.x.archives import read
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import World, tags_in

MARK = "# Written by `make demo-x`"
CONFIG = """\
{mark}
campaigns:
  demo:
    title: "Demonstration: X's stand-in"
    tags: [{tags}]
    from: {since}
sources:
  x:
    url: {url}
    archive: {archive}
    every: 5s
    budget: {{dollars: {budget}}}
    counts: {{every: 30s}}
    deletions: {{every: 10s}}
output:
  bin: 1h
"""
DELETED = 20
"""Of so many posts one is deleted meanwhile."""


@dataclass(frozen=True)
class Shown:
    """What is to be collected: which posts there are, of which tags, since when, and for how much."""

    world: World
    tags: tuple[str, ...]
    since: datetime
    budget: float
    archive: str = "recent"


def made_now() -> Shown:
    """Make a campaign that began thirty hours ago and goes on for an hour: X answers 450 times in a quarter."""
    now = datetime.now(UTC)
    campaign = Campaign(posts=6_000, starts_at=now - timedelta(hours=30), ends_at=now + timedelta(hours=1))
    return Shown(made(campaign), tuple(campaign.tags), campaign.starts_at, budget=20)


def archived(paths: Sequence[Path], tag: str | None) -> Shown:
    """Take archives for what X has; without a tag, the one that most posts have."""
    world = read(*paths).world
    found = Counter(one for post in world.posts for one in tags_in(post))
    chosen = tag.lstrip("#") if tag else found.most_common(1)[0][0]
    since = min(post.created_at for post in world.posts)
    return Shown(world, (chosen,), since, budget=100, archive="all")


def show(shown: Shown, folder: Path, seconds: float) -> int:
    """Collect, stop, and tell what came of it; returns the exit code."""
    with serving(shown.world, job_takes=timedelta(0), validated=0.05) as x:
        config = CONFIG.format(
            mark=MARK,
            tags=", ".join(f'"#{tag}"' for tag in shown.tags),
            since=shown.since.isoformat(timespec="seconds"),
            url=x.url,
            archive=shown.archive,
            budget=shown.budget,
        )
        (folder / "config.yaml").write_text(config, encoding="utf-8")
        collect(x, folder, seconds)
        for words in (["status"], ["chart", "volume"], ["shares", "--by", "spelling"]):
            print(f"\n$ groundswell {' '.join(words)}", flush=True)
            subprocess.run(program(*words), cwd=folder, env=environment(), check=True)
        return told(x, folder)


def collect(x: StandIn, folder: Path, seconds: float) -> None:
    """Run the scheduled collector for a while, and have posts deleted meanwhile."""
    print(f"$ groundswell run     # for {seconds:.0f} s, in {folder}", flush=True)
    with subprocess.Popen(program("run"), cwd=folder, env=environment()) as collector:
        try:
            time.sleep(seconds / 2)
            gone_at = datetime.now(UTC).replace(microsecond=0)
            x.put(*(replace(post, deleted_at=gone_at) for post in list(x.index.posts.values())[::DELETED]))
            time.sleep(seconds / 2)
        finally:
            collector.send_signal(signal.SIGINT)
            collector.wait(30)


def told(x: StandIn, folder: Path) -> int:
    """Hold what counts as spent against the bill."""
    sql = "SELECT COALESCE(SUM(thousandths), 0) FROM spend WHERE state IN ('reserved', 'settled')"
    asked = program("query", sql, "--format", "csv")
    answer = subprocess.run(asked, cwd=folder, env=environment(), check=True, capture_output=True, text=True)
    spent = int(answer.stdout.split()[-1])
    print(f"\nThe stand-in's own bill: {dollars(x.bill.mills)}; what counts as spent here: {dollars(spent)}.")
    return 0 if spent >= x.bill.mills else 1


def dollars(mills: int) -> str:
    """Write an amount."""
    return f"${mills / 1_000:,.3f}"


def program(*words: str) -> list[str]:
    """Give a command of the program."""
    return [sys.executable, "-m", "groundswell", *words]


def environment() -> dict[str, str]:
    """Give the environment, with the key of the stand-in."""
    return {**os.environ, "X_BEARER_TOKEN": TOKEN}


def cleared(folder: Path) -> bool:
    """Make room for the demonstration; tells whether there is, as nothing but an earlier one is taken away."""
    config = folder / "config.yaml"
    if config.is_file() and config.read_text(encoding="utf-8").startswith(MARK):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return not any(folder.iterdir())


def main() -> int:
    """Read the words, and show it."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--folder", type=Path, default=Path("x-demo"), help="where everything goes")
    words.add_argument("--archive", type=Path, nargs="*", help="files of real posts, in the place of made ones")
    words.add_argument("--tag", help="which tag of theirs is collected; else the most used")
    words.add_argument("--seconds", type=float, default=100, help="how long is collected")
    said = words.parse_args()
    if not cleared(said.folder):
        words.error(f"{said.folder} holds other things than a demonstration: name another with --folder")
    return show(archived(said.archive, said.tag) if said.archive else made_now(), said.folder, said.seconds)


if __name__ == "__main__":
    sys.exit(main())
