"""`groundswell posts`: the posts of one bin, each on a line."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from groundswell.cli import run
from groundswell.config import load, to_campaigns
from storage.batch import Batch
from storage.coverage import Key, State, Stretch
from storage.errors import StoreUnwritable
from storage.post import Deletion, Item
from storage.store import Store
from tests.made import item

NOW = datetime(2019, 12, 1, tzinfo=UTC)
CONFIG = """\
campaigns:
  let-it-go: {title: A, tags: ["#خليها_تخيس"], time_zone: Asia/Baghdad}
  turkeys: {title: B, tags: ["#KochFarms"], time_zone: America/New_York}
"""


@pytest.fixture
def config(store: str, tmp_path: Path) -> str:
    """A config whose store has a few posts; returns its path."""
    file = tmp_path / "config.yaml"
    file.write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    tag = ("خليها_تخيس",)
    items = [
        item(1, text="before", tags=tag, created_at="2019-11-03T17:59:59.999999Z"),
        item(2, text="first\nof\x1b[31m two", tags=tag, created_at="2019-11-03T18:00:00.000000Z"),
        item(3, text="#خليها_تخيس الان", tags=tag, created_at="2019-11-03T18:59:59.000000Z", author="b"),
        item(4, text="after", tags=tag, created_at="2019-11-03T19:00:00.000000Z"),
        item(5, text="other", tags=("other",), created_at="2019-11-03T18:30:00.000000Z"),
        item(6, text="RT", created_at="2019-11-03T18:40:00.000000Z", repost_of="2"),
    ]
    save(store, file, *items)
    return str(file)


def save(store: str, config: str | Path, *items: Item, deleted: str | None = None) -> None:
    """Save posts, and perhaps the word that one is gone."""
    gone = [Deletion(platform="x", platform_id=deleted, deleted_at="2019-11-20T00:00:00.000000Z")] if deleted else []
    with Store.open(store) as opened:
        opened.set_campaigns(to_campaigns(load(Path(config))), NOW)
        run_id = opened.begin_run("archive", "", NOW)
        opened.save(Batch(run_id, "archive", "", NOW, items=items, deletions=gone))


def listed(config: str, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[list[str], str]:
    """List posts of the campaign; returns the lines and what was said beside them."""
    assert run(["posts", "--config", config, "--campaign", "let-it-go", *words]) == 0
    out, err = capsys.readouterr()
    return out.splitlines(), err


def test_the_posts_of_an_hour_with_local_time_author_text_and_link(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, said = listed(config, capsys, "--at", "2019-11-03T21:20")
    assert lines == [
        "2019-11-03 21:00:00+03:00  @handle_a  first of[31m two  https://x.com/i/status/2",
        "2019-11-03 21:59:59+03:00  @handle_b  \u2068#خليها_تخيس الان\u2069  https://x.com/i/status/3",
    ]
    assert said.startswith("let-it-go, from 2019-11-03 21:00:00+03:00 until 2019-11-03 22:00:00+03:00: 2 posts found")


HOUR = datetime(2019, 11, 3, 18, tzinfo=UTC)


def test_a_bin_that_is_complete_has_these_and_no_more(
    store: str, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    covered(store, Stretch(HOUR, HOUR + timedelta(hours=1), State.COMPLETE))
    _, said = listed(config, capsys, "--at", "2019-11-03T21:20")
    assert said == "let-it-go, from 2019-11-03 21:00:00+03:00 until 2019-11-03 22:00:00+03:00: 2 posts.\n"


def test_a_bin_that_is_not_complete_is_never_told_as_if_it_were(
    store: str, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(config, capsys, "--at", "2019-11-05")[1].endswith(
        ": 0 posts found, and there may be more:\n  no source was asked for these yet\n"
    )
    covered(store, Stretch(HOUR, HOUR + timedelta(minutes=40), State.FAILED, "HTTP 503"))
    lines, said = listed(config, capsys, "--at", "2019-11-03T21:20")
    assert len(lines) == 2
    assert said.splitlines()[1:] == [
        "  x, 2019-11-03 21:00:00+03:00 to 2019-11-03 21:40:00+03:00: failed, HTTP 503",
        "  x, 2019-11-03 21:40:00+03:00 to 2019-11-03 22:00:00+03:00: not tried",
    ]


def test_a_store_that_may_not_be_written_still_shows_its_posts_and_claims_nothing(
    config: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Store:
        raise StoreUnwritable("attempt to write a readonly database")

    monkeypatch.setattr(Store, "open", refused)
    lines, said = listed(config, capsys, "--at", "2019-11-03T21:20")
    assert len(lines) == 2
    assert "2 posts found, and there may be more:\n  what was collected cannot be told" in said


def covered(store: str, stretch: Stretch) -> None:
    """Note what is known of the campaign's tag on X."""
    with Store.open(store) as opened:
        run_id = opened.begin_run("x-search", "", NOW)
        key = Key("x", "x-search", "", "خليها_تخيس", "posts")
        opened.save(Batch(run_id, "x-search", "", NOW, coverage=((key, stretch),)))


def test_a_time_with_an_offset_is_the_same_moment(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(config, capsys, "--at", "2019-11-03T18:20Z") == listed(config, capsys, "--at", "2019-11-03T21:20")


def test_the_posts_of_a_day(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = listed(config, capsys, "--at", "2019-11-03", "--every", "1day")
    assert [re.findall(r"status/(\d)", line) for line in lines] == [["1"], ["2"], ["3"], ["4"]]


def test_reposts_are_listed_with_the_words_they_repeat(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines, said = listed(config, capsys, "--at", "2019-11-03T21:20", "--kind", "reposts")
    assert lines == ["2019-11-03 21:40:00+03:00  @handle_a  first of[31m two  https://x.com/i/status/6"]
    assert ": 1 repost found" in said


def test_a_repost_of_a_later_version_has_the_words_of_its_target(
    store: str, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    original, repost = item(7, text="the whole of it", tags=("خليها_تخيس",)), item(8, text="RT the…", repost_of="7v2")
    assert original.post is not None
    edited = msgspec.structs.replace(original.post, ids=(("x", "7"), ("x", "7v2")), version=2, version_id="7v2")
    save(store, config, msgspec.structs.replace(original, post=edited), repost)
    lines, _ = listed(config, capsys, "--at", "2024-01-03T03:00", "--kind", "reposts")
    assert [line.split("  ")[2] for line in lines] == ["the whole of it"]


@pytest.mark.parametrize(("deleted", "kind"), [("2", "reposts"), ("3", "posts")])
def test_what_was_deleted_is_said_to_be_and_nothing_repeats_its_words(
    deleted: str, kind: str, store: str, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(store, config, deleted=deleted)
    lines, _ = listed(config, capsys, "--at", "2019-11-03T21:20", "--kind", kind)
    assert lines[-1].split("  ")[2] == "(deleted)"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "soon", "--campaign", "turkeys"], "'soon' is not a time such as"),
        (["--at", "2019-11-03"], "there are several: name one of let-it-go, turkeys."),
        (["--at", "2019-11-03", "--campaign", "turkey"], "do you mean turkeys?"),
        (["--at", "2019-11-03", "--campaign", "zzz"], "there are let-it-go, turkeys."),
    ],
)
def test_wrong_words(config: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["posts", "--config", config, *words]) == 2
    assert said in capsys.readouterr().err


def test_bins_that_there_are_not(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--config", config, "--campaign", "turkeys", "--at", "2019-11-03", "--every", "2h"]
    assert run(["posts", *words]) == 1
    assert "'2h' is not a length of bins" in capsys.readouterr().err
