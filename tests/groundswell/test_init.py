"""`groundswell init`: the file it writes, for the shipped campaign and for tags of one's own."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.cli import run
from groundswell.config import load, parse, to_campaigns
from groundswell.config.template import LET_IT_GO, asking, draft_of, write_config
from groundswell.spellings import spellings
from storage.tag import asked, fold

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, where the test stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_shipped_config_is_what_init_writes() -> None:
    assert (ROOT / "config.yaml").read_text(encoding="utf-8") == write_config(LET_IT_GO)


def test_without_tags_it_watches_the_shipped_campaign(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    assert "wrote config.yaml" in capsys.readouterr().out
    config = load(here / "config.yaml")
    (campaign,) = to_campaigns(config)
    assert (campaign.slug, campaign.time_zone) == ("let-it-go", "Asia/Baghdad")
    assert campaign.tags == ("خليها_تخيس", "خلوها_تخيس", "خليها_تعفن")
    assert config.sources.inbox
    assert config.sources.inbox.folder == here / "inbox"
    assert (here / "inbox").is_dir()


def test_with_tags_it_watches_them_and_notes_other_spellings(here: Path) -> None:
    assert run(["init", "#مكتبة_علي", "＃KochFarms"]) == 0
    (campaign,) = to_campaigns(load(here / "config.yaml"))
    assert campaign.tags == ("مكتبة_علي", "KochFarms")
    notes = [line.strip() for line in (here / "config.yaml").read_text(encoding="utf-8").splitlines()]
    assert '# - "#مکتبة_علی" # as Persian keyboards write it' in notes
    assert '# - "#مكتبه_علي" # with ه for ة' in notes


def test_a_note_taken_over_is_watched(here: Path) -> None:
    text = write_config(draft_of(["مكتبة"])).replace('# - "#', '- "#')
    (campaign,) = to_campaigns(parse(text, here / "config.yaml"))
    assert len(campaign.tags) > 1


def test_a_config_that_is_there_is_never_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "config.yaml").write_text("mine")
    assert run(["init", "#tag"]) == 1
    assert "is there already and stays as it is" in capsys.readouterr().err
    assert (here / "config.yaml").read_text() == "mine"
    assert not (here / "inbox").exists()


def test_servers_of_mastodon_come_with_somebody_to_reach(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "#caturday", "--mastodon", "Mastodon.Social", "--contact", "me@example.org"]) == 0
    mastodon = load(here / "config.yaml").sources.mastodon
    assert mastodon
    assert (mastodon.servers, mastodon.contact) == (("mastodon.social",), "me@example.org")
    assert "#caturday, from " in capsys.readouterr().out
    assert run(["init", "#caturday", "--config", "b.yaml", "--mastodon", "mastodon.social"]) == 2
    assert "a server is told who asks" in capsys.readouterr().err
    assert run(["init", "#caturday", "--config", "b.yaml", "--mastodon", "no server", "--contact", "a@b"]) == 2
    assert "`no server` is no server of Mastodon; write its name alone" in capsys.readouterr().err
    assert not (here / "b.yaml").exists()


def test_what_is_asked_of_servers_begins_a_week_ago(here: Path) -> None:
    draft = asking(draft_of(["caturday"]), ["mastodon.social"], "me@example.org", date(2026, 3, 3))
    (campaign,) = to_campaigns(parse(write_config(draft), here / "config.yaml"))
    assert campaign.starts_at == datetime(2026, 2, 24, tzinfo=UTC)
    shipped = asking(LET_IT_GO, ["mastodon.social"], "me@example.org", date(2026, 3, 3))
    assert shipped.starts == LET_IT_GO.starts


def test_x_stands_there_as_a_note_and_reads_once_it_is_taken_over(here: Path) -> None:
    text = write_config(draft_of(["caturday"]))
    config = parse(text, here / "config.yaml")
    assert config.sources.x is None
    assert config.campaigns["caturday"].budget is None
    assert "X_BEARER_TOKEN" in text
    taken = re.sub(r"^( +)# (?=x:|  budget:|  archive:|  # every: 1h|budget:)", r"\1", text, flags=re.MULTILINE)
    config = parse(taken, here / "config.yaml")
    assert config.sources.x
    assert (config.sources.x.budget.dollars, config.sources.x.archive) == (20, "recent")
    own = config.campaigns["caturday"].budget
    assert own
    assert own.dollars == 5


def test_a_word_in_the_wrong_place_is_seen(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "#cats", "--mastodon", "a.example", "b.example", "--contact", "me@example.org"]) == 0
    said = capsys.readouterr().out
    assert "config.yaml: #cats #b.example, from " in said
    assert said.splitlines()[0].endswith(", as known to a.example")


def test_another_place_gets_its_own_inbox(here: Path) -> None:
    (here / "watch").mkdir()
    assert run(["init", "#tag", "--config", "watch/it.yaml"]) == 0
    assert (here / "watch" / "inbox").is_dir()


@pytest.mark.parametrize("tag", ["#", "let it go", "#a#b", ""])
def test_what_is_no_tag_is_refused(here: Path, tag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", tag]) == 2
    assert "'#TAG'" in capsys.readouterr().err
    assert not (here / "config.yaml").exists()


TAGS = st.text(
    st.characters(categories=["L", "M", "N", "S", "Pc", "Pd"], include_characters="\"'\\$%&{}[]:,"),
    min_size=1,
)


@given(st.lists(TAGS.filter(lambda tag: fold(tag) and "#" not in tag and "＃" not in tag), min_size=1, max_size=4))
def test_whatever_the_tags_the_file_reads_back(tags: list[str]) -> None:
    text = write_config(draft_of(tags))
    (campaign,) = to_campaigns(parse(text, Path("config.yaml")))
    assert {asked(tag) for tag in campaign.tags} == {asked(tag) for tag in tags}


@pytest.mark.parametrize(
    ("tag", "other"),
    [
        ("خليها_تخيس", "خلیها_تخیس"),
        ("خلّيها_تخيس", "خليها_تخيس"),
        ("أحمد", "احمد"),
        ("حرية", "حريه"),
        ("مصطفى", "مصطفي"),
        ("کتاب", "كتاب"),
        ("let_it_go", "letitgo"),
        ("réforme", "reforme"),
        ("Ёлка", "Елка"),
    ],
)
def test_spellings_that_people_type(tag: str, other: str) -> None:
    assert asked(other) in {asked(spelling.tag) for spelling in spellings((tag,))}


def test_a_plain_tag_has_no_other_spelling() -> None:
    assert spellings(("KochFarms",)) == ()


@given(st.lists(TAGS, max_size=4))
def test_suggestions_are_new_to_a_platform_and_to_each_other(tags: list[str]) -> None:
    suggested = [asked(spelling.tag) for spelling in spellings(tuple(tags))]
    assert len(suggested) == len(set(suggested))
    assert not set(suggested) & {asked(tag) for tag in tags}
