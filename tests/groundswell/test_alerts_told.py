"""Alerts on their way to a person: each once, through every channel that works, and with no secret left anywhere."""

import io
import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.alerts.alert import Alert, Kind, Verdict
from groundswell.alerts.channels import send
from groundswell.alerts.errors import AppriseMissing, ChannelError, NoChannel, NotTold, SecretMissing
from groundswell.alerts.messenger import Messenger
from groundswell.alerts.reconciled import On, reconcile
from groundswell.alerts.told import TRIED_FOR, Book
from groundswell.journal import keep_journal
from groundswell.problems import last
from groundswell.secrets import BLOT
from groundswell.words import lines_of
from storage.lease import Lease
from storage.store import Store
from tests.blank import Database
from tests.groundswell.heard import Hearing, hearing
from tests.groundswell.processes import Place, stopped, until
from tests.groundswell.test_run import deaf_server

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Apprise loads all of its plugins when the first message is sent, and tweepy with them."""

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = "hunter2/and+more%"


def alert(
    kind: Kind = "budget", key: str = "a", *, since: int = 0, until: int | None = None, is_enough: bool = True
) -> Alert:
    """Make an alert; times are hours from NOW."""
    end = None if until is None else NOW + until * HOUR
    return Alert(kind, key, NOW + since * HOUR, f"{kind} of {key}", end, campaign=key, is_enough=is_enough)


@pytest.fixture
def opened(database: Database) -> Iterator[Store]:
    """An empty store, in either database."""
    with database.blank() as url, Store.open(url) as store:
        yield store


def entered(book: Book, *alerts: Alert, at: int = 0, kind: Kind = "budget") -> tuple[int, int]:
    """Enter what is on; tells how many were raised and how many ended."""
    changes = book.enter([Verdict(kind, alerts)], ["json://a"], NOW + at * HOUR)
    return len(changes.raised), len(changes.ended)


def test_it_is_raised_once_and_again_only_after_it_was_over(opened: Store) -> None:
    book = Book(opened.engine)
    assert entered(book, alert()) == (1, 0)
    assert entered(Book(opened.engine), alert(), alert(key="b")) == (1, 0), "after a restart the store knows"
    assert entered(book, alert(), at=1) == (0, 1)
    assert entered(book, at=2) == (0, 1)
    assert entered(book, alert(), at=3) == (1, 0)
    (a, b, again) = book.lately(NOW + 3 * HOUR, timedelta(days=1))
    assert (a.ended_at is None, b.key, b.ended_at is None, again.ended_at) == (False, "b", False, None)
    assert [one.key for one in book.lately(NOW + 30 * HOUR, timedelta(days=1))] == ["a"]


def test_what_is_not_enough_is_not_raised_and_keeps_on_what_is(opened: Store) -> None:
    book, hovering = Book(opened.engine), alert(is_enough=False)
    assert entered(book, hovering) == (0, 0)
    assert entered(book, alert()) == (1, 0)
    assert entered(book, hovering) == (0, 0)
    assert entered(book) == (0, 1)


def test_a_burst_whose_onset_moved_is_the_same_and_one_after_a_gap_is_not(opened: Store) -> None:
    book = Book(opened.engine)
    assert entered(book, alert("burst", since=0, until=3), kind="burst") == (1, 0)
    assert entered(book, alert("burst", since=20, until=30), kind="burst") == (0, 0)
    # The collector was away, and there was a day without a burst meanwhile.
    assert entered(book, alert("burst", since=55, until=60), kind="burst", at=60) == (1, 1)


def test_a_new_silence_is_not_the_old_one(opened: Store) -> None:
    book = Book(opened.engine)
    assert entered(book, alert("silence", since=0, until=30), kind="silence") == (1, 0)
    assert entered(book, alert("silence", since=0, until=40), kind="silence") == (0, 0)
    assert entered(book, alert("silence", since=41, until=80), kind="silence") == (1, 1)


def test_what_is_not_known_is_not_over(opened: Store) -> None:
    book = Book(opened.engine)
    assert entered(book, alert("burst", since=0, until=3), kind="burst") == (1, 0)
    book.enter([Verdict("burst", (), campaign="other"), Verdict("silence", ())], [], NOW)
    assert len(book.lately(NOW, HOUR)) == 1
    book.drop_campaigns(["a"], NOW)
    assert book.lately(NOW, HOUR)[0].ended_at is None
    book.drop_campaigns(["other"], NOW)
    assert book.lately(NOW, HOUR)[0].ended_at is not None


ALERTS = st.builds(
    alert,
    st.sampled_from(["burst", "silence", "disk"]),
    st.sampled_from("ab"),
    since=st.integers(0, 60),
    until=st.none() | st.integers(61, 90),
    is_enough=st.booleans(),
)


@given(st.lists(ALERTS, max_size=4, unique_by=lambda one: (one.kind, one.key)), st.data())
def test_of_one_kind_and_key_there_is_never_more_than_one_on(alerts: list[Alert], data: st.DataObject) -> None:
    before = data.draw(st.lists(ALERTS, max_size=4, unique_by=lambda one: (one.kind, one.key)))
    on = [On(place, one.kind, one.key, one.campaign, one.until) for place, one in enumerate(before)]
    kinds = data.draw(st.sets(st.sampled_from(["burst", "silence", "disk"])))
    verdicts = [Verdict(kind, tuple(one for one in alerts if one.kind == kind)) for kind in sorted(kinds)]
    changes = reconcile(on, verdicts)
    after = [(one.kind, one.key) for one in on if one not in changes.ended]
    after += [(one.kind, one.key) for one in changes.raised]
    assert len(after) == len(set(after))
    assert all(one.is_enough for one in changes.raised)
    assert {one.kind for one in changes.ended} <= kinds
    again = reconcile(
        [On(place, one.kind, one.key, one.campaign, one.until) for place, one in enumerate(changes.raised)],
        [Verdict(kind, tuple(one for one in changes.raised if one.kind == kind)) for kind in sorted(kinds)],
    )
    assert (again.raised, again.ended) == ((), ())


def delivered(store: Store, *channels: str, at: int = 0, messenger: Messenger | None = None) -> None:
    """Deliver what is owed."""
    claim = Lease.of_this_process("alerts", "")
    assert store.take_lease(claim)
    by = messenger or Messenger(store, Book(store.engine), lambda: NOW + at * HOUR, Event())
    by.deliver(channels, claim)


def test_each_channel_hears_it_once_and_one_that_fails_is_tried_again_for_a_day(opened: Store) -> None:
    book = Book(opened.engine)
    with hearing() as heard, hearing(code=503) as broken:
        channels = (broken.address, heard.address)
        book.enter([Verdict("budget", (alert(), alert(key="b")))], channels, NOW)
        for hour in range(3):
            delivered(opened, *channels, at=hour)
        assert [one["message"] for one in heard.messages] == ["budget of a", "budget of b"]
        assert heard.messages[0]["title"] == "Groundswell: a budget is nearly spent"
        assert heard.messages[0]["type"] == "warning"
        assert len(broken.paths) == 3, "it is left for the time after its first failure"
        broken.code = 200
        delivered(opened, *channels, at=4)
        assert len(broken.messages) == 2
        delivered(opened, *channels, at=5)
        assert (len(heard.messages), len(broken.messages)) == (2, 2)


def test_what_is_older_than_a_day_or_of_a_channel_taken_out_is_not_told(opened: Store) -> None:
    book = Book(opened.engine)
    book.enter([Verdict("budget", (alert(),))], ["json://a", "json://b"], NOW)
    assert [one.channel for one in book.owed(["json://b", "json://new"], NOW)] == ["json://b"]
    assert book.owed(["json://b"], NOW + TRIED_FOR) == ()


def test_what_a_failing_channel_says_is_logged_once_and_kept_for_status(opened: Store, tmp_path: Path) -> None:
    book = Book(opened.engine)
    log = tmp_path / "a.log"
    keep_journal(log, to_stderr=False)
    messenger = Messenger(opened, book, lambda: NOW, Event())
    try:
        with hearing(code=503) as broken:
            book.enter([Verdict("budget", (alert(),))], [broken.address], NOW)
            for _ in range(3):
                delivered(opened, broken.address, messenger=messenger)
    finally:
        keep_journal(None, to_stderr=False)
    (line,) = log.read_text(encoding="utf-8").splitlines()
    assert f"WARNING alerts: {broken.address} did not take it: " in line
    assert "503" in line
    assert "It is tried again" in line


@pytest.mark.parametrize("error", [ChannelError, AppriseMissing, SecretMissing, NoChannel, NotTold])
def test_every_error_has_a_cure(error: type[ChannelError]) -> None:
    (line,) = lines_of(error("the fact"))
    assert line.startswith("the fact. ")


def test_without_apprise_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(AppriseMissing) as caught:
        send("json://127.0.0.1", "a title", "words")
    assert "pip install 'groundswell[alerts]'" in lines_of(caught.value)[0]


def test_what_a_channel_lacks_is_said_before_it_is_needed(opened: Store, tmp_path: Path) -> None:
    channels = ["json://127.0.0.1/{ALERT_TOKEN}", "nonsense://127.0.0.1", "json://127.0.0.1"]
    messenger = Messenger(opened, Book(opened.engine), lambda: NOW, Event())
    log = tmp_path / "a.log"
    keep_journal(log, to_stderr=False)
    try:
        for _ in range(2):
            delivered(opened, *channels, messenger=messenger)
    finally:
        keep_journal(None, to_stderr=False)
    said = [line.partition(" WARNING ")[2].partition(". ")[0] for line in log.read_text(encoding="utf-8").splitlines()]
    assert said == [
        "alerts: ALERT_TOKEN, which json://127.0.0.1/{ALERT_TOKEN} needs, is not set",
        "alerts: nonsense://127.0.0.1 is no address that Apprise takes",
    ]
    assert {one.job for one in last(opened)} == {"alerts"}


def test_a_value_that_the_environment_lacks_is_named() -> None:
    with pytest.raises(SecretMissing, match=r"ALERT_TOKEN, which .* needs, is not set"):
        send("json://127.0.0.1/{ALERT_TOKEN}", "a title", "words", {"ALERT_TOKEN": " "})


def test_an_address_that_apprise_does_not_know_is_named_as_it_is_written() -> None:
    with pytest.raises(NoChannel, match=r"^nonsense://\{ALERT_TOKEN\} is no address"):
        send("nonsense://{ALERT_TOKEN}", "a title", "words", {"ALERT_TOKEN": SECRET})


@pytest.fixture
def every_word(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that any library logs, down to DEBUG, as a program would see it that logs everything."""
    said = io.StringIO()
    handler, root = logging.StreamHandler(said), logging.getLogger()
    loggers = [root, *map(logging.getLogger, ("apprise", "urllib3", "urllib3.connectionpool", "requests"))]
    before = [(one, one.level) for one in loggers]
    root.addHandler(handler)
    for one in loggers:
        one.setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    for one, level in before:
        one.setLevel(level)


def closed_port() -> Hearing:
    """A port where nobody listens any more."""
    with hearing() as gone:
        pass
    return gone


def outcome_of(channel: str) -> str:
    """Send a message; tells all that is known of its failure."""
    try:
        send(channel, "a title", "words")
    except NotTold as error:
        return "".join(traceback.format_exception(error))
    return ""


@pytest.mark.parametrize("how", ["taken", "refused", "gone"])
def test_no_secret_reaches_a_log_or_an_error_though_libraries_log_everything(
    tmp_path: Path, every_word: io.StringIO, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("ALERT_TOKEN", SECRET)
    log = tmp_path / "a.log"
    keep_journal(log, {"ALERT_TOKEN": SECRET}, to_stderr=False)
    for name in ("urllib3", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        with hearing(code=200 if how == "taken" else 401) as heard:
            port = closed_port().port if how == "gone" else heard.port
            channel = f"json://me:{{ALERT_TOKEN}}@127.0.0.1:{port}/{{ALERT_TOKEN}}"
            said = outcome_of(channel)
    finally:
        keep_journal(None, to_stderr=False)
    assert bool(said) == (how != "taken")
    assert ("hunter2" in "".join(heard.paths)) == (how != "gone"), "it was asked with the secret"
    assert BLOT in log.read_text(encoding="utf-8") or how == "gone", "urllib3 did tell it"
    for text in (said, every_word.getvalue(), log.read_text(encoding="utf-8")):
        assert "hunter2" not in text


DEBUGGING = """
import logging
logging.basicConfig(level=logging.DEBUG, filename="debug.log")
for name in ("apprise", "urllib3"):
    logging.getLogger(name).setLevel(logging.DEBUG)
"""
REFUSING = """
import os
from datetime import timedelta
from collector.clock import MachineClock
from collector.errors import AccessRefused
from collector.source import Traits
from groundswell import jobs
from groundswell.secrets import Discreet, Secrets
from groundswell.sources import Made

class Refusing:
    traits = Traits(platform="x", name="refusing")
    def pages(self, query, window, cursor):
        raise AccessRefused(f"HTTP 401 for Bearer {os.environ['X_BEARER_TOKEN']}")
        yield

jobs.make = lambda config, name: Made(
    name, Discreet(Refusing(), Secrets.of()), MachineClock(), config.sources.replays[name]
)
jobs.LATER = timedelta(seconds=1)
jobs.EVERY = timedelta(seconds=1)
from groundswell.__main__ import main
main()
"""


def test_a_source_that_refuses_us_is_told_once_and_no_secret_with_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with hearing() as heard, hearing(code=401) as broken:
        to = [f"json://me:{{ALERT_TOKEN}}@127.0.0.1:{port}/{{ALERT_TOKEN}}" for port in (broken.port, heard.port)]
        config = {
            "campaigns": {"c": {"title": "C", "tags": ["#c"], "from": "2026-11-01"}},
            "sources": {"replays": {"refusing": {"archive": "none", "starts_at": "2026-11-01"}}},
            "schedule": {"collect": "1s"},
            "alerts": {"to": to},
        }
        place.write(json.dumps(config))
        environment = {"ALERT_TOKEN": SECRET, "X_BEARER_TOKEN": "AAAA-very-secret"}
        with place.started("run", script=DEBUGGING + REFUSING, **environment) as process:
            until(lambda: heard.messages and len(broken.paths) > 1, process)
            code, _, err = stopped(process)
    assert code == 0
    assert (tmp_path / "debug.log").stat().st_size > 0
    assert len(heard.messages) == 1
    assert heard.messages[0]["message"].startswith("Source refusing refuses since ")
    assert "HTTP 401 for Bearer [secret]. Check the key" in heard.messages[0]["message"]
    assert place.number("SELECT COUNT(*) FROM alerts WHERE kind = 'source' AND source = 'refusing'") == 1
    for name, content in [("stderr", err.encode()), *((one.name, one.read_bytes()) for one in files_in(tmp_path))]:
        for secret in ("hunter2", "AAAA-very-secret"):
            assert secret.encode() not in content, name


@pytest.mark.proof
def test_a_channel_that_hangs_holds_up_neither_the_others_nor_the_end(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with hearing() as heard, deaf_server() as (port, came):
        config = {
            "campaigns": {"c": {"title": "C", "tags": ["#c"], "from": "2026-11-01"}},
            "sources": {"replays": {"refusing": {"archive": "none", "starts_at": "2026-11-01"}}},
            "schedule": {"collect": "1s"},
            "alerts": {"to": [f"json://127.0.0.1:{port}", heard.address]},
        }
        place.write(json.dumps(config))
        with place.started("run", script=REFUSING, X_BEARER_TOKEN=SECRET) as process:
            until(lambda: heard.messages and came.is_set(), process)
            code, seconds, err = stopped(process)
    assert (code, seconds < 5) == (0, True), err
    assert place.is_whole()


def files_in(folder: Path) -> Iterator[Path]:
    """List all files of a folder, those in its folders too."""
    return (Path(where) / name for where, _, names in os.walk(folder) for name in names)
