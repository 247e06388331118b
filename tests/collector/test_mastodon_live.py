"""One server of Mastodon as a source: over real sockets, with the real Mastodon.py."""

import json
import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
import yaml
from sqlalchemy import text

from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.errors import AccessRefused, CursorRefused, PayloadError, RateLimited, SourceError, Unavailable
from collector.mastodon.live import MastodonSource
from collector.mastodon.settings import Settings
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.source import Page, Query, Window
from storage import coverage
from storage.coverage import Key, Ledger, State, Stretch
from storage.store import Store
from tests.platforms.canned import Asked, Canned, Reply, answering
from tests.platforms.mastodon import TOKEN, Made, MockMastodon, running

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LET, THEM = "خليها_تخيس", "خلوها_تخيس"
CONTACT = "tests@groundswell.example"


class Clock:
    """A clock that only waits move."""

    speed = 1.0

    def __init__(self, hour: float) -> None:
        self.moment = at(hour)

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


def at(hour: float) -> datetime:
    return SINCE + hour * HOUR


def made(hour: float, *tags: str, name: str | None = None, **more: Any) -> Made:
    return Made(f"https://home.example/{name or hour}", at(hour), tags or (LET,), domain="home.example", **more)


@pytest.fixture(scope="module")
def running_server() -> Iterator[MockMastodon]:
    with running(1) as [server]:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock(48)


@pytest.fixture
def server(running_server: MockMastodon, clock: Clock) -> MockMastodon:
    running_server.reset()
    running_server.behaviour.now = clock.now
    return running_server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


def source_of(server: MockMastodon | Canned, clock: Clock, **settings: Any) -> MastodonSource:
    return MastodonSource(Settings(server.url, CONTACT, **settings), now=clock.now)


def read(source: MastodonSource, start: float = 0, end: float = 48, *tags: str) -> list[Page]:
    return list(source.pages(Query(tags or (LET,)), Window(at(start), at(end)), None))


def run(store: Store, source: MastodonSource, clock: Clock, *tags: str, until: float | None = None) -> Outcome:
    wanted = Wanted(tags or (LET,), SINCE, None if until is None else at(until))
    return collect(store, Job(source, wanted, patience=Patience(attempts=2)), clock, never())


def uris(pages: list[Page]) -> list[str]:
    return [item.post.platform_id.rpartition("/")[2] for page in pages for item in page.items if item.post is not None]


def ledger(store: Store, server: MockMastodon | Canned, tag: str = LET) -> Ledger:
    return store.coverage(Key("mastodon", "mastodon", server.host, tag, "posts"))


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_two_pages_and_more_end_up_in_the_store(server: MockMastodon, clock: Clock, store: Store) -> None:
    server.add(*(made(hour) for hour in range(1, 48)))
    server.behaviour.page_size = 20
    source = source_of(server, clock)
    outcome = run(store, source, clock, until=24)
    assert (outcome.error, outcome.posts_new, outcome.pages) == (None, 20 + 20 + 3, 3), "the first page is of the top"
    assert ledger(store, server) == (Stretch(at(0), at(24), State.COMPLETE),)
    assert len(rows(store, "SELECT * FROM posts JOIN found ON post_id = id")) == 43
    assert rows(store, "SELECT DISTINCT server FROM post_ids") == [(server.host,)]


def test_a_request_says_who_asks_and_hides_nothing_but_the_token(server: MockMastodon, clock: Clock) -> None:
    server.agents.clear()
    read(source_of(server, clock))
    [agent] = server.agents
    assert agent.startswith("groundswell/")
    assert CONTACT in agent


def test_tags_are_asked_for_together_and_encoded(server: MockMastodon, clock: Clock, store: Store) -> None:
    server.add(made(1, LET), made(2, THEM), made(3, "other"))
    source = source_of(server, clock)
    run(store, source, clock, LET, THEM, until=24)
    assert source.traits.tags_at_once == 4
    clock.moment = at(60)
    server.log.clear()
    assert run(store, source, clock, LET, THEM, until=54).error is None
    assert {line.partition("?")[2].partition("=")[0] for line in server.log} == {"any%5B%5D"}
    assert all("#" not in line and line.isascii() for line in server.log)
    assert sorted(rows(store, "SELECT platform_id FROM posts")) == [
        ("https://home.example/1",),
        ("https://home.example/2",),
    ]


def test_a_leading_tag_that_the_server_does_not_know_hides_no_other(server: MockMastodon, clock: Clock) -> None:
    server.add(made(1, THEM))
    source = source_of(server, clock)
    assert uris(read(source, 0, 48, LET, THEM)) == ["1"]
    server.log.clear()
    read(source, 0, 48, LET, THEM)
    assert unquote(server.log[0]).startswith(f"/api/v1/timelines/tag/{THEM}?"), "a tag that is known leads from then on"


def test_new_posts_are_read_forward_and_older_ones_back(server: MockMastodon, clock: Clock) -> None:
    server.add(*(made(hour) for hour in range(1, 48)))
    server.behaviour.page_size = 5
    source = source_of(server, clock)
    read(source, 40)
    server.log.clear()
    assert uris(read(source, 30)) == [f"{hour}" for first in (34, 39, 44) for hour in range(first, first - 5, -1)] + [
        "47",
        "46",
        "45",
    ]
    assert all("min_id" in line for line in server.log)
    server.log.clear()
    back = read(source, 10, 20)
    assert all("max_id" in line for line in server.log)
    assert uris(back)[:10] == [f"{hour}" for hour in range(19, 9, -1)]
    assert back[-1].completes is not None


def test_pages_complete_what_they_reach(server: MockMastodon, clock: Clock) -> None:
    server.add(*(made(hour) for hour in range(1, 7)))
    server.behaviour.page_size = 2
    first, second, third, last = read(source_of(server, clock), 0, 24)
    second_long = timedelta(seconds=1)
    assert first.completes == Window(at(5) + second_long, at(24))
    assert second.completes == Window(at(3) + second_long, at(5) + second_long)
    assert third.completes == Window(at(1) + second_long, at(3) + second_long)
    assert (last.completes, last.exhausted, last.cursor) == (Window(at(0), at(1) + second_long), True, None)
    assert (first.server_now, first.requests, second.requests) == (at(48), 2, 1)


def test_without_links_and_rates_pages_go_on_by_the_last_id(server: MockMastodon, clock: Clock) -> None:
    server.add(*(made(hour) for hour in range(1, 24)))
    server.behaviour.page_size = 5
    server.behaviour.has_links = False
    pages = read(source_of(server, clock))
    assert sorted(map(int, uris(pages))) == list(range(1, 24))
    assert pages[-1].exhausted


def test_a_cursor_goes_on_and_another_is_refused(server: MockMastodon, clock: Clock) -> None:
    server.add(*(made(hour) for hour in range(1, 11)))
    server.behaviour.page_size = 4
    source = source_of(server, clock)
    first = next(source.pages(Query((LET,)), Window(at(0), at(48)), None))
    assert first.completes is not None
    rest = Window(at(0), first.completes.starts_at)
    anew = source_of(server, clock)
    assert uris(list(anew.pages(Query((LET,)), rest, first.cursor))) == [f"{hour}" for hour in range(6, 0, -1)]
    with pytest.raises(CursorRefused):
        next(anew.pages(Query((LET,)), rest, "abc 1"))


FAULTS = [
    ({"type": "status", "status": 503}, Unavailable, "HTTP 503"),
    ({"type": "status", "status": 500}, Unavailable, "HTTP 500"),
    ({"type": "malformed"}, Unavailable, "JSON that breaks off or is none"),
    ({"type": "status", "status": 200, "body": {"error": "?"}}, PayloadError, "no list of statuses"),
    ({"type": "status", "status": 401, "body": {"error": "no, thanks"}}, AccessRefused, "no, thanks"),
    ({"type": "status", "status": 403}, AccessRefused, "HTTP 403"),
    ({"type": "status", "status": 422}, AccessRefused, "HTTP 422"),
    ({"type": "status", "status": 404}, AccessRefused, "does not answer as Mastodon does"),
    ({"type": "status", "status": 410}, AccessRefused, "does not answer as Mastodon does"),
    ({"type": "status", "status": 429}, RateLimited, "HTTP 429"),
]


@pytest.mark.parametrize(("effect", "error", "fact"), FAULTS, ids=str)
def test_what_a_server_says_instead_of_a_page(
    effect: dict[str, Any], error: type[SourceError], fact: str, server: MockMastodon, clock: Clock
) -> None:
    server.add(made(1))
    server.fault(effect, count=1)
    source = source_of(server, clock)
    with pytest.raises(error, match=fact):
        read(source)
    clock.moment += HOUR
    assert uris(read(source)) == ["1"], "and goes on as if nothing had been"


@pytest.mark.parametrize("fault", ["reset", "breaks off"])
def test_a_connection_that_breaks_is_no_answer(fault: str, server: MockMastodon, clock: Clock) -> None:
    server.add(made(1))
    server.behaviour.faults.append(fault)
    source = source_of(server, clock)
    with pytest.raises(Unavailable, match="the connection failed or broke off"):
        read(source)
    assert uris(read(source)) == ["1"]


def test_a_server_that_hangs_is_given_up(clock: Clock) -> None:
    def hang(_asked: Asked) -> Reply:
        time.sleep(0.6)
        return Reply()

    with answering(hang) as canned, pytest.raises(Unavailable, match="did not answer in time"):
        read(source_of(canned, clock, read_timeout=0.1))


def test_a_server_that_is_not_there_is_unavailable(clock: Clock) -> None:
    with answering(lambda _asked: Reply()) as canned:
        source = source_of(canned, clock)
    with pytest.raises(Unavailable, match="the connection failed"):
        read(source)


def test_a_name_that_leads_nowhere_is_told_as_that(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unavailable, match=r"mastodon\.socal: no server of this name was found"):
        read(MastodonSource(Settings("mastodon.socal", CONTACT), now=clock.now))


RESETS = [
    ({"X-RateLimit-Reset": "2026-11-03T00:03:00.123Z"}, timedelta(minutes=3, milliseconds=123)),
    ({"X-RateLimit-Reset": str(int(at(48).timestamp()) + 120)}, timedelta(minutes=2)),
    ({"X-RateLimit-Reset": str((int(at(48).timestamp()) + 120) * 1_000)}, timedelta(minutes=2)),
    ({"X-RateLimit-Reset": "soon"}, timedelta(minutes=1)),
    ({"X-RateLimit-Reset": "2026-11-01T00:00:00Z"}, timedelta(minutes=1)),
    ({"Retry-After": "30", "X-RateLimit-Reset": "2026-11-03T00:05:00Z"}, timedelta(seconds=30)),
    ({"Retry-After": "Tue, 03 Nov 2026 00:10:00 GMT"}, timedelta(minutes=10)),
    ({}, timedelta(minutes=1)),
]


@pytest.mark.parametrize(("headers", "pause"), RESETS, ids=str)
def test_how_long_a_server_wants_a_pause(
    headers: dict[str, str], pause: timedelta, server: MockMastodon, clock: Clock
) -> None:
    server.fault({"type": "status", "status": 429, "headers": headers}, count=1)
    source = source_of(server, clock)
    with pytest.raises(RateLimited) as refused:
        read(source)
    assert (refused.value.until, refused.value.server_now) == (at(48) + pause, at(48))
    asked = len(server.log)
    with pytest.raises(RateLimited):
        read(source)
    assert len(server.log) == asked, "meanwhile it is not asked"
    clock.moment += pause
    read(source)


def test_where_no_request_is_left_none_is_made(clock: Clock) -> None:
    rates = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-03T00:05:00Z"}
    rates |= {"Date": "Tue, 03 Nov 2026 00:00:00 GMT"}

    def answer(asked: Asked) -> Reply:
        return Reply(b"{}", headers=rates) if "instance" in asked.path else Reply()

    with answering(answer) as canned:
        with pytest.raises(RateLimited) as limited:
            read(source_of(canned, clock))
        assert limited.value.until == at(48) + timedelta(minutes=5)
        assert len(canned.log) == 1


def test_no_more_than_300_requests_in_5_minutes_are_made(clock: Clock) -> None:
    with answering(lambda _asked: Reply()) as canned:
        source = source_of(canned, clock)
        for _ in range(299):
            read(source)
        with pytest.raises(RateLimited) as limited:
            read(source)
        assert limited.value.until == at(48) + timedelta(minutes=5)
        assert len(canned.log) == 300
        clock.moment += timedelta(minutes=5)
        read(source)


CLOSED = [
    ("disabled", "disabled", None, "closed"),
    ("public", "disabled", None, "closed"),
    ("public", "disabled", TOKEN, "closed"),
    ("authenticated", "authenticated", None, "for users with a token only"),
    ("public", "authenticated", None, "for users with a token only"),
]


@pytest.mark.parametrize(("local", "remote", "token", "fact"), CLOSED, ids=str)
def test_closed_timelines_are_not_asked_for(
    local: str, remote: str, token: str | None, fact: str, server: MockMastodon, clock: Clock
) -> None:
    server.behaviour.local, server.behaviour.remote = local, remote
    with pytest.raises(AccessRefused, match=fact) as refused:
        read(source_of(server, clock, token=token))
    assert server.host in str(refused.value)
    assert server.log == []


def test_timelines_for_users_are_read_with_a_token(server: MockMastodon, clock: Clock) -> None:
    server.add(made(1))
    server.behaviour.local = server.behaviour.remote = "authenticated"
    assert uris(read(source_of(server, clock, token=TOKEN))) == ["1"]


def test_a_server_that_closes_in_the_middle_says_so_and_is_read_on_once_it_opens(
    server: MockMastodon, clock: Clock, store: Store
) -> None:
    server.add(*(made(hour) for hour in range(1, 21)))
    server.behaviour.page_size = 5

    def close_after_two() -> None:
        if len(server.log) >= 2:
            server.behaviour.local = server.behaviour.remote = "disabled"

    server.behaviour.before = close_after_two
    outcome = run(store, source_of(server, clock), clock, until=24)
    assert isinstance(outcome.failure, AccessRefused)
    failed, complete = ledger(store, server)
    assert (failed.state, failed.starts_at, complete.state) == (State.FAILED, at(0), State.COMPLETE)
    assert "hashtag timelines are closed: local posts disabled" in failed.reason
    assert complete.starts_at == at(11) + timedelta(seconds=1)
    server.behaviour.before = lambda: None
    server.behaviour.local = server.behaviour.remote = "public"
    assert run(store, source_of(server, clock), clock, until=24).error is None
    assert ledger(store, server) == (Stretch(at(0), at(24), State.COMPLETE),)
    assert len(rows(store, "SELECT id FROM posts")) == 20


def test_an_older_server_that_tells_no_policy_is_read_tag_by_tag_and_back(server: MockMastodon, clock: Clock) -> None:
    server.behaviour.version = None
    server.add(made(1))
    source = source_of(server, clock)
    assert uris(read(source)) == ["1"]
    assert uris(read(source)) == ["1"]
    assert source.traits.tags_at_once == 1
    assert not [line for line in server.log if "min_id" in line]


SOFTWARE = [
    ("4.5.0", 4),
    ("4.6.0-alpha.1+glitch", 4),
    ("2.7.2 (compatible; Akkoma 3.13.3)", 1),
    ("4.2.1 (compatible; Iceshrimp.NET/2025.1)", 1),
    ("0.20.2+git-d6b5d8c", 1),
    ("4.0.0 (not true; really snac/2.80)", 1),
]


@pytest.mark.parametrize(("version", "together"), SOFTWARE)
def test_only_mastodon_itself_is_trusted_with_several_tags(
    version: str, together: int, server: MockMastodon, clock: Clock
) -> None:
    server.behaviour.version = version
    source = source_of(server, clock)
    read(source)
    assert source.traits.tags_at_once == together


def test_a_late_post_is_found_by_the_daily_reading_again(server: MockMastodon, clock: Clock, store: Store) -> None:
    server.add(made(1), made(20))
    source = source_of(server, clock)
    clock.moment = at(22)
    run(store, source, clock)
    assert ledger(store, server) == (Stretch(at(0), at(22), State.PARTIAL, coverage.SETTLING),)
    server.add(made(2, name="late"))
    clock.moment = at(30)
    assert run(store, source, clock).posts_new == 0, "new posts are read on from where they were"
    clock.moment = at(49)
    assert run(store, source, clock).posts_new == 1
    complete, settling = ledger(store, server)
    assert (complete.ends_at, settling.ends_at) == (at(25), at(49))


def test_edits_and_deletions_are_seen_on_reading_again(server: MockMastodon, clock: Clock, store: Store) -> None:
    kept, edited, untagged, gone = made(1), made(2), made(3), made(4)
    server.add(kept, edited, untagged, gone)
    source = source_of(server, clock)
    clock.moment = at(5)
    run(store, source, clock)
    server.edit(edited, "second thoughts", at(6))
    server.remove(untagged)
    server.add(Made(untagged.uri, untagged.at, ("elsewhere",), domain="home.example", words="no tag any more"))
    server.remove(gone)
    clock.moment = at(48)
    outcome = run(store, source, clock)
    assert outcome.error is None
    stored = {
        row[0].rpartition("/")[2]: row[1:] for row in rows(store, "SELECT platform_id, text, deleted_at FROM posts")
    }
    assert stored["1"][1] is None
    assert "second thoughts" in stored["2"][0]
    assert "no tag any more" in stored["3"][0]
    assert stored["3"][1] is None
    assert stored["4"][0] is None
    assert stored["4"][1] is not None
    assert rows(store, "SELECT platform_id, reason FROM deletions") == [(gone.uri, f"gone from {server.host}")]


def test_where_it_cannot_be_told_what_became_of_a_post_its_stretch_is_read_again(
    server: MockMastodon, clock: Clock, store: Store
) -> None:
    gone = made(4)
    server.add(made(1), gone)
    source = source_of(server, clock)
    clock.moment = at(5)
    run(store, source, clock)
    server.remove(gone)
    server.add(made(3, name="late"))
    clock.moment = at(48)
    server.fault({"type": "status", "status": 503}, path="/api/v1/statuses/*")
    assert "HTTP 503" in (run(store, source, clock).error or "")
    assert ("https://home.example/late",) in rows(store, "SELECT platform_id FROM posts"), "what came is kept"
    [settling] = [row for row in ledger(store, server) if row.reason == coverage.SETTLING]
    assert settling.starts_at <= gone.at < settling.ends_at
    server.app.state.fault_store.clear()
    clock.moment = at(52)
    assert run(store, source, clock).error is None
    assert coverage.within(ledger(store, server), at(0), at(5)) == (Stretch(at(0), at(5), State.COMPLETE),)
    assert rows(store, "SELECT platform_id FROM deletions") == [(gone.uri,)]


def status(local_id: str, hour: float, arrived: float | None = None) -> dict[str, Any]:
    return {
        "id": local_id,
        "uri": f"https://home.example/{local_id[-4:]}",
        "url": f"https://home.example/{local_id[-4:]}",
        "created_at": at(hour).isoformat().replace("+00:00", "Z"),
        "account": {"id": "1", "acct": "dana@home.example", "url": "https://home.example/@dana", "username": "dana"},
        "content": "<p>#x</p>",
        "visibility": "public",
        "tags": [{"name": LET, "url": "https://x.example"}],
        "mentions": [],
        "media_attachments": [],
        "_arrived": hour if arrived is None else arrived,
    }


def test_ids_that_hold_no_time_are_only_handed_back(clock: Clock, store: Store) -> None:
    """42 hex digits, in the order of arrival: a late post stands among newer ones."""
    ids = iter(f"{number:042x}" for number in range(10**40, 10**40 + 99))
    known = [status(next(ids), hour) for hour in range(1, 30)]
    known += [status(next(ids), 10, arrived=30), *(status(next(ids), hour) for hour in range(30, 47))]

    def answer(asked: Asked) -> Reply:
        if "instance" in asked.path:
            return Reply(json.dumps({"version": "2.7.2 (compatible; Akkoma 3.13.3)"}).encode())
        before = asked.query.get("max_id", ["z"])[0]
        newest_first = [one for one in reversed(known) if one["id"] < before]
        return Reply(json.dumps(newest_first[:10]).encode())

    with answering(answer) as canned:
        pages = read(source_of(canned, clock), 25, 40)
        places = [asked.query["max_id"][0] for asked in canned.log if "max_id" in asked.query]
        assert len({len(place) for place in places}) == 1
        assert pages[-1].completes is not None
        oldest = min(item.post.created_at for page in pages for item in page.items if item.post)
        assert oldest < "2026-11-01T02", "posts may stand a day from their place"
        assert run(store, source_of(canned, clock), clock, until=24).error is None
        assert ledger(store, canned) == (Stretch(at(0), at(24), State.COMPLETE),)
        assert len(rows(store, "SELECT id FROM posts")) == len(known)


def test_an_unreadable_status_keeps_no_words_that_were_meant_for_few(clock: Clock) -> None:
    """A token may see them; a boost, a quote or an error must not carry them into the store."""
    hidden = {"id": "2", "uri": "u", "visibility": "private", "content": "not for everyone", "account": {"acct": "a"}}
    broken = {"id": "1", "created_at": "no time", "visibility": "public", "reblog": hidden}

    answers = iter([orjson.dumps([broken])])

    def answer(asked: Asked) -> Reply:
        return Reply(next(answers, b"[]") if "/timelines/" in asked.path else b"{}")

    with answering(answer) as canned:
        pages = read(source_of(canned, clock), 0, 48)
    (item,) = (item for page in pages for item in page.items)
    assert item.post is None
    assert b"not for everyone" not in item.payload
    assert orjson.loads(item.payload)["includes"]["server"] == canned.host, "reparse has to know whose ids these are"


def test_a_redirect_to_another_server_is_not_followed(clock: Clock) -> None:
    with answering(lambda _asked: Reply()) as other:
        moved = Reply(b"", 302, {"Location": f"{other.url}/api/v2/instance/"})
        with answering(lambda _asked: moved) as canned:
            with pytest.raises(AccessRefused, match="redirects to 127"):
                read(source_of(canned, clock, token=TOKEN))
            assert canned.log[0].headers["Authorization"] == f"Bearer {TOKEN}"
        assert other.log == []


ODD = [
    (Reply(b"<html><h1>We are down</h1>", 200, {"Content-Type": "text/html"}), Unavailable, "a page that is not JSON"),
    (Reply(b"The access token is invalid", 400, {"Content-Type": "text/plain"}), AccessRefused, "token is invalid"),
    (Reply(b"<html>not for robots", 403, {"Content-Type": "text/html"}), AccessRefused, "HTTP 403$"),
    (Reply(b"", 204, {}), AccessRefused, "HTTP 204"),
    (Reply(b"", 200, {}), Unavailable, "not JSON"),
    (Reply(b"{}", 522), Unavailable, "HTTP 522"),
    (Reply(b'{"a": 1}'), PayloadError, "no list"),
]


@pytest.mark.parametrize(("reply", "error", "fact"), ODD, ids=str)
def test_odd_answers(reply: Reply, error: type[SourceError], fact: str, clock: Clock) -> None:
    with (
        answering(lambda asked: Reply(b"{}") if "instance" in asked.path else reply) as canned,
        pytest.raises(error, match=fact),
    ):
        read(source_of(canned, clock))


def test_headers_that_the_library_stumbles_over_cost_nothing(clock: Clock) -> None:
    odd = {"X-RateLimit-Reset": "never", "X-RateLimit-Remaining": "many", "Link": "<<>", "Deprecation": "@1688169599"}
    with answering(lambda asked: Reply(b"{}" if "instance" in asked.path else b"[]", headers=odd)) as canned:
        assert read(source_of(canned, clock))[0].exhausted


def test_an_unreadable_status_is_kept_and_the_others_are_read(clock: Clock) -> None:
    statuses = [status("9" * 42, 3), {"id": "8" * 42, "content": 5}, None, status("7" * 42, 1)]
    page = json.dumps(statuses).encode()
    with answering(lambda asked: Reply(b"[]" if "max_id" in asked.query else page)) as canned:
        [first, last] = read(source_of(canned, clock))
        assert [item.post is None for item in first.items] == [False, True, True, False]
        assert last.exhausted


def test_the_token_stands_in_no_log_and_no_error(
    server: MockMastodon, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "very-secret-token"
    settings = Settings(server.url, CONTACT, token=secret)
    server.behaviour.faults.extend(["reset", "malformed"])
    source = MastodonSource(settings, now=clock.now)
    for _ in range(2):
        with pytest.raises(Unavailable) as failed:
            read(source)
        assert secret not in repr(failed.value)
    read(source)
    assert secret not in caplog.text + repr(settings)


WRONG = [
    "",
    "http://mastodon.example",
    "ftp://127.0.0.1",
    "https://user:word@x.example",
    "https://x.example/path",
    "a b/c",
]


@pytest.mark.parametrize("server", WRONG)
def test_what_is_no_server_is_refused(server: str) -> None:
    with pytest.raises(ValueError, match=r"is not a server|without encryption"):
        Settings(server, CONTACT)


@pytest.mark.parametrize("contact", ["", "a\nb", "قناة"])
def test_a_contact_must_fit_a_header(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        Settings("mastodon.example", contact)


def test_a_server_is_named_by_its_host() -> None:
    settings = Settings("Mastodon.Example", CONTACT)
    assert (settings.host, settings.base_url) == ("mastodon.example", "https://Mastodon.Example")


def recorded(shared: Path, name: str) -> list[dict[str, Any]]:
    exchanges = yaml.safe_load((shared / "mastodon" / name).read_text(encoding="utf-8"))["interactions"]
    return [one for one in exchanges if one["request"]["method"] == "GET"]


def replayed(exchanges: list[dict[str, Any]], path: str) -> Reply:
    """Answer as was recorded for a path, as far as it was."""
    for one in exchanges:
        if one["request"]["uri"].partition("://")[2].partition("/")[2].partition("?")[0].strip("/") == path.strip("/"):
            told = {name: values[0] for name, values in one["response"]["headers"].items()}
            kept = {
                name: value
                for name, value in told.items()
                if name.lower() not in {"content-length", "transfer-encoding"}
            }
            return Reply(one["response"]["body"]["string"].encode(), one["response"]["status"]["code"], kept)
    return Reply(b'{"error":"Record not found"}', 404)


def test_a_recorded_hashtag_timeline_is_read_by_the_same_code(shared: Path, clock: Clock) -> None:
    exchanges = recorded(shared, "test_hashtag_tl.yaml")
    clock.moment = datetime(2026, 8, 1, 14, tzinfo=UTC)
    day = Window(datetime(2026, 8, 1, tzinfo=UTC), clock.moment)

    def answer(asked: Asked) -> Reply:
        return Reply() if "max_id" in asked.query else replayed(exchanges, asked.path)

    with answering(answer) as canned:
        first, last = source_of(canned, clock).pages(Query(("hoot",)), day, None)
        assert [item.post and item.post.hashtags for item in first.items] == [("hoot",)]
        assert first.cursor == "max_id 117020593741189701"
        assert last.exhausted


def test_recorded_public_timelines_and_policies_are_read_by_the_same_code(shared: Path, clock: Clock) -> None:
    exchanges = recorded(shared, "test_timeline_disabled.yaml")
    clock.moment = datetime(2026, 8, 2, 8, tzinfo=UTC)
    day = Window(datetime(2026, 8, 1, tzinfo=UTC), clock.moment)

    def answer(asked: Asked) -> Reply:
        if "max_id" in asked.query:
            return Reply()
        return replayed(exchanges, asked.path if "instance" in asked.path else "/api/v1/timelines/public")

    with answering(answer) as canned:
        source = source_of(canned, clock)
        first, _ = source.pages(Query(("any",)), day, None)
        assert len(first.items) == 20
        assert all(item.error is None for item in first.items)
        assert source.traits.tags_at_once == 4
