"""`groundswell import`: what it tells, what it refuses, and a claim that is taken back."""

import json
import re
from pathlib import Path

import pytest

from collector.archive import FORMS
from groundswell.cli import run
from groundswell.commands.importing import FORMATS
from storage.query import Reader

CONFIG = """\
campaigns:
  rot: {title: Rot, tags: ["#rot", "#rott"], time_zone: Asia/Baghdad}
"""
CLAIM = ("--campaign", "rot", "--complete-from", "2021-06-26", "--complete-until", "2021-06-27")


@pytest.fixture
def archive(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of two posts, in a folder with a config and a store; the program runs there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    posts = [
        {"id": str(number), "text": "#rot", "created_at": f"2021-06-26T12:00:0{number}.000Z", "author_id": "7"}
        for number in (1, 2)
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, posts)), encoding="utf-8")
    return path


def coverage(store: str) -> list[tuple[object, ...]]:
    with Reader.open(store) as reader:
        return list(reader.rows("SELECT tag, state FROM coverage ORDER BY tag")[1])


def test_a_dry_run_tells_what_the_import_then_brings(
    archive: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "--dry-run", str(archive)]) == 0
    said = capsys.readouterr().out
    assert "2021-06-26 12:00 to 2021-06-26 12:00 UTC: 2 posts by 1 authors, 0 more only referred to" in said
    assert "rot: 2 would be in the campaign." in said
    with Reader.open(store) as reader:
        assert list(reader.rows("SELECT COUNT(*) FROM posts")[1]) == [(0,)]
    assert run(["import", str(archive)]) == 0
    assert "rot: 2 more in the campaign." in capsys.readouterr().out


def test_a_claim_is_taken_back_by_the_run_that_the_import_names(
    archive: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(archive), *CLAIM]) == 0
    assert coverage(store) == [("*", "given"), ("rot", "complete"), ("rott", "complete")]
    named = re.search(r"^Claims stand of run (\d+); ", capsys.readouterr().out, re.M)
    assert named
    assert run(["import", "--withdraw", named[1]]) == 0
    window = "from 2021-06-25 21:00:00+00:00 until 2021-06-26 21:00:00+00:00"
    assert capsys.readouterr().out.splitlines() == [
        f"#rot, posts, {window}: no longer complete.",
        f"#rott, posts, {window}: no longer complete.",
    ]
    assert coverage(store) == [("*", "given")]


def test_a_run_without_a_claim_is_named_with_those_that_have_one(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "--withdraw", "7"]) == 1
    assert capsys.readouterr().err == "groundswell: no claim of run 7 stands; claims stand of no run\n"
    assert run(["import", str(archive), *CLAIM]) == 0
    assert run(["import", "--withdraw", "7"]) == 1
    assert capsys.readouterr().err == "groundswell: no claim of run 7 stands; claims stand of run 1\n"


def test_a_claim_for_one_tag_and_of_reposts(archive: Path, store: str) -> None:
    assert run(["import", str(archive), *CLAIM, "--tag", "#rott", "--kind", "reposts"]) == 0
    with Reader.open(store) as reader:
        claimed = list(reader.rows("SELECT tag, kind FROM coverage WHERE reason = 'claimed'")[1])
    assert claimed == [("rott", "reposts")]


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_format_that_is_named_is_not_recognised(
    dry: list[str], archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(archive), "--format", "ira", *dry]) == 0
    assert "IRA CSV" in capsys.readouterr().out


def test_every_format_can_be_named() -> None:
    assert tuple(FORMS) == FORMATS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'PATHS...'."),
        (["a.jsonl", "--tag", "#rot"], "--tag and --kind go with --complete-from and --complete-until"),
        (["a.jsonl", "--kind", "posts"], "--tag and --kind go with --complete-from and --complete-until"),
        (["a.jsonl", "--tag", "#rot", "--dry-run"], "--tag and --kind go with --complete-from and --complete-until"),
        (["a.jsonl", "--complete-from", "2021-06-26"], "--complete-from and --complete-until go together"),
        (["a.jsonl", *CLAIM[:3], "2021-06-27", *CLAIM[4:]], "it is not after --complete-from."),
        (["a.jsonl", "--format", "csv"], "'csv' is not one of 'x-v2', "),
        (["a.jsonl", "--withdraw", "1"], "--withdraw goes alone"),
        (["--withdraw", "1", "--dry-run"], "--withdraw goes alone"),
        (["--withdraw", "one"], "'one' is not a valid integer."),
    ],
)
@pytest.mark.usefixtures("archive")
def test_wrong_words(words: list[str], said: str, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", *words]) == 2
    assert said in capsys.readouterr().err
    assert coverage(store) == []
