"""The demonstration: a made campaign whose truth is known, collected on schedule in fast time, and drawn.

The campaign is served by a replay that misbehaves as real sources do: posts turn up late, it is down twice, and the
second time for longer than it reaches back. What the collector then says is missing is held against the truth.
"""

import json
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pandas as pd
from sqlalchemy import text

from analysis.simulate import Scenario, Simulated, simulate
from analysis.simulated_pages import as_x_v2
from groundswell.charts.draw import draw_all, report
from groundswell.charts.index import write_index
from groundswell.charts.wanted import Drawn, Wanted
from groundswell.config import to_campaigns
from groundswell.coverage import Ledgers, holes_of, ledgers_of
from groundswell.jobs import Runner
from groundswell.journal import keep_journal
from groundswell.opening import lake_folder, log_file, open_store
from groundswell.options import Settings
from storage.coverage import Stretch
from storage.engine import reading
from storage.instant import to_text
from storage.store import Store

SEED: Final = 2019
SPEED: Final = 36_000
"""Ten hours a second."""
SHORT_OUTAGE: Final = (timedelta(days=4, hours=20), timedelta(days=5, hours=1))
LONG_OUTAGE: Final = (timedelta(days=6, hours=2), timedelta(days=7, hours=14))
SETTLING: Final = timedelta(minutes=45)
LOOKS: Final = 0.1
"""Seconds between two looks at whether it is over."""
_LAST_PASS: Final = text(
    "SELECT COUNT(*) FROM runs WHERE source = 'replay:made' AND state = 'done' AND started_at > :over"
)

_MARK: Final = "# Written by `groundswell demo`"
_MADE_FOLDERS: Final = ("charts", "lake")
_MADE_FILES: Final = ("config.yaml", "made-campaign.jsonl", "groundswell.")

_CONFIG: Final = """\
# Written by `groundswell demo`: a made campaign, served as if it were live.
campaigns:
  demo:
    title: "An example with invented posts: {tag}"
    tags: [{tags}]
    time_zone: {zone}
    from: {since}
    until: {until}
sources:
  replays:
    made:
      archive: made-campaign.jsonl
      starts_at: {since}
      speed: {speed}
      reach: 24h
      settling: {settling}m
      late_share: 0.05
      page_size: 500
      outages:
        - {{from: {outages[0][0]}, until: {outages[0][1]}}}
        - {{from: {outages[1][0]}, until: {outages[1][1]}}}
      seed: {seed}
schedule:
  collect: 2h
output:
  bin: 1h
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where there is something to look at: the first chart, the report, and the page that lists all."""

    chart: Drawn
    report: Path
    index: Path


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration came to.

    Attributes:
        made: posts and reposts that the campaign has in truth; collected: those in the store.
        holes: what the collector says is missing of posts.
        hidden: posts that are missing outside of every hole; anything but 0 is a bug.
    """

    config: Path
    places: Places
    made: int
    collected: int
    holes: tuple[Stretch, ...]
    hidden: int


def clear(folder: Path) -> bool:
    """Take away an earlier demonstration; tells whether the folder is free. Nothing else in it is touched."""
    if not folder.exists() or not any(folder.iterdir()):
        return True
    config = folder / "config.yaml"
    if not config.is_file() or not config.read_text(encoding="utf-8").startswith(_MARK):
        return False
    for place in folder.iterdir():
        if place.name in _MADE_FOLDERS:
            shutil.rmtree(place)
        elif place.name.startswith(_MADE_FILES):
            place.unlink()
    return not any(folder.iterdir())


def prepare(folder: Path) -> Path:
    """Write the made campaign and a config.yaml that replays it into a folder; returns the config's path."""
    folder.mkdir(parents=True, exist_ok=True)
    simulated = simulate(Scenario(), SEED)
    with (folder / "made-campaign.jsonl").open("w", encoding="utf-8") as file:
        for page in as_x_v2(simulated):
            file.write(json.dumps(page, ensure_ascii=False) + "\n")
    config = folder / "config.yaml"
    config.write_text(_config_text(simulated.scenario), encoding="utf-8")
    return config


def _config_text(scenario: Scenario) -> str:
    start = scenario.starts_at

    def moment(after: timedelta) -> str:
        return (start + after).isoformat()

    return _CONFIG.format(
        tag=f"#{scenario.tags[0]}",
        tags=", ".join(f'"#{tag}"' for tag in scenario.tags),
        zone=scenario.zone,
        since=moment(timedelta()),
        until=moment(scenario.lasts),
        speed=SPEED,
        settling=SETTLING // timedelta(minutes=1),
        outages=[[moment(edge) for edge in outage] for outage in (SHORT_OUTAGE, LONG_OUTAGE)],
        seed=SEED,
    )


def show(config_file: Path) -> Shown:
    """Run the scheduled collector over the made campaign, draw its charts and hold both against the truth."""
    settings = Settings(config_file, None)
    config = settings.config()
    url = settings.store_url(config)
    scenario = Scenario()
    stop = threading.Event()
    over = scenario.starts_at + scenario.lasts + SETTLING
    with open_store(config, url, datetime.now(UTC)) as store:
        keep_journal(log_file(url), to_stderr=False)
        # All charts take as long as the source reaches back; they are drawn when it is over.
        runner = Runner(settings, config, store, stop, draws_all=False)
        threading.Thread(target=_stop_when_over, args=(store, stop, over), daemon=True).start()
        runner.run()
        campaign = to_campaigns(config)[0]
        wanted = Wanted(campaign, Path(config.output.folder), every=config.output.bin)
        charts = draw_all(store, lake_folder(config), wanted, datetime.now(UTC))
        written = report(store, lake_folder(config), wanted, datetime.now(UTC))
        if not charts or written is None:
            raise RuntimeError("the demonstration collected nothing")
        places = Places(charts[0], written.page, write_index(store, config, datetime.now(UTC)))
        return _judge(config_file, places, store, ledgers_of(store, campaign), simulate(scenario, SEED))


def _stop_when_over(store: Store, stop: threading.Event, over: datetime) -> None:
    """Give the sign to stop when a pass is done that began after the made campaign's time, and all had settled."""
    while not stop.wait(LOOKS):
        with reading(store.engine) as connection:
            if connection.scalar(_LAST_PASS, {"over": to_text(over)}):
                stop.set()


def _judge(config: Path, places: Places, store: Store, ledgers: Ledgers, simulated: Simulated) -> Shown:
    posts = simulated.posts
    with reading(store.engine) as connection:
        found = set(connection.scalars(text("SELECT platform_id FROM posts JOIN found ON post_id = id")))
    missing = posts[~posts["post_id"].isin(found)]
    scenario = simulated.scenario
    window = (scenario.starts_at, scenario.starts_at + scenario.lasts)
    holes = holes_of(ledgers.get(("x", "posts"), ()), *window)
    hidden = sum(not _lies_in(moment, holes) for moment in missing["created_at"])
    return Shown(config, places, len(posts), len(posts) - len(missing), holes, hidden)


def _lies_in(moment: pd.Timestamp, holes: Iterable[Stretch]) -> bool:
    return any(hole.starts_at <= moment < hole.ends_at for hole in holes)
