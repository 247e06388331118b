"""The main job on real input: `groundswell run` over replays of real campaigns, in fast time, with outages.

What the source could still give is told by tests/collector/oracle.py, which imports nothing of the collector,
from the beginning and end of each pass as the store has them.
"""

import csv
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storage.instant import from_text
from tests.collector import oracle
from tests.collector.oracle import Pass
from tests.groundswell.processes import Place, stopped, until
from tests.groundswell.served import Served, brexit, config_of, is_over, koch_farms

FOR_EVER = datetime(2030, 1, 1, tzinfo=UTC)
CODES = {
    ("not tried", ""): oracle.NOT_TRIED,
    ("failed", "HTTP 503 Service Unavailable"): oracle.FAILED,
    ("partial", "settling"): oracle.SETTLING,
}
RANKS = ("not tried", "failed", "lost", "given", "partial")


def passes_of(place: Place, one: Served) -> list[Pass]:
    """Read from the store when each pass began and ended."""
    sql = "SELECT started_at, finished_at, state FROM runs WHERE source = ? ORDER BY id"
    return [
        pass_of(from_text(first), from_text(last), one, is_broken_off=state not in ("done", "failed"))
        for first, last, state in place.ask(sql, f"replay:{one.slug}")
    ]


def pass_of(first: datetime, last: datetime, one: Served, *, is_broken_off: bool) -> Pass:
    """Make a pass; of one that an outage cut short it is only known what it may have found."""
    whole = Pass(first, last, one.wanted, frozenset(), frozenset(), is_broken_off)
    if oracle.outcome(whole, one.world) != "in part":
        return whole
    there = (post for post in one.posted if first < post.created_at + one.reach)
    found = frozenset(post.platform_id for post in there if oracle.turns_up(post, one.world) <= last)
    return replace(whole, given=found)


def check_posts(place: Place, one: Served, passes: Sequence[Pass]) -> set[str]:
    """Hold what is stored against what could be had; returns what is stored."""
    must, may = oracle.givable(one.posted, passes, one.world)
    stored = place.found() & {post.platform_id for post in one.posted}
    assert must - stored == set(), "posts that could be had are missing"
    assert stored - may == set(), "posts are there that could not be had"
    return stored


def check_holes(one: Served, passes: Sequence[Pass], covered: Any) -> None:
    """Hold the holes that `status` names against what must be known of each second."""
    assert (moment(covered["starts_at"]), moment(covered["ends_at"])) == (one.since, one.until)
    named = np.full((one.until - one.since) // oracle.SECOND, oracle.COMPLETE, np.uint8)
    for hole in covered["holes"]:
        first, last = (-((one.since - moment(hole[edge])) // oracle.SECOND) for edge in ("starts_at", "ends_at"))
        named[first:last] = CODES[hole["state"], hole["reason"]]
    for tag in one.wanted:
        possible = np.frombuffer(oracle.possible(tag, passes, one.world), np.uint8)
        wrong = np.flatnonzero((possible >> named) & 1 == 0)
        assert not len(wrong), f"{tag} {wrong[0]}: {named[wrong[0]]}, not {possible[wrong[0]]:06b}"


def moment(text: str) -> datetime:
    """Read a time of `status --json` or of a chart's CSV."""
    return datetime.fromisoformat(text)


def chart_of(place: Place, one: Served) -> list[dict[str, str]]:
    """Read the numbers of a campaign's chart; none where it is not drawn yet."""
    path = place.folder / "charts" / f"{one.slug}-volume.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def states_of(bins: Sequence[dict[str, str]], kind: str) -> list[str]:
    """The state of each bin of a chart."""
    return [one[f"state_{kind}"].replace("_", " ") for one in bins]


def states_by(bins: Sequence[dict[str, str]], holes: Sequence[Any]) -> list[str]:
    """The state that each bin of a chart must have by holes: the lowest of any instant in it."""
    states = []
    for one in bins:
        first, last = moment(one["bin_start"]), moment(one["bin_end"])
        within = [hole for hole in holes if moment(hole["starts_at"]) < last and moment(hole["ends_at"]) > first]
        states.append(min((hole["state"] for hole in within), key=RANKS.index, default="complete"))
    return states


def is_drawn(place: Place, one: Served) -> bool:
    """Tell whether a campaign's chart counts all that is stored of it, and names what `status` does."""
    bins = chart_of(place, one)
    sql = "SELECT COUNT(*) FROM campaign_posts JOIN campaigns ON id = campaign_id WHERE slug = ?"
    counted = sum(int(row[kind] or 0) for row in bins for kind in ("posts", "reposts"))
    return bool(bins) and moment(bins[-1]["bin_end"]) >= one.until and counted == place.number(sql, one.slug)


def check_chart(place: Place, one: Served, standing: Any) -> None:
    """Hold a chart's CSV and manifest against `status`."""
    bins = chart_of(place, one)
    manifest = json.loads((place.folder / "charts" / f"{one.slug}-volume.json").read_text(encoding="utf-8"))
    for covered in standing["coverage"]:
        states = states_by(bins, covered["holes"])
        assert states_of(bins, covered["kind"]) == states
        assert sum(manifest["coverage"][covered["kind"]].values()) == len(bins)
        assert manifest["coverage"][covered["kind"]].get("complete", 0) == states.count("complete")
    assert (manifest["posts"], manifest["reposts"]) == (standing["posts"], standing["reposts"])


@contextmanager
def running(place: Place, served: Sequence[Served]) -> Iterator["subprocess.Popen[str]"]:
    """Run the collector over replays."""
    place.folder.mkdir()
    place.write(config_of(*served))
    with place.started("run") as process:
        yield process


def ended(place: Place, served: Sequence[Served], process: "subprocess.Popen[str]") -> Any:
    """Stop a collector when all has settled and is drawn; returns what `status` says then."""
    until(lambda: all(is_over(place, one) for one in served), process)
    # When the passes are over, all charts of both may just have begun to be drawn; the first ones follow a rest later.
    until(lambda: all(is_drawn(place, one) for one in served), process, patience=150)
    code, seconds, err = stopped(process)
    assert (code, seconds < 5) == (0, True), err
    assert "this is a bug" not in err
    assert place.is_whole()
    return place.status()


def check_all(place: Place, served: Sequence[Served], standing: Any) -> dict[str, set[str]]:
    """Hold the end of a run against the oracle; returns the posts stored of each campaign."""
    stored = {}
    for one, followed in zip(served, standing["campaigns"], strict=True):
        passes = passes_of(place, one)
        stored[one.slug] = check_posts(place, one, passes)
        assert {covered["kind"] for covered in followed["coverage"]} == {"posts", "reposts"}
        for covered in followed["coverage"]:
            check_holes(one, passes, covered)
        check_chart(place, one, followed)
        assert followed["posts"] + followed["reposts"] == len(stored[one.slug])
    return stored


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_the_store_holds_what_could_be_had_and_status_and_charts_name_the_holes_that_are_left(
    shared: Path, tmp_path: Path
) -> None:
    short, endless = Place(tmp_path / "short"), Place(tmp_path / "endless")
    all_back = [
        koch_farms(shared, (datetime(2015, 11, 30, tzinfo=UTC), datetime(2015, 12, 3, 16, 20, tzinfo=UTC))),
        brexit(shared, (datetime(2021, 9, 22, 16, 33, tzinfo=UTC), datetime(2021, 9, 22, 16, 35, 30, tzinfo=UTC))),
    ]
    never_back = [
        koch_farms(shared, (datetime(2015, 12, 3, 12, tzinfo=UTC), FOR_EVER)),
        brexit(shared, (datetime(2021, 9, 22, 16, 34, 10, tzinfo=UTC), FOR_EVER)),
    ]
    with running(short, all_back) as one:
        check_outages_shorter_than_the_reach(short, all_back, ended(short, all_back, one))
    with running(endless, never_back) as other:
        check_outages_to_the_end(endless, never_back, ended(endless, never_back, other))


def check_outages_shorter_than_the_reach(place: Place, served: Sequence[Served], standing: Any) -> None:
    """Two outages, both over before their posts leave the reach: all is there, and no hole is left."""
    stored = check_all(place, served, standing)
    for one, followed in zip(served, standing["campaigns"], strict=True):
        assert stored[one.slug] == {post.platform_id for post in one.posted if post.tags & one.wanted}
        assert [covered["holes"] for covered in followed["coverage"]] == [[], []]
    assert (len(stored["koch"]), len(stored["brexit"])) == (4_112, 100)
    assert place.number("SELECT COUNT(*) FROM runs WHERE state = 'failed'") > 0


def check_outages_to_the_end(place: Place, served: Sequence[Served], standing: Any) -> None:
    """The second outage does not end: what came before it is there, and the hole is named from its edge on."""
    stored = check_all(place, served, standing)
    for one, followed in zip(served, standing["campaigns"], strict=True):
        had_its_way = (each for each in passes_of(place, one) if oracle.outcome(each, one.world) == "whole")
        last = max((each.first for each in had_its_way), default=one.since).replace(microsecond=0)
        known_until = max(one.since, last - one.settling - one.world.unit)
        for covered in followed["coverage"]:
            first, failed = covered["holes"][0], covered["holes"][-1]
            assert known_until <= moment(first["starts_at"]) < one.outages[-1][0]
            assert (failed["state"], moment(failed["ends_at"])) == ("failed", one.until)
    # How many were had before in fast time is for the machine's load to say; which, for the oracle.
    assert 0 < len(stored["koch"]) < 4_112
    assert len(stored["brexit"]) < 100


@pytest.mark.parametrize("edges", [(0, 60), (10, 20), (0.5, 1.5)])
def test_the_states_of_bins_follow_from_holes(edges: tuple[float, float]) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    seconds = [(at + timedelta(seconds=second)).isoformat() for second in range(61)]
    bins = [{"bin_start": first, "bin_end": last} for first, last in pairwise(seconds)]
    first, last = ((at + timedelta(seconds=edge)).isoformat() for edge in edges)
    holes = [
        {"starts_at": seconds[0], "ends_at": last, "state": "partial"},
        {"starts_at": first, "ends_at": last, "state": "lost"},
    ]
    states = states_by(bins, holes)
    assert states.count("lost") == int(np.ceil(edges[1]) - np.floor(edges[0]))
    assert states.count("complete") == 60 - int(np.ceil(edges[1]))
