"""Tables that a config.yaml describes: what is made of them, what is refused, and what import makes of such files."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from collector.archive.tables import FIELDS, FLAGS
from collector.archive.tables import PLATFORMS as KNOWN_PLATFORMS
from collector.archive.tables.times import NAMED
from groundswell.cli import run
from groundswell.config import ConfigError, Fault, parse, to_tables
from groundswell.config.skeleton import skeleton
from groundswell.config.tables import PLATFORMS, TIMES, ColumnsSection, ValuesSection
from storage.query import Reader

FILE = Path("/watch/config.yaml")
CAMPAIGN = 'campaigns:\n  rot: {title: Rot, tags: ["#rot"]}\n'
TABLE = """\
tables:
  from-x:
    platform: x
    columns:
      id: tweet id
      created_at: date
      text: body
      is_repost: kind
      likes: hearts
    times: "%d/%m/%Y %H:%M"
    time_zone: Asia/Baghdad
    resolution: 1m
    separator: ";"
    html: true
    values: {is_repost: [retweet]}
    sheet: posts
"""
ROW = {"tweet id": "12345", "date": "03/06/2009 17:33", "body": "a &amp; #rot", "kind": "retweet", "hearts": "3"}


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(CAMPAIGN + text, FILE)
    return caught.value.faults


def test_a_table_of_the_config_is_a_form_that_is_read() -> None:
    (form,) = to_tables(parse(CAMPAIGN + TABLE, FILE).tables).values()
    assert (form.name, form.platform, form.resolution, form.sheet) == ("from-x table", "x", 60, "posts")
    assert form.columns == ROW.keys()
    item = form.item(ROW | {"colour": "red"})
    assert item.post is not None
    assert (item.post.created_at, item.post.time_resolution) == ("2009-06-03T14:33:00.000000Z", 60)
    assert (item.post.text, item.post.is_repost) == ("a & #rot", True)
    assert item.post.counts is not None
    assert (item.post.counts.likes, item.unknown) == (3, ())


def test_a_config_without_tables_has_none() -> None:
    assert to_tables(parse(CAMPAIGN, FILE).tables) == {}


def test_the_words_of_the_config_are_those_of_the_mapping() -> None:
    assert tuple(sorted(ColumnsSection.model_fields)) == tuple(sorted(FIELDS))
    assert tuple(sorted(ValuesSection.model_fields)) == tuple(sorted(FLAGS))
    assert (PLATFORMS, TIMES) == (KNOWN_PLATFORMS, NAMED)


@pytest.mark.parametrize(
    ("was", "written", "key", "what", "cure"),
    [
        ("platform: x", "platform: twitter", "platform", "no platform is called `twitter`", "x, bluesky, mastodon"),
        ("      text: body\n", "", "columns.text", "it is missing", "add it"),
        ("      id: tweet id\n", "", "id_from", "nothing tells the id", "list here what tells posts apart"),
        ("    times:", "    id_from: [body]\n    times:", "id_from", "an id of its own", "keep one"),
        ("likes: hearts", "hearts: likes", "columns.hearts", "there is no key `hearts`", "known here: id, url"),
        ('"%d/%m/%Y %H:%M"', "us", "times", "`us` is no form of times", "iso, seconds"),
        ("%d/%m/%Y %H:%M", "%d/%m %H:%M", "times", "does not tell day, month, year", "write all"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M", "times", "does not tell day, month, year and hour", "%I goes with %p"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %Q", "times", "is no pattern", "%d/%m/%Y"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M %Z", "times", "a zone's name", "time_zone"),
        ("Asia/Baghdad", "Asia/Bagdad", "time_zone", "there is no time zone", "Asia/Baghdad"),
        ("resolution: 1m", "resolution: 60", "resolution", "not a length of time", "1d"),
        ('separator: ";"', 'separator: ""', "separator", "it is empty", "write"),
        ("html: true", "html: maybe", "html", "it is not true or false", "write true"),
        ("[retweet]", "retweet", "values.is_repost", "it is not a list", "- "),
        ("date", "2019-11-01", "columns.created_at", "a date", "quotes"),
    ],
)
def test_a_wrong_table_is_named_with_its_line_and_cure(was: str, written: str, key: str, what: str, cure: str) -> None:
    text = TABLE.replace(was, written, 1) if was != "date" else TABLE.replace(": date", f": {written}")
    (fault,) = faults_of(text)
    assert fault.key == f"tables.from-x.{key}"
    assert what in fault.what
    assert cure in fault.cure
    assert fault.line > 2


@pytest.mark.parametrize("pattern", ["%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %z %Y", "%d.%m.%y", "%m/%d/%Y %I:%M %p"])
def test_patterns_that_tell_a_time(pattern: str) -> None:
    parse(CAMPAIGN + TABLE.replace("%d/%m/%Y %H:%M", pattern), FILE)


def test_a_table_as_snscrape_wrote_it() -> None:
    text = """\
tables:
  snscrape:
    platform: x
    columns:
      id: id
      created_at: date
      text: rawContent
      author_handle: user.username
      author_id: user.id
      lang: lang
      hashtags: hashtags
      reply_to: inReplyToTweetId
      conversation: conversationId
      likes: likeCount
      reposts: retweetCount
      replies: replyCount
      quotes: quoteCount
"""
    form = to_tables(parse(CAMPAIGN + text, FILE).tables)["snscrape"]
    row = dict.fromkeys(form.columns, "") | {
        "id": "901656910939770881",
        "date": "2017-08-27 04:05:34+00:00",
        "rawContent": "#rot",
        "hashtags": "['rot']",
        "user.username": "ann",
        "likeCount": "3.0",
    }
    post = form.item(row).post
    assert post is not None
    assert (post.hashtags, post.author) == (("rot",), "handle:ann")


# --- the skeleton -------------------------------------------------------------------------------------------


def test_a_skeleton_of_likely_columns_is_a_table_that_is_read() -> None:
    written = skeleton("My Export (2)", ["Tweet ID", "Date", "Text", "User", "nöthing: #x"])
    (table,) = parse(CAMPAIGN + written, FILE).tables.items()
    assert table[0] == "my-export-2-table"
    assert table[1].columns.named() == {
        "id": "Tweet ID",
        "created_at": "Date",
        "text": "Text",
        "author_handle": "User",
    }
    assert '# not read: "nöthing: #x"' in written


def test_a_skeleton_of_other_columns_says_what_is_to_be_filled_in() -> None:
    faults = faults_of(skeleton("!", ["a", "b"]))
    assert {fault.key.rpartition(".")[2] for fault in faults} == {"id", "created_at", "text"}


@given(st.text(), st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=5))
def test_a_skeleton_is_yaml_whatever_the_columns(name: str, columns: list[str]) -> None:
    (table,) = yaml.safe_load(skeleton(name, columns))["tables"].values()
    assert set(filter(None, table["columns"].values())) <= set(columns)


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def export(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CSV file in a folder with a config that does not know it yet; the program runs there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"{CAMPAIGN}store: {{url: '{store}'}}\n", encoding="utf-8")
    path = tmp_path / "export.csv"
    path.write_text('tweet_id;date;body\n12345;2009-06-03 17:33:00;"a #rot"\n', encoding="utf-8")
    return path


def test_a_dry_run_of_an_unknown_table_writes_the_lines_by_which_it_is_read(
    export: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(export)]) == 1
    said = capsys.readouterr()
    assert "a table with the columns tweet_id, date, body. Say which column holds what under `tables`" in said.err
    assert said.out == ""
    assert run(["import", "--dry-run", str(export)]) == 1
    lines = capsys.readouterr().out
    assert 'id: "tweet_id"' in lines
    with Path("config.yaml").open("a", encoding="utf-8") as config:
        config.write(lines)
    assert run(["import", str(export)]) == 0
    assert "export-table table: 1 found, 1 of them new" in capsys.readouterr().out
    with Reader.open(store) as reader:
        assert list(reader.rows("SELECT platform_id, text FROM posts")[1]) == [("12345", "a #rot")]


def test_a_table_of_the_config_can_be_named(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("config.yaml").open("a", encoding="utf-8") as config:
        config.write(TABLE)
    assert run(["import", "--dry-run", "--format", "from-x", str(export)]) == 0
    assert "from-x table, no time: 0 posts" in capsys.readouterr().out
    assert run(["import", "--format", "csv", str(export)]) == 2
    assert "'dmi-tcat', 'from-x'." in capsys.readouterr().err
