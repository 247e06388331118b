"""README's transcript is what the program says to a newcomer.

Its commands are run in order, in a new folder, over a server on loopback that stands for mastodon.social, and all that
they print is held against README. Of either side these are made alike first, and nothing else: the server's address,
the folder, dates, the log's times and lengths of time.
"""

import re
import shlex
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundswell.cli import run
from tests.groundswell.processes import ROOT, Place, stopped, until
from tests.platforms.mastodon import Made, MockMastodon, running

SERVER, FOLDER = "mastodon.social", "/home/you/cats"
POSTS = {7: 38, 6: 9, 5: 3, 4: 0, 3: 4, 2: 6, 1: 11, 0: 5}
"""How many posts there are, by how many days ago (UTC): all days but the last two have settled."""

AUTHORS = ("nora", "tomcat", "whiskers@example.social", "paws", "mimi@example.social")
VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000"), "TIME"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DAY"),
    (re.compile(r"\d+ (?:d|h|min|s)\b(?: \d+ (?:h|min|s)\b)?"), "LENGTH"),
)


@dataclass
class Step:
    """A command of the transcript, what it says, and what it says after Ctrl-C."""

    words: list[str]
    said: list[str]
    said_at_the_end: list[str] | None = None


def transcript() -> list[Step]:
    """Read README's transcript."""
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").split("## Follow a tag on Mastodon\n")[1].split("\n## ")[0]
    )
    steps: list[Step] = []
    for line in (line[4:] for line in section.splitlines() if line.startswith("    ")):
        if line.startswith("$ "):
            program, *words = shlex.split(line[2:])
            assert program == "groundswell"
            steps.append(Step(words, []))
        elif line == "^C":
            steps[-1].said_at_the_end = []
        else:
            here = steps[-1]
            (here.said if here.said_at_the_end is None else here.said_at_the_end).append(alike(line))
    return steps


def alike(text: str) -> str:
    """Make of a line what is the same in every run."""
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text.rstrip()


def lines(text: str, server: MockMastodon, place: Place) -> list[str]:
    """Write what the program said as if the server and the folder were README's."""
    told = text.replace(server.url, SERVER).replace(server.host, SERVER).replace(str(place.folder), FOLDER)
    return [alike(line) for line in told.splitlines()]


@pytest.fixture
def server() -> Iterator[MockMastodon]:
    """A server with cats on every day of the last week but one: from noon on, today's at midnight."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with running() as [one]:
        for ago, count in POSTS.items():
            at = midnight - timedelta(days=ago) + timedelta(hours=12 if ago else 0)
            for number in range(count):
                name, _, domain = AUTHORS[number % len(AUTHORS)].partition("@")
                one.add(
                    Made(
                        uri=f"https://{domain or SERVER}/users/{name}/statuses/{ago}-{number}",
                        at=at + timedelta(minutes=number if ago else 0),
                        tags=("caturday",),
                        author=name,
                        domain=domain or None,
                    )
                )
        yield one
        if datetime.now(UTC).date() != midnight.date():
            pytest.skip("midnight passed meanwhile")


def test_the_transcript_shows_the_way_from_nothing_to_numbers() -> None:
    steps = transcript()
    assert [step.words[0] for step in steps] == ["init", "run", "chart", "query"]
    assert all(step.said for step in steps)
    assert steps[1].said_at_the_end
    assert steps[0].words[1:3] == ["#caturday", "--mastodon"]


def test_its_question_is_answered_as_readme_says(
    server: MockMastodon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    init, _, _, query = transcript()
    for words, said in ((init.words, init.said), (["collect"], None), (query.words, query.said)):
        assert run([server.url if word == SERVER else word for word in words]) == 0
        told = capsys.readouterr().out
        assert said is None or lines(told, server, Place(tmp_path)) == said
    assert run(["status"]) == 0
    assert "; 1 hole\n" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["chart", "volume"], ["status"], ["query", "SELECT 1"]], ids=" ".join)
def test_who_asks_too_early_is_told_what_makes_a_store(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "#caturday"]) == 0
    assert run(words) == 1
    assert "`groundswell run` and `groundswell import` make one" in capsys.readouterr().err


@pytest.mark.proof
def test_the_program_says_to_a_newcomer_what_readme_does(server: MockMastodon, tmp_path: Path) -> None:
    place = Place(tmp_path)
    for step in transcript():
        words = [server.url if word == SERVER else word for word in step.words]
        if step.said_at_the_end is None:
            done = place.do(*words)
            assert (done.returncode, lines(done.stdout + done.stderr, server, place)) == (0, step.said)
            continue
        with place.started(*words) as process:
            until(lambda: len(place.log().splitlines()) >= len(step.said), process)  # noqa: B023  it waits within the step
            code, _, said = stopped(process, signal.SIGINT)
        assert (code, lines(said, server, place)) == (0, [*step.said, *step.said_at_the_end])
