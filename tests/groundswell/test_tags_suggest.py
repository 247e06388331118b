"""`groundswell tags suggest`: spellings and tags that a campaign may be missing."""

import json
from pathlib import Path

import pytest

from groundswell.cli import run
from groundswell.suggesting import suggest
from storage.tag_use import TagUse

AR = ("خليها_تخيس",)


def test_another_spelling_comes_first_and_is_told_from_what_nobody_asked_for() -> None:
    uses = [
        TagUse("x", "Kochfarms", 3, 3),
        TagUse("kochfarms", "KOCHFARMS", 9, 9),
        TagUse("kochfarms", "Kochfarmş", 1, 1),
    ]
    found = suggest(["KochFarms", "kochfarms_turkey"], [use._replace(key="kochfarms") for use in uses])
    # Platforms take capitals for the same tag: no suggestion.
    assert [(one.tag, one.why, one.together) for one in found[:1]] == [
        ("Kochfarmş", "another spelling of a tag that is watched", 1)
    ]
    assert {one.together for one in found[1:]} == {None}


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (TagUse("خلوها_تخيس", "خلوها_تخيس", 1, 9), "nearly the same as #خليها_تخيس"),
        (TagUse("بيض", "بيض", 5, 10), "mostly used with the campaign's tags"),
        (TagUse("بيض", "بيض", 4, 4), None),
        (TagUse("بيض", "بيض", 5, 11), None),
    ],
    ids=["plural", "beside it", "too few", "of everywhere"],
)
def test_a_tag_is_suggested_for_its_form_or_its_company(use: TagUse, why: str | None) -> None:
    found = [one for one in suggest(AR, [use]) if one.together is not None]
    assert [one.why for one in found] == ([] if why is None else [why])


def test_the_command_counts_posts_but_no_reposts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def post(number: int, text: str, **more: object) -> str:
        return json.dumps({"id": str(number), "text": text, "created_at": "2021-06-26T12:00:00.000Z"} | more)

    reposting = {"referenced_tweets": [{"type": "retweeted", "id": "1"}]}
    lines = [post(n, "#rot #beside" if n < 5 else "#beside") for n in range(1, 9)]
    lines += [post(9, "#rot #beside"), post(10, "RT @a: #rot #beside", **reposting), post(11, "#rott #rot")]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    config = tmp_path / "config.yaml"
    config.write_text('campaigns:\n  rot:\n    title: "Rot"\n    tags: ["#rot"]\n')
    assert run(["import", str(tmp_path / "a.jsonl"), "--config", str(config)]) == 0
    capsys.readouterr()
    assert run(["tags", "suggest", "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "mostly used with the campaign's tags; 5 posts with the campaign's tags, 9 in all of the store" in said
    assert "nearly the same as #rot; 1 posts with the campaign's tags, 1 in all of the store" in said
