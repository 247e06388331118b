"""Whatever goes wrong with X: the store ends with what X gave, names every hole, and counts what X charges for."""

import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import text

from collector.x.prices import SOURCES
from storage.coverage import Key, State
from storage.engine import reading
from storage.store import Store
from tests.collector import x_oracle as oracle
from tests.collector.x_plays import Play, SkewedClock, mills
from tests.collector.x_scenarios import Scenario, drawn, settings_of, world_of
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.world import World


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


def check_all(seeds: Iterable[int], folder: Path, empty: Path) -> Counter[str]:
    """Play the scenario of each seed; returns what was the case, and how often, in all of them."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        path, scenario = folder / f"{seed}.db", drawn(seed)
        shutil.copy(empty, path)
        try:
            seen += check(scenario, path)
        except BaseException as failure:
            failure.add_note(f"seed {seed}: {scenario}")
            raise
    return seen


def check(scenario: Scenario, path: Path) -> Counter[str]:
    """Play a scenario, and judge what it came to."""
    world = world_of(scenario)
    clock = SkewedClock(scenario.visits[0].at)
    with logged() as log, serving(world, now=lambda: clock.moment, **settings_of(scenario)) as x:
        play = Play(scenario, world, x, clock, f"sqlite:///{path}")
        try:
            for number in range(len(scenario.visits)):
                play.go(number)
                check_money(play)
                check_pass(play.passes[-1], play)
            check_ledgers(play)
            check_found(play, world)
            check_runs(play.store)
            check_secret(path, log.getvalue())
        finally:
            play.close()
    return play.seen


@contextmanager
def logged() -> Iterator[StringIO]:
    """Catch all that is written to any log."""
    log, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(log), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def check_money(play: Play) -> None:
    """Hold what counts as spent against X's bill: to the thousandth where nothing was lost."""
    for month in play.billed:
        since = [units for when, units in play.billed.items() if when >= month]
        billed = sum(mills(units) for units in since)
        spent = play.store.till.spent(SOURCES, month)
        assert spent.thousandths + play.astray >= billed
        assert spent.thousandths - spent.open <= billed + play.astray
        if not play.lost:
            assert spent.open == 0
            assert play.astray or spent.thousandths == billed
            assert play.astray or spent.posts == sum(units["post"] for units in since)


def check_pass(one: oracle.Pass, play: Play) -> None:
    """A pass fails by nothing but what went wrong, and stops at a limit only if a page might go over it."""
    if all(heard.page is not None for heard in one.heard):
        assert one.how != "failed"
    if one.how == "budget":
        assert one.limited
        spent, limit = play.store.till.spent(SOURCES, play.bound.since), play.bound
        most = play.scenario.page_size * 8
        is_dear = limit.thousandths is not None and spent.thousandths + 9 * most > limit.thousandths
        assert is_dear or (limit.posts is not None and spent.posts + most > limit.posts)


def check_ledgers(play: Play) -> None:
    """Hold what is known of each tag against the log."""
    wish, passes = play.scenario.wish, play.passes
    known = oracle.read(play.log, wish, play.scenario.pages)
    for tag in {tag for one in passes for tag in one.tags}:
        ledger = play.store.coverage(Key("x", "x-search", "", tag, "posts"))
        wrong = list(oracle.complaints(tag, ledger, known, passes, wish))
        assert not wrong, "\n".join(wrong[:5])
        play.seen.update(f"{row.state} {row.reason}".partition(":")[0] for row in ledger)
        if all(row.state is State.COMPLETE for row in ledger):
            play.seen["whole"] += 1


def check_found(play: Play, world: World) -> None:
    """The store has what X gave, each once, and all that X had where it is known to be complete."""
    first = {str(post.id): str((post.versions or (post.id,))[0]) for post in world.posts}
    kept = [one.page for one in play.log if one.page is not None and one.is_kept]
    given = {first[key] for page in kept for key in page.posts}
    with reading(play.store.engine) as connection:
        rows = connection.execute(text("SELECT platform_id FROM posts JOIN found ON post_id = id")).scalars().all()
        every = connection.execute(text("SELECT platform_id FROM posts")).scalars().all()
    assert len(rows) == len(set(rows))
    assert len(every) == len(set(every))
    assert set(rows) == given
    for one in oracle.read(play.log, play.scenario.wish, play.scenario.pages).readings:
        if not one.soiled and not one.unsure:
            missing = oracle.shown(world, one) - given
            assert missing == set(), f"{missing} of {one.starts_at} to {one.ends_at}, read at {one.heard.at}"
    play.seen["found"] += len(rows)


def check_runs(store: Store) -> None:
    """No run looks as if it still ran."""
    with reading(store.engine) as connection:
        assert "running" not in connection.scalars(text("SELECT state FROM runs")).all()


def check_secret(path: Path, log: str) -> None:
    """The token is nowhere."""
    assert TOKEN not in log
    for one in path.parent.glob(f"{path.name}*"):
        assert TOKEN.encode() not in one.read_bytes()


def assert_it_was_worth_it(seen: Counter[str]) -> None:
    assert seen["whole"] >= 0.5 * seen["scenarios"]
    kinds = ("Killed", "broken off", "well", "budget", "complete ", "partial budget", "partial settling", "repeat")
    for what in (*kinds, "429", "503", "token", "broken"):
        assert seen[what] > 0, what


def test_whatever_goes_wrong(tmp_path: Path, empty_store: Path) -> None:
    seen = check_all(range(12), tmp_path, empty_store)
    assert seen["found"] > 0
    assert seen["Killed"] > 0


@pytest.mark.proof
@pytest.mark.parametrize("seeds", [range(first, first + 50) for first in range(12, 212, 50)], ids=str)
def test_whatever_goes_wrong_two_hundred_times_more(seeds: range, tmp_path: Path, empty_store: Path) -> None:
    assert_it_was_worth_it(check_all(seeds, tmp_path, empty_store))
