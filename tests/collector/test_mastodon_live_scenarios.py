"""Whatever goes wrong with two servers: the store ends with what they hold, and names every hole."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import coverage
from storage.coverage import Key, State
from storage.instant import from_text
from storage.store import Store
from tests.collector import mastodon_oracle as oracle
from tests.collector.mastodon_scenarios import TAGS, Played, Scenario, World, drawn, play, with_kills
from tests.platforms.mastodon import MockMastodon, running

STATES = {
    State.NOT_TRIED: oracle.NOT_TRIED,
    State.FAILED: oracle.FAILED,
    State.PARTIAL: oracle.SETTLING,
    State.COMPLETE: oracle.COMPLETE,
}


@pytest.fixture(scope="module")
def servers() -> Iterator[Sequence[MockMastodon]]:
    with running(2) as both:
        yield both


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


def check_all(
    seeds: Iterable[int], servers: Sequence[MockMastodon], folder: Path, empty: Path, kills: int = 0
) -> Counter[str]:
    """Play the scenario of each seed; returns what was the case, and how often, in all of them."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        path = folder / f"{seed}.db"
        scenario = with_kills(drawn(seed), seed, kills) if kills else drawn(seed)
        shutil.copy(empty, path)
        try:
            played, world = play(scenario, servers, f"sqlite:///{path}")
            with Store.open(f"sqlite:///{path}") as store:
                seen += check(scenario, played, world, store)
        except AssertionError as failure:
            failure.add_note(f"seed {seed}")
            raise
    return seen


def check(scenario: Scenario, played: Played, world: World, store: Store) -> Counter[str]:
    seen = Counter(scenarios=1, killed=played.outcomes.count(None))
    seen["late"] = sum(event.at - event.made.at > oracle.STEP for event in scenario.events if event.what == "post")
    seen["waits"] = sum(outcome.waits for outcome in played.outcomes if outcome is not None)
    for number, server in enumerate(world.servers):
        seen += check_holes(scenario, played.passes[number], server.host, store)
        seen += check_found(scenario, world, number, store, is_whole=played.passes[number][-1].how == "whole")
    return seen + check_posts(world, played, store)


def check_holes(scenario: Scenario, passes: Sequence[oracle.Pass], host: str, store: Store) -> Counter[str]:
    """Hold what is known of each tag against the oracle, moment by moment."""
    possible = oracle.possible(scenario.starts_at, scenario.ends_at, passes)
    seen: Counter[str] = Counter()
    for tag in TAGS:
        ledger = store.coverage(Key("mastodon", "mastodon", host, tag, "posts"))
        tiles = coverage.tiled(ledger, scenario.starts_at, scenario.ends_at)
        assert {tile.reason for tile in tiles if tile.state is State.PARTIAL} <= {coverage.SETTLING}
        which = 0
        for number, may in enumerate(possible):
            at = scenario.starts_at + number * oracle.STEP
            while tiles[which].ends_at <= at:
                which += 1
            found = STATES[tiles[which].state]
            assert found & may, f"{host} {tag} {at}: {tiles[which]}, not {may:04b}"
            seen += Counter(moments=1, unsure=int(may & (may - 1) > 0), failed=int(found == oracle.FAILED))
    return seen


def check_found(scenario: Scenario, world: World, number: int, store: Store, *, is_whole: bool) -> Counter[str]:
    """What a server gave is what it had, all of it where it is complete: in the end in all the campaign."""
    host = world.servers[number].host
    rows = query(
        store, "SELECT platform_id FROM posts JOIN found ON found.post_id = posts.id WHERE server = :it", it=host
    )
    found = {row[0] for row in rows}
    assert len(rows) == len(found)
    assert found <= world.ever[number], "a post is there that the server never had"
    ledgers = {tag: store.coverage(Key("mastodon", "mastodon", host, tag, "posts")) for tag in TAGS}
    for uri, made in world.held[number].items():
        for tag in set(made.tags) & set(TAGS):
            is_complete = any(
                row.state is State.COMPLETE and row.starts_at <= made.at < row.ends_at for row in ledgers[tag]
            )
            is_wanted = scenario.starts_at <= made.at < scenario.ends_at
            assert is_complete or not (is_whole and is_wanted)
            assert is_wanted or not is_complete
            assert uri in found or not is_complete, f"{uri} is missing, and {made.at} is said to be complete"
    return Counter(found=len(found), whole=int(is_whole))


def check_posts(world: World, played: Played, store: Store) -> Counter[str]:
    """Every post is there once, as its author left it: edited, or gone."""
    rows = query(store, "SELECT platform_id, text, deleted_at, created_at FROM posts")
    asked_well = {n for n, passes in played.passes.items() if passes[-1].how == "whole"}
    found_by: dict[str, set[int]] = {}
    for number, server in enumerate(world.servers):
        for row in query(
            store, "SELECT platform_id FROM posts JOIN found ON post_id = posts.id WHERE server = :it", it=server.host
        ):
            found_by.setdefault(row[0], set()).add(number)
    seen: Counter[str] = Counter(posts=len(rows))
    for uri, words, deleted_at, created_at in rows:
        assert from_text(created_at) == next(made.at for made in world.made if made.uri == uri)
        if deleted_at is not None:
            assert uri in world.deleted
            assert words is None
            seen["deleted"] += 1
        elif found_by[uri] & asked_well:
            assert uri not in world.deleted, f"{uri} is gone, and not known to be"
            assert world.edited.get(uri, "words") in words
            seen["edited"] += uri in world.edited
    return seen


def query(store: Store, sql: str, **values: object) -> Sequence[Sequence[str]]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), values)]


def assert_it_was_worth_it(seen: Counter[str]) -> None:
    assert seen["unsure"] <= 0.05 * seen["moments"]
    assert seen["whole"] >= 1.5 * seen["scenarios"]
    for what in ("killed", "late", "waits", "failed", "edited", "deleted"):
        assert seen[what] > 0, what


def test_whatever_goes_wrong(servers: Sequence[MockMastodon], tmp_path: Path, empty_store: Path) -> None:
    seen = check_all(range(3), servers, tmp_path, empty_store)
    assert seen["scenarios"] == 3


@pytest.mark.proof
@pytest.mark.parametrize("seeds", [range(first, first + 36) for first in range(0, 108, 36)], ids=str)
def test_whatever_goes_wrong_a_hundred_times_more(
    seeds: range, servers: Sequence[MockMastodon], tmp_path: Path, empty_store: Path
) -> None:
    assert_it_was_worth_it(check_all(seeds, servers, tmp_path, empty_store))


@pytest.mark.proof
def test_processes_that_are_killed_at_any_moment_lose_nothing(
    servers: Sequence[MockMastodon], tmp_path: Path, empty_store: Path
) -> None:
    seen = check_all([1_000], servers, tmp_path, empty_store, kills=4)
    assert seen["killed"] >= 4


@pytest.mark.proof
def test_many_processes_that_are_killed_at_any_moment_lose_nothing(
    servers: Sequence[MockMastodon], tmp_path: Path, empty_store: Path
) -> None:
    seen = check_all(range(1_001, 1_006), servers, tmp_path, empty_store, kills=4)
    assert seen["killed"] >= 20
