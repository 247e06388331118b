"""Deletions over the stand-in: what is gone is erased, however often the work was killed, and the token stays here."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, text

from collector.by_ids import IdsJob, read_by_ids
from collector.clock import never
from collector.errors import NotPermitted, RateLimited, SourceError, TokenRefused, Unavailable
from collector.x.compliance.complied import Complied
from collector.x.compliance.comply import DeletionsJob, comply
from collector.x.compliance.jobs import Compliance
from collector.x.compliance.rounds import NAME, is_under_way, last_asked, read_note
from collector.x.lookup import Lookup
from collector.x.prices import Prices
from collector.x.settings import Names, Settings
from collector.x.wording import Extras
from storage import schema
from storage.batch import Batch
from storage.campaign import Campaign
from storage.engine import open_engine, reading
from storage.errors import LeaseLost
from storage.instant import to_text
from storage.lake import refresh
from storage.lease import Lease
from storage.post import Item
from storage.post import Post as Reading
from storage.scrub import scrub_if_pending
from storage.store import Store
from tests.blank import POSTGRES, SQLITE, Database, blank_store
from tests.collector.test_x_over_standin import Clock
from tests.dump import contents
from tests.platforms.x import building
from tests.platforms.x.asking import Request
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN, Access
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Author, Post, Reference, World, snowflake

SINCE = datetime(2026, 11, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
GONE_AT = NOW + timedelta(minutes=10)
STARTS = NOW + timedelta(hours=1)
BIRTH = datetime(2015, 1, 1, tzinfo=UTC)
SIGNATURE = "signature=made"

AUTHORS = (
    Author(1, "stays", "Stays", BIRTH),
    Author(2, "leaves", "Leaves", BIRTH, deleted_at=GONE_AT),
    Author(3, "banned", "Banned", BIRTH, suspended_at=GONE_AT),
    Author(4, "hides", "Hides", BIRTH, protected_at=GONE_AT),
)


def words(number: int) -> str:
    """Write the words of a post, which no other one has."""
    return f"quagga{number:03}opossum #rot"


def a_post(number: int, author: int, **more: Any) -> Post:
    at = SINCE + timedelta(minutes=number)
    return Post(snowflake(at, number), author, more.pop("text", words(number)), **more)


STAYS, DELETED = a_post(1, 1), a_post(2, 1, deleted_at=GONE_AT)
LEFT, BANNED, HIDDEN = a_post(3, 2), a_post(4, 3), a_post(5, 4)
PASSED_ON = a_post(6, 1, text="RT", references=(Reference("retweeted", DELETED.id),))
QUOTING = a_post(7, 1, references=(Reference("quoted", BANNED.id),))
POSTS = (STAYS, DELETED, LEFT, BANNED, HIDDEN, PASSED_ON, QUOTING)
GONE = (DELETED, LEFT, BANNED, HIDDEN, PASSED_ON)
WORLD = World(POSTS, AUTHORS)
REASONS = {
    DELETED.id: "deleted on X",
    LEFT.id: "account deactivated on X",
    BANNED.id: "account suspended on X",
    HIDDEN.id: "account protected on X",
    PASSED_ON.id: "deleted on X",
}


class Killed(BaseException):
    """The process dies here."""


class Mortal:
    """Something whose calls kill the process after the last one that it has; the dead do nothing."""

    def __init__(self, body: Any, lives: list[int]) -> None:
        self._body = body
        self._lives = lives

    def __getattr__(self, name: str) -> Any:
        what = getattr(self._body, name)
        if not callable(what) or name == "now":
            return what

        def call(*args: Any, **more: Any) -> Any:
            if self._lives[0] <= 0:
                raise Killed
            answer = what(*args, **more)
            self._lives[0] -= 1
            if self._lives[0] <= 0:
                raise Killed
            return answer

        return call


@contextmanager
def asking(x: StandIn, clock: Clock, names: Names = "tweet") -> Iterator[Compliance]:
    source = Compliance(Settings(TOKEN, x.url, names=names, read_timeout=0.7), now=clock.now)
    try:
        yield source
    finally:
        source.close()


@contextmanager
def filled(database: Database, world: World = WORLD, names: Names = "tweet") -> Iterator[tuple[StandIn, Store, Clock]]:
    """Serve a world whose posts the store has read, while they were all there."""
    clock = Clock(NOW)
    version = "2.166" if names == "tweet" else "2.167"
    with serving(world, now=clock.now, names=version) as x, blank_store(database) as store:
        fill(store, x, world, clock, names)
        clock.moment = STARTS
        x.requests.clear()
        yield x, store, clock


def fill(store: Store, x: StandIn, world: World, clock: Clock, names: Names) -> None:
    campaign = Campaign("rot", "Rot", "UTC", ("rot",))
    store.set_campaigns([campaign], clock.now())
    lookup = Lookup(Settings(TOKEN, x.url, names=names), Extras(), Prices(), now=clock.now)
    ids = [str(post.id) for post in world.posts]
    assert read_by_ids(store, IdsJob(lookup, ids), clock, never()).failure is None
    lookup.close()


def one_step(store: Store, x: StandIn, clock: Clock, **more: Any) -> Complied:
    names: Names = "tweet" if x.settings.names == "2.166" else "post"
    with asking(x, clock, names) as source:
        return comply(store, DeletionsJob(source, **more), clock, never())


def to_the_end(store: Store, x: StandIn, clock: Clock, **more: Any) -> list[Complied]:
    """Go on, each time by a new process, until the round is at its end."""
    steps: list[Complied] = []
    for _ in range(100):
        steps.append(one_step(store, x, clock, **more))
        if steps[-1].state == "done":
            return steps
        clock.moment = max(clock.moment, steps[-1].again_at)
    raise AssertionError(f"no end: {steps[-5:]}")


def gone(store: Store) -> set[str]:
    with reading(store.engine) as connection:
        return set(connection.scalars(text("SELECT platform_id FROM posts WHERE deleted_at IS NOT NULL")))


def recorded(store: Store) -> dict[str, str]:
    with reading(store.engine) as connection:
        rows = connection.execute(text("SELECT platform_id, reason FROM deletions"))
        return {row.platform_id: row.reason for row in rows}


def runs(store: Store) -> list[tuple[str, str | None]]:
    query = select(schema.runs.c.state, schema.runs.c.error).where(schema.runs.c.source == NAME)
    with reading(store.engine) as connection:
        return [(state, error) for state, error in connection.execute(query.order_by(schema.runs.c.id))]


def ids_of(posts: tuple[Post, ...]) -> set[str]:
    return {str(post.id) for post in posts}


def uploads(x: StandIn) -> int:
    return sum(one.path.startswith("/upload/") and one.status == 200 for one in x.requests)


@pytest.mark.parametrize("names", ["tweet", "post"])
def test_a_round_erases_what_is_gone_and_says_why(database: Database, names: Names) -> None:
    with filled(database, names=names) as (x, store, clock):
        begun = one_step(store, x, clock)
        assert (begun.state, begun.asked, begun.gone, begun.is_under_way) == ("begun", len(POSTS), 0, True)
        assert is_under_way(store)
        assert last_asked(store) is None
        early = one_step(store, x, clock)
        assert (early.state, early.saved) == ("waiting", 0)
        clock.moment = early.again_at
        done = one_step(store, x, clock)
        assert (done.state, done.asked, done.gone, done.saved) == ("done", len(POSTS), len(GONE), len(GONE))
        assert done.error is None
        assert gone(store) == ids_of(GONE)
        assert recorded(store) == {str(one): reason for one, reason in REASONS.items()}
        assert last_asked(store) == STARTS
        assert not is_under_way(store)
        # Of looking alone there is no run.
        assert runs(store) == [("done", None)] * 2
        assert x.bill.mills == sum([row.thousandths for row in spent(store)])


def spent(store: Store) -> list[Any]:
    with reading(store.engine) as connection:
        return list(connection.execute(select(schema.spend.c.thousandths)))


def test_the_next_round_is_due_a_day_after_the_last_and_asks_only_of_what_is_left(database: Database) -> None:
    with filled(database) as (x, store, clock):
        done = to_the_end(store, x, clock)[-1]
        assert done.again_at == STARTS + timedelta(days=1)
        asked = len(x.requests)
        resting = one_step(store, x, clock)
        assert (resting.state, resting.again_at) == ("resting", done.again_at)
        assert len(x.requests) == asked
        clock.moment = resting.again_at
        again = to_the_end(store, x, clock)[-1]
        assert (again.asked, again.gone) == (len(POSTS) - len(GONE), 0)
        clock.moment -= timedelta(days=400)  # a clock that was set back does not end it all for 400 days
        one_step(store, x, clock)
        assert is_under_way(store)


def test_many_posts_are_asked_about_in_several_jobs_one_after_the_other(database: Database) -> None:
    with filled(database) as (x, store, clock):
        done = to_the_end(store, x, clock, at_once=2)[-1]
        assert (done.asked, done.gone) == (len(POSTS), len(GONE))
        assert gone(store) == ids_of(GONE)
        assert uploads(x) == len(x.desk.jobs) == -(-len(POSTS) // 2)
        assert {line for job in x.desk.jobs.values() for line in job.lines} == ids_of(POSTS)


def test_every_version_of_a_post_is_asked_about_and_what_is_no_id_of_xs_is_not(database: Database) -> None:
    made = Reading(
        platform="x",
        platform_id="made:0123",
        server="x",
        author=None,
        created_at=to_text(SINCE),
        time_resolution=60,
        url="",
        text="",
    )
    edited = Reading(
        platform="x",
        platform_id="70",
        server="x",
        author=None,
        created_at=to_text(SINCE),
        time_resolution=1,
        url="",
        text="",
        ids=(("x", "70"), ("x", "71")),
    )
    elsewhere = Reading(
        platform="mastodon",
        platform_id="72",
        server="a.example",
        author=None,
        created_at=to_text(SINCE),
        time_resolution=1,
        url="",
        text="",
        ids=(("a.example", "73"),),
    )
    with filled(database) as (x, store, clock):
        items = [Item(payload=one.platform_id.encode(), post=one) for one in (made, edited, elsewhere)]
        store.save(Batch(store.begin_run("archive", "", NOW), "archive", "", NOW, items=items))
        to_the_end(store, x, clock)
        (job,) = x.desk.jobs.values()
        assert sorted(job.lines) == sorted(ids_of(POSTS) | {"70", "71"})


def test_without_a_post_of_xs_nobody_is_asked_and_it_was_never_done() -> None:
    clock = Clock(NOW)
    with serving(World((), ()), now=clock.now) as x, blank_store(SQLITE) as store:
        step = one_step(store, x, clock)
        assert (step.state, step.again_at) == ("resting", NOW + timedelta(hours=1))
        assert x.requests == []
        assert last_asked(store) is None
        assert runs(store) == []


def test_a_made_campaign_keeps_what_x_has_and_loses_what_it_has_not(database: Database) -> None:
    whole = building.made(
        building.Campaign(posts=250, starts_at=SINCE, ends_at=NOW, deleted=0.1, gone_authors=0.1, edited=0.05)
    )
    world = World(
        tuple(replace(one, deleted_at=one.deleted_at and GONE_AT) for one in whole.posts),
        tuple(
            replace(
                one,
                deleted_at=one.deleted_at and GONE_AT,
                suspended_at=one.suspended_at and GONE_AT,
                protected_at=one.protected_at and GONE_AT,
            )
            for one in whole.authors
        ),
    )
    with filled(database, world) as (x, store, clock):
        to_the_end(store, x, clock, at_once=100)
        known = {post.platform_id for post in posts_of(store)}
        there = {one for one in known if not x.index.fate(int(one), clock.now())}
        there -= {one.platform_id for one in posts_of(store) if one.repost_of and one.repost_of not in there}
        assert 0 < len(there) < len(known)
        assert gone(store) == known - there
        assert all((post.text is None) == (post.platform_id not in there) for post in posts_of(store))


def posts_of(store: Store) -> list[Any]:
    columns = schema.posts.c
    with reading(store.engine) as connection:
        return list(connection.execute(select(columns.platform_id, columns.text, columns.repost_of)))


def test_nothing_of_what_is_gone_is_left_in_the_store_its_files_or_the_lake(database: Database, tmp_path: Path) -> None:
    lost = [words(number).split()[0].encode() for number in (2, 3, 4, 5)]
    kept = words(1).split()[0].encode()
    with filled(database) as (x, store, clock):
        refresh(store.engine, tmp_path, now=clock.now())
        before = everything(store) + bytes_under(tmp_path)
        assert [one for one in lost if one not in before] == []
        to_the_end(store, x, clock)
        rows = repr(contents(store.engine)).encode()
        assert [one for one in lost if one in rows] == []
        assert kept in rows
        refresh(store.engine, tmp_path, now=clock.now())
        assert scrub_if_pending(store)
        left = everything(store) + bytes_under(tmp_path)
        assert [one for one in lost if one in left] == []
        assert kept in left


def everything(store: Store) -> bytes:
    """Read the store's files, the log of changes with them; of a server those of the database."""
    if store.engine.dialect.name == "postgresql":
        return POSTGRES.server().bytes_of(str(store.engine.url.database))
    path = Path(str(store.engine.url.database))
    return b"".join(one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name))


def bytes_under(folder: Path) -> bytes:
    files = [one for one in sorted(folder.rglob("*")) if one.is_file()]
    tables = [str(pq.read_table(one).to_pylist()) for one in files if one.suffix == ".parquet"]
    return b"".join(one.read_bytes() for one in files) + "".join(tables).encode()


@pytest.mark.proof
def test_after_a_kill_at_any_instruction_the_round_comes_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.x.compliance.comply.SAVED_AT_ONCE", 2)
    with filled(SQLITE) as (x, store, clock):
        to_the_end(store, x, clock, at_once=4)
        expected = deletions_in(store)
    kills = 0
    for lives in range(1, 200):
        with filled(SQLITE) as (x, store, clock):
            if is_killed(store, x, clock, [lives]):
                kills += 1
            else:
                break
            if read_note(store).last is None:
                to_the_end(store, x, clock, at_once=4)
            assert {one: deletions_in(store)[one] for one in expected} == deletions_in(store)
            assert gone(store) == ids_of(GONE)
            last = read_note(store).last
            assert (last and last.asked, last and last.gone) == (len(POSTS), len(GONE))
            assert len([job for job in x.desk.jobs.values() if not job.lines]) == 0, f"a job was left over: {lives}"
    assert kills > 30


def is_killed(store: Store, x: StandIn, clock: Clock, lives: list[int]) -> bool:
    """Go on until the process dies; False where it came to the end of the round before."""
    try:
        for _ in range(20):
            with asking(x, clock) as source:
                job = DeletionsJob(Mortal(source, lives), at_once=4)  # type: ignore[arg-type]
                step = comply(Mortal(store, lives), job, clock, never())  # type: ignore[arg-type]
            if step.state == "done":
                return False
            clock.moment = max(clock.moment, step.again_at)
    except Killed:
        return True
    raise AssertionError("neither dead nor done")


def deletions_in(store: Store) -> dict[str, tuple[Any, ...]]:
    columns = schema.deletions.c
    with reading(store.engine) as connection:
        rows = connection.execute(select(columns.platform_id, columns.reason))
        return {row[0]: tuple(row) for row in rows}


def test_while_another_job_is_in_the_way_it_waits_and_then_goes_on() -> None:
    with filled(SQLITE) as (x, store, clock):
        with asking(x, clock) as another:
            another.create("somebody else's")
        for _ in range(14):
            step = one_step(store, x, clock)
            assert (step.state, step.failure) == ("waiting", None)
            clock.moment = step.again_at
        assert runs(store) == []
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


def test_a_job_that_came_into_the_way_meanwhile_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(SQLITE) as (x, store, clock):
        with asking(x, clock) as another:
            another.create("somebody else's")
        with monkeypatch.context() as patch:
            patch.setattr(Compliance, "jobs", lambda _self: ())
            refused = one_step(store, x, clock)
        assert refused.state == "failed"
        assert "HTTP 409" in str(refused.failure)
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


@pytest.mark.parametrize("kind", ["close", "hang", "half", "html"])
@pytest.mark.parametrize("path", ["/2/compliance/jobs", "/2/compliance/jobs/*", "/upload/*", "/download/*"])
def test_whatever_answer_is_lost_the_round_comes_to_its_end_with_one_job(kind: Any, path: str) -> None:
    if (kind, path) == ("half", "/upload/*"):
        pytest.skip("the answer to an upload has no body that could be halved")
    with filled(SQLITE) as (x, store, clock):
        # The first is the list of the jobs, the second makes one.
        x.faults.add(Fault(kind, path, skip=1 if path == "/2/compliance/jobs" else 0, works=True))
        steps = to_the_end(store, x, clock)
        failures = [step.failure for step in steps if step.failure]
        assert [type(one) for one in failures] == [Unavailable]
        assert gone(store) == ids_of(GONE)
        assert len(x.desk.jobs) == 1


def test_a_job_whose_time_to_upload_is_over_is_begun_anew() -> None:
    with filled(SQLITE) as (x, store, clock):
        x.faults.status(503, "/upload/*")
        assert one_step(store, x, clock).state == "failed"
        clock.moment += timedelta(minutes=20)
        lost = one_step(store, x, clock)
        assert str(lost.failure) == "nothing came of a compliance job: X says expired"
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)
        assert len(x.desk.jobs) == 2


def test_a_result_that_was_not_fetched_in_time_is_asked_for_anew() -> None:
    with filled(SQLITE) as (x, store, clock):
        assert one_step(store, x, clock).state == "begun"
        clock.moment += timedelta(days=9)
        assert one_step(store, x, clock).state == "failed"
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


def test_jobs_that_fail_again_and_again_are_begun_anew_ever_more_seldom() -> None:
    with filled(SQLITE) as (x, store, clock):
        pauses = []
        for _ in range(40):
            step = one_step(store, x, clock)
            for job in x.desk.jobs.values():
                job.lines = job.lines and ["none"]
            if step.state == "failed":
                assert "X says failed" in str(step.failure)
                pauses.append(step.again_at - clock.moment)
            clock.moment = step.again_at
        assert pauses[:4] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
        assert max(pauses) == timedelta(hours=1)
        assert gone(store) == set()


@pytest.mark.parametrize("has_headers", [True, False])
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_a_pause_that_x_wants_is_kept(has_headers: bool, skip: int) -> None:
    with filled(SQLITE) as (x, store, clock):
        x.faults.add(Fault("status", "/2/compliance/*", skip=skip, status=429, has_headers=has_headers))
        step = one_step(store, x, clock)
        assert (step.state, type(step.failure)) == ("waiting", RateLimited)
        assert step.again_at == clock.moment + timedelta(minutes=1 if has_headers else 15)
        asked = len(x.requests)
        early = one_step(store, x, clock)
        assert (early.state, early.again_at, len(x.requests)) == ("waiting", step.again_at, asked)
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)
        # A pause of 15 minutes is longer than X waits for the ids.
        assert len(x.desk.jobs) == (1 if has_headers or skip < 2 else 2)


@pytest.mark.parametrize(("access", "error"), [(Access.EXPIRED, TokenRefused), (Access.NOT_ENROLLED, NotPermitted)])
def test_a_key_that_is_not_taken_is_told_and_tried_again_later(access: Access, error: type[SourceError]) -> None:
    with filled(SQLITE) as (x, store, clock):
        x.change(tokens={TOKEN: access})
        step = one_step(store, x, clock)
        assert (step.state, type(step.failure)) == ("failed", error)
        assert [state for state, _ in runs(store)] == ["failed"]
        x.change(tokens={TOKEN: Access.ALL})
        clock.moment = step.again_at
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


def test_what_is_no_deletion_erases_nothing_and_neither_it_nor_a_broken_line_goes_unsaid(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        b'{"id":"%d","action":"scrub_geo","reason":"scrub_geo"}' % STAYS.id,
        b'{"id":"%d","action":"delete","reason":"eaten"}' % DELETED.id,
        b'{"id":"%d","acti' % LEFT.id,
    ]
    monkeypatch.setattr(Compliance, "results", lambda _self, _job: iter(lines))
    with filled(database) as (x, store, clock):
        done = to_the_end(store, x, clock)[-1]
        assert (done.gone, dict(done.others), done.unread) == (1, {"scrub_geo": 1}, 1)
        assert done.error == "1 line could not be read; 1 verdict no deletion, and not acted on: scrub_geo"
        assert recorded(store) == {str(DELETED.id): "gone from X: eaten"}
        assert gone(store) == {str(DELETED.id)}
        assert runs(store)[-1] == ("done", done.error)


def test_a_post_that_x_showed_after_it_was_gone_is_erased_all_the_same(database: Database) -> None:
    early = replace(DELETED, deleted_at=NOW - timedelta(minutes=5))
    with filled(database) as (x, store, clock):
        x.put(early)
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)
        assert str(DELETED.id) in gone(store)


def test_a_post_that_was_seen_after_x_was_asked_stays_until_x_is_asked_again(database: Database) -> None:
    with filled(database) as (x, store, clock):
        assert one_step(store, x, clock).state == "begun"
        clock.moment += timedelta(minutes=5)
        x.put(authors=[replace(author, protected_at=None) for author in AUTHORS])
        fill(store, x, World((HIDDEN,), AUTHORS), clock, "tweet")
        x.put(authors=AUTHORS)
        to_the_end(store, x, clock)
        assert gone(store) == ids_of(GONE) - {str(HIDDEN.id)}
        clock.moment += timedelta(days=1)
        to_the_end(store, x, clock)
        assert gone(store) == ids_of(GONE)


def test_neither_is_the_token_sent_where_the_files_go_nor_is_their_address_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[Request] = []
    with filled(SQLITE) as (x, store, clock):
        answer = x.answer

        def listening(request: Request) -> Any:
            heard.append(request)
            return answer(request)

        x.answer = listening  # type: ignore[method-assign]
        faults = [
            (kind, path) for path in ("/upload/*", "/download/*") for kind in ("close", "hang", "redirect", "half")
        ]
        for kind, path in faults:
            x.faults.add(Fault(kind, path))  # type: ignore[arg-type]
        for status in (301, 403, 404, 500):
            x.faults.status(status, "/download/*")
        steps = to_the_end(store, x, clock)
        told = [step.error or "" for step in steps] + [str(error) for _, error in runs(store)]
        notes = store.get_note("x_deletions") or ""
        with reading(store.engine) as connection:
            rows = repr([list(connection.execute(select(table))) for table in schema.metadata.tables.values()])
    files = [one for one in heard if not one.path.startswith("/2/")]
    assert len(files) >= 11
    assert [one.headers for one in files if "authorization" in one.headers or TOKEN in str(one.headers)] == []
    assert all(one.headers["authorization"] == f"Bearer {TOKEN}" for one in heard if one.path.startswith("/2/"))
    assert {one.headers["content-type"] for one in files if one.method == "PUT"} == {"text/plain"}
    whole = "\n".join((*told, notes, rows, caplog.text))
    assert SIGNATURE not in whole
    assert TOKEN not in whole
    assert any("HTTP 403" in one for one in told)


def test_a_login_that_is_kept_for_other_programs_is_not_sent_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[str] = []
    with filled(SQLITE) as (x, store, clock):
        answer = x.answer

        def listening(request: Request) -> Any:
            seen.append(request.headers.get("authorization", ""))
            return answer(request)

        x.answer = listening  # type: ignore[method-assign]
        to_the_end(store, x, clock)
    assert set(seen) == {"", f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "address",
    ["http://files.example/up?s=1", "ftp://files.example/up", "https://me:pw@files.example/up", "", "https://[::1/x"],
)
def test_a_file_goes_to_no_address_that_is_asked_in_the_clear(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(SQLITE) as (x, store, clock):
        job = Compliance.job
        monkeypatch.setattr(Compliance, "job", lambda self, one: replace(job(self, one), upload_to=address))
        step = one_step(store, x, clock)
        assert str(step.failure) == "X named no encrypted address for a file"
        assert getattr(step.failure, "payload", None) == b""
        assert uploads(x) == 0


def test_a_huge_result_is_read_line_by_line() -> None:
    with filled(SQLITE) as (x, store, clock):
        x.faults.add(Fault("huge", "/download/*", size=40_000_000))
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


def test_without_its_lease_nothing_is_written() -> None:
    with filled(SQLITE) as (x, store, clock):
        mine = Lease.of_this_process(NAME, "")
        theirs = replace(mine, host="another")
        assert store.take_lease(theirs)
        with pytest.raises(LeaseLost):
            one_step(store, x, clock, lease=mine)
        assert read_note(store).round is None
        assert x.requests == []
        store.release_lease(theirs)
        assert to_the_end(store, x, clock, lease=mine)[-1].gone == len(GONE)


def test_told_to_stop_it_stops_between_two_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.x.compliance.comply.SAVED_AT_ONCE", 1)
    with filled(SQLITE) as (x, store, clock):
        assert one_step(store, x, clock).state == "begun"
        clock.moment += timedelta(minutes=2)
        stop = Event()
        save = store.save

        def last(batch: Batch) -> Any:
            stop.set()
            return save(batch)

        store.save = last  # type: ignore[method-assign]
        with asking(x, clock) as source:
            step = comply(store, DeletionsJob(source), clock, stop)
        assert (step.state, step.saved) == ("stopped", 1)
        assert runs(store)[-1][0] == "stopped"
        store.save = save  # type: ignore[method-assign]
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


def test_a_note_that_nobody_can_read_begins_the_round_anew() -> None:
    with filled(SQLITE) as (x, store, clock):
        store.set_note("x_deletions", '{"round": 7')
        assert to_the_end(store, x, clock)[-1].gone == len(GONE)


def test_two_stores_open_on_one_file_go_on_with_one_round(tmp_path: Path) -> None:
    with filled(SQLITE) as (x, store, clock):
        other = Store(open_engine(str(store.engine.url)))
        assert one_step(store, x, clock).state == "begun"
        clock.moment += timedelta(minutes=2)
        assert one_step(other, x, clock).state == "done"
        assert one_step(store, x, clock).state == "resting"
        other.close()
