"""Tables by a mapping: what a row tells, what is refused and why, and every dialect that CSV is written in."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.archive import TableForm, read, recognise
from collector.archive.csv_rows import DELIMITERS, named, read_rows
from collector.archive.errors import NotAnArchive, UnknownTable
from collector.archive.forms import by_mapping
from collector.archive.tables import FIELDS, RowReader, TableMapping
from collector.errors import Unreadable
from storage.post import Counts, Item, Media, Mention, Post


def an_id(at: str, sequence: int = 0, machine: int = 37) -> str:
    """Make an id of X that holds a time, such as 2018-12-21T13:26:00."""
    milliseconds = int(datetime.fromisoformat(at + "+00:00").timestamp() * 1_000) - 1_288_834_974_657
    return str(milliseconds << 22 | machine << 12 | sequence)


EXPORT = TableMapping(
    name="export",
    platform="x",
    columns={field: field for field in FIELDS},
    needed=frozenset({"id", "created_at", "text"}),
)
ROW = {
    "id": an_id("2018-12-21T13:26:00"),
    "created_at": "2018-12-21 13:26:00",
    "text": "a #tag by @someone https://t.co/abc",
    "author_id": "42",
    "author_handle": "@Ann",
}
POSTED = "2018-12-21T13:26:00.000000Z"
OTHER = an_id("2018-12-21T13:00:00", 1)


def item_of(mapping: TableMapping = EXPORT, **changed: str) -> Item:
    return RowReader(mapping)(ROW | changed)


def post_of(mapping: TableMapping = EXPORT, **changed: str) -> Post:
    post = item_of(mapping, **changed).post
    assert post is not None
    return post


def why(mapping: TableMapping = EXPORT, **changed: str) -> str:
    with pytest.raises(Unreadable) as caught:
        item_of(mapping, **changed)
    return str(caught.value)


def table(path: Path, rows: Iterable[Mapping[str, str]], encoding: str = "utf-8", **dialect: Any) -> Path:
    rows = list(rows)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), **dialect)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(written.getvalue().encode(encoding))
    return path


def read_all(path: Path, *more: TableForm) -> list[Item]:
    return [one for one in read(path, recognise(path, more)) if isinstance(one, Item)]


# --- what a row tells ---------------------------------------------------------------------------------------


def test_a_row_is_a_post_and_its_author() -> None:
    item = item_of()
    post = item.post
    assert post is not None
    assert (post.platform, post.platform_id, post.server) == ("x", ROW["id"], "x")
    assert (post.created_at, post.time_resolution, post.observed_at) == (POSTED, 1, None)
    assert (post.text, post.text_cut) == (ROW["text"], False)
    assert (post.hashtags, post.links) == (("tag",), ("https://t.co/abc",))
    assert post.mentions == (Mention("someone"),)
    assert (post.url, post.ids) == (f"https://x.com/i/status/{ROW['id']}", (("x", ROW["id"]),))
    assert (post.media, post.counts) == (None, None)
    (author,) = item.authors
    assert (author.platform_id, author.handle, author.carried_at) == ("42", "Ann", POSTED)
    assert json.loads(item.payload) == {"data": ROW}


FULL = {
    "observed_at": "2018-12-22T01:00:00+01:00",
    "lang": "ar",
    "author_name": "Ann A.",
    "author_location": "Basra",
    "author_created_at": "2011-01-01",
    "author_followers": "1,234,567",
    "author_following": "12.0",
    "author_posts": "7",
    "hashtags": "#one, two,#one",
    "links": "https://a.example/?x=1,2,https://b.example",
    "mentions": '["@b", "c"]',
    "pictures": "https://p.example/1.jpg",
    "films": "https://p.example/1.mp4",
    "text_cut": "yes",
    "repost_of": OTHER,
    "reply_to": OTHER,
    "reply_to_author": "43",
    "quote_of": OTHER,
    "conversation": OTHER,
    "latitude": "30.5",
    "longitude": "-47.25",
    "place": "Basra",
    "country": "Iraq",
    "likes": "1",
    "reposts": "2",
    "replies": "3",
    "quotes": "4",
    "views": "",
}


def test_every_field_is_read() -> None:
    item = item_of(EXPORT, **FULL)
    post, (author,) = item.post, item.authors
    assert post is not None
    assert (post.observed_at, post.lang) == ("2018-12-22T00:00:00.000000Z", "ar")
    assert (author.display_name, author.location) == ("Ann A.", "Basra")
    assert author.created_at == "2011-01-01T00:00:00.000000Z"
    assert (author.followers, author.following, author.posts) == (1_234_567, 12, 7)
    assert (post.hashtags, post.mentions) == (("one", "two"), (Mention("b"), Mention("c")))
    assert post.links == ("https://a.example/?x=1,2", "https://b.example")
    assert post.media == (Media("photo", "https://p.example/1.jpg"), Media("video", "https://p.example/1.mp4"))
    assert (post.is_repost, post.is_reply, post.is_quote, post.text_cut) == (True, True, True, True)
    assert (post.repost_of, post.reply_to, post.quote_of, post.conversation) == (OTHER,) * 4
    assert post.reply_to_author == "43"
    assert (post.latitude, post.longitude, post.place, post.country) == (30.5, -47.25, "Basra", "Iraq")
    assert post.counts == Counts(1, 2, 3, 4, None)


def test_a_column_of_tags_is_the_word_even_where_it_is_empty() -> None:
    assert post_of(hashtags="", mentions="", links="").hashtags == ()
    assert post_of(hashtags="['a', '#b']").hashtags == ("a", "b")
    assert post_of(replace(EXPORT, separator=";"), hashtags="a; b,c").hashtags == ("a", "b,c")
    assert post_of(replace(EXPORT, separator=" "), hashtags="#a  #b").hashtags == ("a", "b")


def test_links_that_x_adds_are_none_of_the_author_s() -> None:
    own = f"https://twitter.com/a/status/{ROW['id']}/photo/1"
    assert post_of(links=f"{own},https://a.example,https://x.com/b/status/{OTHER}", quote_of=OTHER).links == (
        "https://a.example",
    )


def test_a_post_without_an_author_s_id_is_by_a_handle_whatever_its_case() -> None:
    assert post_of(author_id="", author_handle="@Ann").author == post_of(author_id="", author_handle="aNN").author
    assert post_of(author_id="").author == "handle:ann"
    assert post_of(author_id="", author_handle="").author is None
    assert item_of(author_id="", author_handle="").authors == ()


def test_text_is_read_as_html_only_where_the_mapping_says_so() -> None:
    assert post_of(text="a &amp;amp; b").text == "a &amp;amp; b"
    assert post_of(replace(EXPORT, is_html=True), text="a &amp;amp; b").text == "a &amp; b"


@pytest.mark.parametrize("text", ["'=1+1", "=HYPERLINK(1)", "-1", "@a", " padded ", "two\nlines", "tab\there"])
def test_text_stays_as_it_stands_there(text: str) -> None:
    assert post_of(text=text).text == text


def test_reposts() -> None:
    assert not post_of(text="RT @a: b").is_repost
    by_text = replace(EXPORT, reposts_begin="RT @")
    assert post_of(by_text, text="RT @a: b").is_repost
    assert not post_of(by_text, text="b RT @a").is_repost
    assert post_of(is_repost="True").is_repost
    by_kind = replace(EXPORT, values={"is_repost": ("retweet", "R"), "is_reply": ("*",)})
    assert post_of(by_kind, is_repost="R").is_repost
    assert not post_of(by_kind, is_repost="tweet", is_reply=" ").is_reply
    assert post_of(by_kind, is_reply="ann").is_reply


def test_what_was_cut() -> None:
    cut, whole = "it goes on… https://t.co/abc", "it goes on… and ends"
    broken_off = replace(EXPORT, breaks_off=True)
    assert post_of(broken_off, text=cut).text_cut
    assert not post_of(broken_off, text=whole).text_cut
    assert not post_of(text=cut).text_cut
    assert post_of(text="RT @a: it goes o…", is_repost="1").text_cut
    assert not post_of(text="I wonder…").text_cut


def test_nowhere_is_no_place() -> None:
    assert post_of(latitude="0.000000", longitude="0").latitude is None
    assert post_of(latitude="30.5").latitude is None
    both = post_of(longitude_latitude="47.8, 30.5")
    assert (both.latitude, both.longitude) == (30.5, 47.8)


def test_an_id_is_made_where_the_table_has_none() -> None:
    mapping = TableMapping(
        name="made",
        platform="x",
        columns={"created_at": "created_at", "text": "text", "author_handle": "author_handle"},
        id_from=("author_handle", "created_at", "text"),
    )
    made = sha256("\x1f".join([ROW["author_handle"], ROW["created_at"], ROW["text"]]).encode()).hexdigest()[:32]
    post = post_of(mapping)
    assert (post.platform_id, post.ids, post.url) == (f"made:{made}", (), "https://x.com/%40Ann")
    assert post_of(mapping, id="another").platform_id == post.platform_id


def test_columns_that_nobody_knows_are_named_where_a_tool_may_have_brought_them() -> None:
    mapping = replace(EXPORT, is_closed=True, passed_over={"source": "the app"})
    assert item_of(mapping, source="web", colour="red").unknown == ("export.colour",)
    assert item_of(colour="red").unknown == ()


# --- times --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("iso", "2018-12-21 13:26:00"),
        ("iso", "2018-12-21T13:26:00Z"),
        ("iso", "2018-12-21T13:26:00.000Z"),
        ("iso", "2018-12-21 13:26:00 UTC"),
        ("iso", "2018-12-21 16:26:00 +0300"),
        ("iso", "2018-12-21T16:26+03:00"),
        ("seconds", "1545398760"),
        ("seconds", "1545398760.0"),
        ("milliseconds", "1545398760000"),
        ("x", "Fri Dec 21 13:26:00 +0000 2018"),
        ("%d/%m/%Y %H:%M", "21/12/2018 13:26"),
        ("%d.%m.%y %I:%M %p", "21.12.18 01:26 PM"),
        ("%d/%m/%Y %H:%M", "2018-12-21 13:26:00"),
        ("seconds", "2018-12-21 13:26:00"),
    ],
)
def test_forms_of_times(form: str, cell: str) -> None:
    assert post_of(replace(EXPORT, times=form), created_at=cell).created_at == POSTED


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("iso", "12/21/2018 13:26"),
        ("iso", "2018-02-30 13:26:00"),
        ("iso", "1545398760"),
        ("iso", "20181221T132600"),
        ("iso", "2018-12-21"),
        ("iso", "yesterday"),
        ("iso", "2018-12-21 13:26:00 PST"),
        ("iso", "0001-01-01 00:00:00"),
        ("seconds", "1545398760000"),
        ("seconds", "1.54539876E+09"),
        ("milliseconds", "1545398760"),
        ("seconds", "9" * 16),
        ("x", "Fri Dec 21 13:26:00 2018"),
        ("%d/%m/%Y %H:%M", "12/21/2018 13:26"),
    ],
)
def test_what_is_no_time_in_the_form_is_refused(form: str, cell: str) -> None:
    assert why(replace(EXPORT, times=form), created_at=cell).startswith("created_at is ")


def test_times_without_a_zone_are_the_table_s() -> None:
    baghdad = replace(EXPORT, time_zone="Asia/Baghdad")
    assert post_of(baghdad, created_at="2018-12-21 16:26:00").created_at == POSTED
    assert post_of(baghdad, created_at="2018-12-21 13:26:00Z").created_at == POSTED


def test_a_time_in_another_zone_than_is_said_is_found_out_by_the_id() -> None:
    said = why(created_at="2018-12-21 16:26:00")
    assert said == "created_at is 2018-12-21T16:26:00Z, but by the id it was posted at 2018-12-21T13:26:00Z"
    assert why(created_at="2018-12-21 13:56:00")
    assert post_of(created_at="2018-12-21 13:27:00").created_at == "2018-12-21T13:27:00.000000Z"
    assert post_of(id="11111", created_at="2009-12-21 16:26:00").created_at == "2009-12-21T16:26:00.000000Z"


@pytest.mark.parametrize("posted", ["2017-11-05T05:30:00", "2017-11-05T06:30:00"])
def test_of_two_hours_of_one_name_the_id_tells_which(posted: str) -> None:
    new_york = replace(EXPORT, time_zone="America/New_York")
    told = post_of(new_york, id=an_id(posted), created_at="2017-11-05 01:30:00")
    assert told.created_at == f"{posted}.000000Z"
    assert "twice or never" in why(new_york, id="11111", created_at="2017-11-05 01:30:00")
    assert "twice or never" in why(new_york, id="11111", created_at="2017-03-12 02:30:00")


def test_a_day_is_a_time_where_the_table_tells_days() -> None:
    days = replace(EXPORT, resolution=86_400)
    assert post_of(days, id="11111", created_at="2010-12-21").time_resolution == 86_400


# --- ids and numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    ["1.0761E+18", "1.076104042010312704e18", "1,07E18", "1076104042010312704.0", f"{int(ROW['id']) | 99:.16e}"],
)
@pytest.mark.parametrize("field", ["id", "author_id", "repost_of", "conversation"])
def test_an_id_that_became_a_number_is_refused(field: str, cell: str) -> None:
    assert why(EXPORT, **{field: cell}) == f"{field} is {cell!r}: the id became a number, and digits of it may be lost"


@pytest.mark.parametrize("cell", ["", "abc", "-5", "1 2", "1" * 20, "٣"])
def test_what_is_no_id_is_refused(cell: str) -> None:
    assert why(id=cell).startswith(("id is ", "no id"))


@pytest.mark.parametrize("guarded", ['="{}"', "'{}", '"{}"', " {} "])
def test_an_id_that_was_guarded_against_spreadsheets_is_read(guarded: str) -> None:
    assert post_of(id=guarded.format(ROW["id"])).platform_id == ROW["id"]


def rounded(post_id: str, digits: int = 15) -> str:
    return str(round(int(post_id), digits - len(post_id)))


def test_ids_that_a_spreadsheet_rounded_are_refused_and_true_ones_that_end_so_are_not() -> None:
    times = [f"2018-12-21T13:{minute:02}:{second:02}" for minute in range(60) for second in range(60)]
    ids = [an_id(at, number % 3, number % 1_024) for number, at in enumerate(times)]
    assert sum(post_id.endswith("000") for post_id in ids) > 2
    reader = RowReader(EXPORT)
    for post_id, at in zip(ids, times, strict=True):
        reader(ROW | {"id": post_id, "created_at": at})
    for digits in (15, 16):
        refused, reader = 0, RowReader(EXPORT)
        for post_id, at in zip(ids[1:], times[1:], strict=True):
            cut = rounded(post_id, digits)
            if cut != post_id:
                with pytest.raises(Unreadable, match="zeros of the id's last digits"):
                    reader(ROW | {"id": cut, "created_at": at})
                refused += 1
        assert refused > 3_000


def test_a_rounded_id_of_a_repost_s_target_is_refused_too() -> None:
    assert "repost_of is " in why(repost_of=rounded(an_id("2018-12-21T13:00:00", 3, 700)))


@pytest.mark.parametrize(
    "cell", ["1.234", "1e3", "-1", "12,34", "1,23", "many", "1.5", "٣", "9" * 30, "1 234", "1.000"]
)
def test_numbers_of_more_than_one_meaning_are_refused(cell: str) -> None:
    assert why(likes=cell) == f"likes is {cell[:40]!r}, not a whole number"


@pytest.mark.parametrize("cell", ["91", "-90.1", "30,5", "N 30", "inf", "1e5"])
def test_odd_coordinates_are_refused(cell: str) -> None:
    assert why(latitude=cell, longitude="1").startswith("latitude is ")


@pytest.mark.parametrize("cell", ["maybe", "2", "retweet"])
def test_a_flag_that_is_neither_yes_nor_no_is_refused(cell: str) -> None:
    assert why(is_repost=cell) == f"is_repost is {cell!r}, not yes or no"


@pytest.mark.parametrize("cell", ["", "nan", "None", "NULL", "N/A", "\\N"])
def test_what_programs_write_for_nothing_is_nothing(cell: str) -> None:
    post = post_of(likes=cell, repost_of=cell, is_quote=cell, latitude=cell)
    assert (post.counts, post.repost_of, post.is_quote, post.latitude) == (None, None, False, None)


@pytest.mark.parametrize("field", ["id", "created_at", "text"])
def test_a_row_without_what_a_post_must_have_names_the_column(field: str) -> None:
    mapping = replace(EXPORT, columns={**EXPORT.columns, field: "Spalte"}, needed=frozenset({"Spalte"}))
    assert why(mapping, Spalte="  ") == "no Spalte"
    assert why(mapping) == "no column Spalte"


# --- other platforms ----------------------------------------------------------------------------------------


def test_a_bluesky_post_has_the_time_of_its_key_and_what_is_claimed() -> None:
    uri, claimed = "at://did:plc:abc/app.bsky.feed.post/3lbrzy4wfzk2d", "2030-01-01T00:00:00Z"
    post = post_of(replace(EXPORT, platform="bluesky"), id=uri, created_at=claimed)
    assert (post.platform_id, post.server) == (uri, "bluesky")
    assert post.url == "https://bsky.app/profile/did:plc:abc/post/3lbrzy4wfzk2d"
    assert post.created_at.startswith("2024-11-")
    assert post.claimed_at == "2030-01-01T00:00:00.000000Z"
    assert "not the address of a post" in why(replace(EXPORT, platform="bluesky"), id="3lbrzy4wfzk2d")


def test_a_mastodon_post_is_named_by_its_uri() -> None:
    uri = "https://mastodon.example/users/ann/statuses/113"
    post = post_of(replace(EXPORT, platform="mastodon"), id=uri, url="https://mastodon.example/@ann/113")
    assert (post.platform_id, post.server, post.url) == (uri, "mastodon.example", "https://mastodon.example/@ann/113")
    assert "not the uri" in why(replace(EXPORT, platform="mastodon"), id="113")


# --- files --------------------------------------------------------------------------------------------------

FORM = by_mapping(EXPORT)


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_dialects(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [ROW | {"text": f'a, b; c|d\te "f" {number}\nتخيس'} for number in range(3)]
    path = table(tmp_path / "a.csv", rows, "utf-8", delimiter=delimiter)
    text = path.read_text(encoding="utf-8")
    path.write_bytes((("\ufeff" if encoding == "utf-16-be" else "") + text).encode(encoding))
    assert [item.post.text for item in read_all(path, FORM) if item.post] == [row["text"] for row in rows]


def test_a_broken_character_of_utf_16_costs_itself(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [ROW | {"text": "a ! b"}, ROW | {"text": "next"}], "utf-16")
    path.write_bytes(path.read_bytes().replace("!".encode("utf-16-le"), b"\x00\xdc") + b"\x00")
    first, second, rest = read_all(path, FORM)
    assert [item.post and item.post.text for item in (first, second)] == ["a \ufffd b", "next"]
    assert rest.post is None


def test_rows_that_cannot_be_read_are_kept_so_that_they_can_be_read_again(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [ROW, ROW | {"created_at": "yesterday"}, ROW])
    path.write_bytes(path.read_bytes() + b"too,few\r\n")
    _first, odd, _third, broken = read_all(path, FORM)
    assert odd.error == "line 3: created_at is 'yesterday', not a time in the form that is expected"
    assert json.loads(odd.payload) == {"data": ROW | {"created_at": "yesterday"}}
    assert (broken.payload, broken.error) == (b"too,few", "line 5: 2 fields, not 5")
    again = json.loads(odd.payload)["data"] | {"created_at": ROW["created_at"]}
    assert FORM.item(again).post == item_of().post


def test_a_table_that_nobody_knows_is_refused_with_its_columns(tmp_path: Path) -> None:
    columns = [f"c{number}" for number in range(12)]
    with pytest.raises(UnknownTable, match=r"a table with the columns c0, c1, .*, c7, …$") as caught:
        recognise(table(tmp_path / "a.csv", [dict.fromkeys(columns, "")], delimiter=";"))
    assert caught.value.columns == tuple(columns)


def test_a_column_that_stands_twice_is_refused_if_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,created_at,text,text\n1,2,3,4\n", encoding="utf-8")
    with pytest.raises(NotAnArchive, match="two columns are called 'text'"):
        recognise(path, [FORM])
    path.write_text(f"id,created_at,text,x,x,,\n{ROW['id']},{POSTED},a,1,2,3,4\n", encoding="utf-8")
    (item,) = read_all(path, FORM)
    assert json.loads(item.payload)["data"] == {
        "id": ROW["id"],
        "created_at": POSTED,
        "text": "a",
        "x": "1",
        "x (2)": "2",
        "column 6": "3",
        "column 7": "4",
    }


@given(st.lists(st.sampled_from(["a", "b", "", "a (2)", "column 1", "column 2", " a"]), max_size=9))
def test_columns_have_names_of_their_own(header: list[str]) -> None:
    names = named(header)
    assert len(set(names)) == len(header)
    assert all(names)


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_rows_of_any_dialect_are_read_back(rows: list[list[str]], delimiter: str, ending: str, quoting: Any) -> None:
    if quoting != csv.QUOTE_ALL:  # then the writer leaves a lone carriage return as it is, which ends a line
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerows([["a", "b", "c"], *rows])
    found = list(read_rows(io.BytesIO(written.getvalue().encode())))
    assert [list(row.values.values()) for row in found] == rows


ODD = st.one_of(
    CELLS,
    st.sampled_from(
        ["1E18", "1.5", "[", "['a'", "[1]", "2018-12-21", "9" * 400, "at://", "https://[", "=1", "\udcff", "#"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=5),
    st.sampled_from(["x", "bluesky", "mastodon"]),
    st.sampled_from(["iso", "seconds", "x", "%d/%m/%Y"]),
)
def test_whatever_stands_in_the_cells_a_row_is_read_or_refused(
    changed: dict[str, str], platform: str, times: str
) -> None:
    reader = RowReader(replace(EXPORT, platform=platform, times=times, time_zone="America/New_York"))
    item = None
    with suppress(Unreadable):
        item = reader(ROW | FULL | changed)
    if item is not None:
        assert item.post is not None
        assert json.loads(item.payload)["data"] == ROW | FULL | changed
