"""`groundswell run` over a made campaign that breaks out: one alert, told once, whoever runs and however often."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.simulate import Scenario, simulate
from analysis.simulated_pages import as_x_v2
from tests.groundswell.heard import hearing
from tests.groundswell.processes import Place, stopped, until

HOUR = timedelta(hours=1)
SCENARIO = Scenario(
    starts_at=datetime(2026, 11, 1, tzinfo=UTC),
    lasts=timedelta(days=9),
    onset=timedelta(days=6),
    peak=timedelta(days=6, hours=6),
    decay=timedelta(hours=40),
)
ONSET = SCENARIO.starts_at + SCENARIO.onset

EAGER = """
from datetime import timedelta
import pytest

from groundswell import jobs, redrawing
redrawing.LONGEST_REST = jobs.LONGEST_REST = timedelta(seconds=1)
redrawing.BETWEEN_ALL = timedelta(days=1)
jobs.EVERY = timedelta(seconds=1)
import pytest

from groundswell.charts.makers import MAKERS
for name in set(MAKERS) - {"volume"}:
    del MAKERS[name]
import pytest

from groundswell.__main__ import main
main()
"""
"""The program, which draws but one chart, and looks for alerts more often."""


def write(place: Place, starts_at: datetime, to: list[str], **replay: Any) -> None:
    """Write the campaign and a config.yaml that replays it, an hour a second."""
    archive = place.folder / "made.jsonl"
    if not archive.exists():
        pages = [json.dumps(page, ensure_ascii=False) for page in as_x_v2(simulate(SCENARIO, 7))]
        archive.write_text("\n".join(pages), encoding="utf-8")
    ends_at = SCENARIO.starts_at + SCENARIO.lasts
    served = {"archive": str(archive), "starts_at": starts_at.isoformat(), "speed": 3600, "reach": "30d"}
    campaign = {
        "title": "Rot \u202e!",
        "tags": [f"#{tag}" for tag in SCENARIO.tags],
        "time_zone": SCENARIO.zone,
        "from": SCENARIO.starts_at.isoformat(),
        "until": ends_at.isoformat(),
    }
    config = {
        "campaigns": {"rot": campaign},
        "sources": {"replays": {"made": {**served, "settling": "30m", **replay}}},
        "schedule": {"collect": "1h"},
        "alerts": {"to": to},
    }
    place.write(json.dumps(config))


def known_up_to(place: Place) -> datetime:
    """Tell up to when the burst is known to go on."""
    rows = place.ask("SELECT until FROM alerts WHERE kind = 'burst'")
    return datetime.fromisoformat(rows[0][0]) if rows else SCENARIO.starts_at


@pytest.mark.proof
def test_a_burst_is_told_once_by_two_processes_and_not_again_after_a_restart(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with hearing() as heard, hearing(code=500) as broken:
        to = [broken.address, heard.address]
        write(place, ONSET - 2 * HOUR, to)
        with place.started("run", script=EAGER) as one, place.started("run", script=EAGER) as other:
            until(lambda: heard.messages, one, other)
            until(lambda: known_up_to(place) >= ONSET + 10 * HOUR, one, other)
            ends = [stopped(process) for process in (one, other)]
        assert [end[0] for end in ends] == [0, 0]
        before = known_up_to(place)
        write(place, before + HOUR, to)
        with place.started("run", script=EAGER) as again:
            until(lambda: known_up_to(place) > before, again)
            said = place.do("status").stdout
            told = place.status()["alerts"]
            assert stopped(again)[0] == 0
        assert len(heard.messages) == 1
        assert len(broken.paths) > 1, "a channel that fails is tried again"
    (row,) = place.ask("SELECT kind, key, campaign, source, ended_at, words FROM alerts WHERE kind <> 'disk'")
    assert row[:5] == ("burst", "rot", "rot", None, None)
    message = heard.messages[0]
    assert (message["title"], message["message"]) == ("Groundswell: a burst", row[5])
    assert row[5].startswith("Burst in Rot !")
    assert row[5].isprintable()
    assert "2026-11-07" in row[5]
    assert place.log().count("WARNING alert: Burst") == 1
    assert place.log().count("did not take it") <= 3, "what a failing channel says is logged once a process"
    assert [one["kind"] for one in told] == ["burst"]
    assert any(line.startswith("Alert, on since 2026-11-0") for line in said.splitlines())
    since = place.ask("SELECT since FROM alerts WHERE kind = 'burst'")[0][0]
    assert abs(datetime.fromisoformat(since) - ONSET) <= 8 * HOUR


@pytest.mark.proof
def test_a_quiet_campaign_with_an_outage_raises_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    outage = {"from": f"{SCENARIO.starts_at + timedelta(days=4):%Y-%m-%d}", "until": "2030-01-01"}
    with hearing() as heard:
        write(place, SCENARIO.starts_at + timedelta(days=3, hours=20), [heard.address], outages=[outage])
        with place.started("run", script=EAGER) as process:
            until(lambda: place.log().count("HTTP 503") > 12, process)
            assert stopped(process)[0] == 0
    assert heard.messages == []
    assert place.ask("SELECT * FROM alerts WHERE kind <> 'disk'") == []
