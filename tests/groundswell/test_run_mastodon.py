"""`groundswell run` over servers of Mastodon: it ends with what they hold, and each hole is named for its server."""

from pathlib import Path

import pytest

from tests.blank import PROVED, Database
from tests.groundswell.live import HASTY, TAGS, LivePlace, config_of, days_ago, placed, posts_between
from tests.groundswell.processes import stopped, until
from tests.platforms.mastodon import MockMastodon, ids_of, running

SINCE, UNTIL = days_ago(4), days_ago(2)
MADE = posts_between(SINCE, UNTIL, 30)


def failed_for(place: LivePlace, server: MockMastodon) -> set[str]:
    """Why nothing is known of a server's posts; empty unless that is so of each tag, from first to last."""
    rows = place.coverage(server)
    is_whole = [row[:2] for row in rows] == [(tag, "failed") for tag in TAGS]
    return {row[2] for row in rows} if is_whole else set()


def test_it_ends_holding_what_the_server_holds(database: Database, tmp_path: Path) -> None:
    with running() as [server], placed(database, tmp_path) as place:
        server.behaviour.page_size = 10
        server.add(
            *MADE, *posts_between(days_ago(9), SINCE, 5, "before"), *posts_between(UNTIL, days_ago(1), 5, "after")
        )
        place.write(config_of(place.url, [server.url], SINCE, UNTIL))
        with place.started("run") as process:
            until(lambda: place.is_complete(server, SINCE, UNTIL), process)
            code, seconds, err = stopped(process)
        assert (code, seconds < 5) == (0, True), err
        [campaign] = place.status()["campaigns"]
        assert campaign["posts"] == place.number("SELECT COUNT(*) FROM campaign_posts") == len(MADE)
        assert ids_of(MADE) <= place.found_on(server)
        [covered] = campaign["coverage"]
        assert (covered["kind"], covered["complete_share"], covered["holes"]) == ("posts", 1.0, [])


@pytest.mark.parametrize("database", PROVED, indirect=True)
@pytest.mark.proof
def test_what_a_dead_server_leaves_open_is_named_for_it_alone_and_filled_when_it_is_back(
    database: Database, tmp_path: Path
) -> None:
    with running(4) as [well, down, closed, gone], placed(database, tmp_path) as place:
        for server in (well, down, closed, gone):
            server.add(*MADE)
        down.fault({"type": "status", "status": 503}, path="/api/*")
        closed.behaviour.local = closed.behaviour.remote = "disabled"
        gone.fault({"type": "status", "status": 410})
        dead = {down: "HTTP 503", closed: "its hashtag timelines are closed", gone: "HTTP 410"}
        place.write(config_of(place.url, [one.url for one in (well, *dead)], SINCE, UNTIL))
        with place.started("run", script=HASTY) as process:
            until(lambda: place.is_complete(well, SINCE, UNTIL), process)
            until(lambda: all(failed_for(place, server) for server in dead), process)
            assert place.found_on(well) == ids_of(MADE)
            for server, why in dead.items():
                [reason] = failed_for(place, server)
                assert server.host in reason
                assert why in reason
                assert place.found_on(server) == set()
            [covered] = place.status()["campaigns"][0]["coverage"]
            assert covered["complete_share"] == 0.0
            assert {hole["state"] for hole in covered["holes"]} == {"failed"}

            down.app.state.fault_store.clear()
            gone.app.state.fault_store.clear()
            closed.behaviour.local = closed.behaviour.remote = "public"
            until(lambda: all(place.is_complete(server, SINCE, UNTIL) for server in dead), process)
            code, seconds, err = stopped(process)
        assert (code, seconds < 5) == (0, True), err
        assert all(place.found_on(server) == ids_of(MADE) for server in dead)
        [covered] = place.status()["campaigns"][0]["coverage"]
        assert (covered["complete_share"], covered["holes"]) == (1.0, [])
        assert place.number("SELECT COUNT(*) FROM posts") == len(MADE)
