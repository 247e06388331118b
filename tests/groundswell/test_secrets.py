"""Secrets of the environment reach neither the log nor stderr nor the store, whatever goes wrong with a source."""

import json
import logging
from pathlib import Path

import pytest

from groundswell.journal import LOG, Redacting, keep_journal
from groundswell.secrets import BLOT, Secrets, token_of
from tests.groundswell.processes import Place, stopped, until

TOKEN = "AAAAtoken/that+must%not=be.told"
QUOTED = "AAAAtoken%2Fthat%2Bmust%25not%3Dbe.told"
ENVIRONMENT = {
    "X_BEARER_TOKEN": TOKEN,
    "BLUESKY_APP_PASSWORD": "abcd-efgh",
    "SHORT_PASSWORD": "abc",
    "HOME": "/home/me",
}

LEAKING = """
import os
from collector.clock import MachineClock
from collector.errors import AccessRefused, Unavailable
from collector.source import Traits
from groundswell import jobs
from groundswell.secrets import Discreet, Secrets
from groundswell.sources import Made

TOKEN = os.environ["X_BEARER_TOKEN"]

class Leaking:
    def __init__(self, name, error):
        self.traits = Traits(platform="x", name=name)
        self._error = error
    def pages(self, query, window, cursor):
        raise self._error
        yield

ERRORS = {
    "refused": AccessRefused(f"401 for Bearer {TOKEN}"),
    "down": Unavailable("no answer from https://api.x.com/?token=" + os.environ["QUOTED"]),
    "bug": ZeroDivisionError(f"Authorization: {TOKEN}"),
}

def make(config, name):
    if name == "unmade":
        raise OSError(5, f"cannot log in with {TOKEN}", "x")
    source = Discreet(Leaking(name, ERRORS[name]), Secrets.of())
    return Made(name, source, MachineClock(), config.sources.replays[name])

jobs.make = make
from groundswell.__main__ import main
main()
"""


def files_in(folder: Path) -> list[tuple[str, bytes]]:
    """Read all files of a folder."""
    return [(path.name, path.read_bytes()) for path in folder.iterdir() if path.is_file()]


def test_no_secret_reaches_the_log_the_store_or_stderr(tmp_path: Path) -> None:
    place = Place(tmp_path)
    replay = {"archive": "none", "starts_at": "2026-11-01"}
    config = {
        "campaigns": {"c": {"title": "C", "tags": ["#c"], "from": "2026-11-01"}},
        "sources": {"replays": dict.fromkeys(("refused", "down", "bug", "unmade"), replay)},
        "schedule": {"collect": "1s"},
    }
    place.write(json.dumps(config))
    environment = {"X_BEARER_TOKEN": TOKEN, "QUOTED": QUOTED}
    with place.started("run", script=LEAKING, **environment) as process:
        until(lambda: place.number("SELECT COUNT(DISTINCT source) FROM runs WHERE state = 'failed'") == 2, process)
        until(lambda: all(f" {name}: " in place.log() for name in ("refused", "bug", "unmade")), process)
        files = files_in(tmp_path)
        code, _, err = stopped(process)
    assert code == 0
    files += [*files_in(tmp_path), ("stderr", err.encode())]
    assert {"groundswell.db", "groundswell.db-wal", "groundswell.log"} <= {name for name, _ in files}
    for name, content in files:
        for secret in (TOKEN, QUOTED):
            assert secret.encode() not in content, name
    assert BLOT in err
    reasons = {row[0] for row in place.ask("SELECT reason FROM coverage WHERE state = 'failed'")}
    assert f"401 for Bearer {BLOT}" in reasons


def test_a_secret_in_what_the_command_line_says_is_blotted_out(tmp_path: Path) -> None:
    environment = {"BLUESKY_APP_PASSWORD": "abcd-efgh"}
    done = Place(tmp_path).do("query", "SELECT 1", "--store", "sqlite:///abcd-efgh.db", **environment)
    assert (done.returncode, "abcd-efgh" in done.stderr, BLOT in done.stderr) == (1, False, True)


def record_of(message: str, *values: object, error: Exception | None = None) -> logging.LogRecord:
    """Make a record of the log, with an error's traceback where one is given."""
    told = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("groundswell", logging.ERROR, "", 0, message, values, told)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"Bearer {TOKEN}", f"Bearer {BLOT}"),
        (f"https://api.x.com/?token={QUOTED}&page=1", f"https://api.x.com/?token={BLOT}&page=1"),
        ("POST /AAAAtoken%2fthat+must%25not=be.told HTTP/1.1", f"POST /{BLOT} HTTP/1.1"),
        (f"{TOKEN}{TOKEN} abcd-efgh", f"{BLOT}{BLOT} {BLOT}"),
        ("abc stands in every word, /home/me is no secret", "abc stands in every word, /home/me is no secret"),
    ],
)
def test_a_line_of_the_log_has_no_secret(said: str, written: str) -> None:
    assert Redacting("%(message)s", ENVIRONMENT).format(record_of("%s", said)) == written


def test_a_traceback_has_no_secret() -> None:
    with pytest.raises(ValueError, match="Bearer") as caught:
        raise ValueError(f"Bearer {TOKEN}")
    line = Redacting("%(message)s", ENVIRONMENT).format(record_of("it broke", error=caught.value))
    assert line.startswith("it broke\nTraceback")
    assert line.endswith(f"ValueError: Bearer {BLOT}")
    assert TOKEN not in line


def test_of_two_secrets_one_of_which_begins_the_other_nothing_is_left() -> None:
    secrets = Secrets.of({"A_TOKEN": "abcdef", "B_TOKEN": "abcdefghi"})
    assert secrets.blot("abcdefghi abcdef") == f"{BLOT} {BLOT}"


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ("mastodon.social", "MASTODON_TOKEN_MASTODON_SOCIAL"),
        ("my-server.example", "MASTODON_TOKEN_MY_SERVER_EXAMPLE"),
        ("http://127.0.0.1:3000", "MASTODON_TOKEN_127_0_0_1_3000"),
    ],
)
def test_a_server_has_a_token_of_its_own(server: str, name: str) -> None:
    assert token_of(server, {name: "the token"}) == "the token"
    assert token_of(server, {name: ""}) is None
    assert token_of("other.example", {name: "the token"}) is None


def test_a_secret_of_blanks_is_none() -> None:
    assert Secrets.of({"A_TOKEN": " " * 20, "B_TOKEN": ""}).blot("a b  c") == "a b  c"


def test_what_the_scheduler_says_goes_through_the_same_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.log"
    try:
        keep_journal(file, ENVIRONMENT)
        LOG.info("with %s", TOKEN)
        logging.getLogger("apscheduler.executors.default").error("it broke with %s", TOKEN)
        logging.getLogger("apscheduler.scheduler").warning("put off")
    finally:
        keep_journal(None, to_stderr=False)
    said = file.read_text(encoding="utf-8")
    assert [line.split(" ", 2)[1:] for line in said.splitlines()] == [
        ["INFO", f"with {BLOT}"],
        ["ERROR", f"it broke with {BLOT}"],
    ]
    assert capsys.readouterr().err == said
