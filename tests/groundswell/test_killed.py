"""SIGKILL at random moments: started again it ends as if nothing had happened; nothing is claimed too early."""

import random
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from collector.archive import read, recognise
from storage.instant import from_text
from storage.store import Store
from tests.dump import contents
from tests.groundswell.processes import Place, stopped, until
from tests.groundswell.served import Served, brexit, config_of, is_over, koch_farms

FILES = (
    "x/twarc2/blacklivesmatter_2021.jsonl",
    "ira/kochfarms_2015.csv",
    "x/twarc2/edited_after.jsonl",
    "x/twarc2/noflat.jsonl",
    "x/twarc2/edited_before.jsonl",
    "x/twarc2/brexit.jsonl",
)
SOME = (FILES[0], *FILES[2:])
IMPORTING = "campaigns: {c: {title: C, tags: ['#KochFarms', '#BlackLivesMatter', '#Brexit']}}\n"


def served_from(shared: Path) -> list[Served]:
    """Serve both campaigns with outages shorter than the reach: all of them can be had."""
    return [
        koch_farms(shared, (datetime(2015, 11, 30, tzinfo=UTC), datetime(2015, 12, 3, 16, 20, tzinfo=UTC))),
        brexit(shared, (datetime(2021, 9, 22, 16, 33, tzinfo=UTC), datetime(2021, 9, 22, 16, 35, 30, tzinfo=UTC))),
    ]


def everything(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Read all that a store holds."""
    with Store.open(f"sqlite:///{place.store}") as store:
        return contents(store.engine)


def run_to_the_end(place: Place, served: Sequence[Served]) -> float:
    """Run the collector until all campaigns are whole, and stop it; returns how many seconds that took."""
    began, starts = time.monotonic(), place.log().count("watching")
    with place.started("run") as process:
        until(lambda: place.log().count("watching") > starts, process)
        until(lambda: all(is_over(place, one) for one in served), process)
        assert stopped(process)[0] == 0
    return time.monotonic() - began


def killed(place: Place, *words: str, after: float) -> bool:
    """Start a command and kill it after some seconds; tells whether it was still running."""
    with place.started(*words) as process:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return process.returncode == -signal.SIGKILL


def assert_nothing_is_claimed_that_is_not_there(place: Place, served: Sequence[Served]) -> None:
    """Hold each complete stretch against all posts that the source has in it."""
    found = place.found()
    for one in served:
        sql = "SELECT tag, kind, starts_at, ends_at FROM coverage WHERE source = ? AND state = 'complete'"
        for tag, kind, starts_at, ends_at in place.ask(sql, f"replay:{one.slug}"):
            first, last = from_text(starts_at), from_text(ends_at)
            there = {
                post.platform_id
                for post in one.posted
                if tag in post.tags and one.kinds[post.platform_id] == kind and first <= post.created_at < last
            }
            assert there - found == set(), f"{tag} {kind} from {starts_at} to {ends_at}"


Undisturbed: TypeAlias = tuple[Any, Any, float]
"""What something ends with that nobody disturbs: all in the store, the charts' numbers, after how many seconds."""


def run_undisturbed(place: Place, served: Sequence[Served]) -> Undisturbed:
    """Run the collector to the end without disturbing it."""
    place.write(config_of(*served))
    seconds = run_to_the_end(place, served)
    return everything(place), numbers_of(place, served), seconds


def numbers_of(place: Place, served: Sequence[Served]) -> list[bytes]:
    """Draw each campaign's chart from the lake that a run left; returns their numbers."""
    for one in served:
        assert place.do("chart", "volume", "--campaign", one.slug).returncode == 0
    return [(place.folder / "charts" / f"{one.slug}-volume.csv").read_bytes() for one in served]


def check_run(place: Place, served: Sequence[Served], undisturbed: Undisturbed, seed: int, kills: int) -> None:
    """Kill a run again and again at random moments, then let it end."""
    draw = random.Random(seed)  # noqa: S311  # no secret
    whole, numbers, seconds = undisturbed
    place.write(config_of(*served))
    # The replay begins anew with each start: each of them comes further than the one before.
    for after in sorted(draw.uniform(0.3, seconds) for _ in range(kills)):
        killed(place, "run", after=after)
        assert place.is_whole()
        assert_nothing_is_claimed_that_is_not_there(place, served)
    run_to_the_end(place, served)
    assert place.is_whole()
    assert everything(place) == whole
    assert numbers is None or numbers_of(place, served) == numbers
    assert place.number("SELECT COUNT(*) FROM runs WHERE state = 'running'") == 0


def test_a_run_that_is_killed_ends_like_one_that_is_not(shared: Path, tmp_path: Path) -> None:
    served = [replace(served_from(shared)[1], speed=800)]
    undisturbed, place = Place(tmp_path / "undisturbed"), Place(tmp_path / "killed")
    for one in (undisturbed, place):
        one.folder.mkdir()
        one.write(config_of(*served))
    seconds = run_to_the_end(undisturbed, served)
    check_run(place, served, (everything(undisturbed), None, seconds), seed=0, kills=3)


@pytest.fixture(scope="module")
def undisturbed_run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What a run over both campaigns ends with that nobody disturbs."""
    return run_undisturbed(Place(tmp_path_factory.mktemp("undisturbed")), served_from(shared))


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_run_that_is_killed_50_times_ends_like_one_that_is_not(
    shared: Path, tmp_path: Path, undisturbed_run: Undisturbed, seed: int
) -> None:
    check_run(Place(tmp_path), served_from(shared), undisturbed_run, seed, kills=5)


def import_all(place: Place, shared: Path, files: Sequence[str]) -> Undisturbed:
    """Import files to the end, without disturbing it."""
    began = time.monotonic()
    place.write(IMPORTING)
    done = place.do("import", *(str(shared / name) for name in files))
    assert (done.returncode, done.stderr) == (0, "")
    return everything(place), None, time.monotonic() - began


def posts_of(path: Path) -> set[str]:
    """The platform ids of all posts that a file holds."""
    return {item.post.platform_id for item in read(path, recognise(path)) if item.post}


def check_import(
    place: Place, shared: Path, files: Sequence[str], undisturbed: Undisturbed, seed: int, kills: int
) -> None:
    """Kill an import again and again at random moments, then let it end."""
    draw = random.Random(seed)  # noqa: S311  # no secret
    whole, _, seconds = undisturbed
    place.write(IMPORTING)
    most = 0
    for _ in range(kills):
        done_before = place.number("SELECT COUNT(*) FROM runs WHERE state = 'done'")
        killed(place, "import", *(str(shared / name) for name in files), after=draw.uniform(0.2, seconds))
        assert place.is_whole()
        most = max(most, place.number("SELECT COUNT(*) FROM runs WHERE state = 'done'") - done_before)
        # A file whose coverage is written is there in full, even if its run could not say so any more.
        most = most or min(1, place.number("SELECT COUNT(*) FROM coverage"))
        in_full = set().union(*(posts_of(shared / name) for name in files[:most]))
        assert in_full <= place.found()
    import_all(place, shared, files)
    assert place.is_whole()
    assert everything(place) == whole


def test_an_import_that_was_killed_is_not_told_to_be_running_for_ever(shared: Path, tmp_path: Path, store: str) -> None:
    place = Place(tmp_path)
    place.write(IMPORTING)
    unfinished = "import time\nfrom storage.store import Store\nsave = Store.save\n"
    unfinished += "def first(self, batch):\n    save(self, batch)\n    print('saved', flush=True)\n    time.sleep(60)\n"
    unfinished += "Store.save = first\nfrom groundswell.__main__ import main\nmain()"
    with place.started("import", str(shared / FILES[-1]), script=unfinished) as process:
        assert process.stdout
        assert process.stdout.readline() == "saved\n"
        with Store.open(store) as opened:
            opened.abandon_runs(datetime.now(UTC))
        assert place.ask("SELECT state FROM runs") == [("running",)]
        process.kill()
        process.communicate()
    with Store.open(store) as opened:
        opened.abandon_runs(datetime.now(UTC))
    assert place.ask("SELECT state, error FROM runs") == [("stopped", "the process ended without a word")]
    assert place.ask("SELECT * FROM leases") == []


def test_an_import_that_is_killed_ends_like_one_that_is_not(shared: Path, tmp_path: Path) -> None:
    undisturbed, place = Place(tmp_path / "undisturbed"), Place(tmp_path / "killed")
    for one in (undisturbed, place):
        one.folder.mkdir()
    check_import(place, shared, SOME, import_all(undisturbed, shared, SOME), seed=0, kills=3)


@pytest.fixture(scope="module")
def undisturbed_import(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What an import of all files ends with that nobody disturbs."""
    return import_all(Place(tmp_path_factory.mktemp("undisturbed")), shared, FILES)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 11))
def test_an_import_that_is_killed_50_times_ends_like_one_that_is_not(
    shared: Path, tmp_path: Path, undisturbed_import: Undisturbed, seed: int
) -> None:
    check_import(Place(tmp_path), shared, FILES, undisturbed_import, seed, kills=5)
