"""A config.yaml: what it gives, and what is said of a wrong one. No text raises anything but ConfigError."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bins import STEPS
from groundswell.config import Config, ConfigError, ConfigNotFound, Fault, load, parse, to_campaigns, to_servers
from groundswell.config.values import BINS
from groundswell.sources import paces_of
from storage.campaign import Campaign, Exclusion

FILE = Path("/watch/config.yaml")
CAMPAIGN = """\
campaigns:
  let-it-go:
    title: Let it go
    tags:
      - "#خليها_تخيس"
      - خلوها_تخيس
    time_zone: Asia/Baghdad
    from: 2019-11-01
"""


def faults_of(text: str) -> tuple[Fault, ...]:
    """Read a wrong config; returns its faults."""
    with pytest.raises(ConfigError) as caught:
        parse(text, FILE)
    return caught.value.faults


def test_the_least_config_gets_defaults_beside_its_file() -> None:
    config = parse(CAMPAIGN, FILE)
    assert config.sources.inbox is None
    assert config.sources.replays == {}
    assert config.sources.mastodon is None
    assert to_servers(config) == ()
    assert config.schedule.collect == timedelta(minutes=15)
    assert config.store.url == f"sqlite:///{(FILE.parent / 'groundswell.db').absolute().as_posix()}"
    assert config.store.keep_raw
    assert config.output.folder == FILE.parent / "charts"
    assert config.output.bin is None
    assert config.lake.folder == FILE.parent / "lake"


def test_campaigns_come_out_as_the_store_wants_them() -> None:
    text = CAMPAIGN + (
        "    until: 2024-01-15T12:00+00:00\n"
        "    exclude:\n"
        '      tags: ["#giveaway"]\n'
        '      authors: ["@bot"]\n'
        '      languages: ["no"]\n'
    )
    assert to_campaigns(parse(text, FILE)) == (
        Campaign(
            slug="let-it-go",
            title="Let it go",
            time_zone="Asia/Baghdad",
            tags=("خليها_تخيس", "خلوها_تخيس"),
            starts_at=datetime(2019, 10, 31, 21, tzinfo=UTC),
            ends_at=datetime(2024, 1, 15, 12, tzinfo=UTC),
            exclude=Exclusion(tags=("giveaway",), authors=("bot",), languages=("no",)),
        ),
    )


def test_every_section_is_read() -> None:
    config = parse(
        CAMPAIGN
        + """\
sources:
  inbox: {folder: drop here, every: 90s}
  replays:
    turkeys:
      archive: kochfarms.csv
      starts_at: 2015-11-26T12:00
      speed: 3600
      reach: 1d
      settling: 10m
      late_share: 0.05
      page_size: 50
      seed: 7
      outages:
        - {from: 2015-11-27, until: 2015-11-27T06:00}
  mastodon: {contact: me@example.org, servers: [Mastodon.Social, "http://127.0.0.1:3000/"], every: 5m}
schedule: {collect: 2h}
store: {url: "sqlite:////data/it.db?mode=rw", keep_raw: no}
output: {folder: /charts, bin: 1day}
lake: {folder: deep/lake}
""",
        FILE,
    )
    inbox, turkeys = config.sources.inbox, config.sources.replays["turkeys"]
    assert inbox
    assert (inbox.folder, inbox.every) == (FILE.parent / "drop here", timedelta(seconds=90))
    assert turkeys.archive == FILE.parent / "kochfarms.csv"
    assert turkeys.starts_at == datetime(2015, 11, 26, 12, tzinfo=UTC)
    assert (turkeys.speed, turkeys.reach, turkeys.seed) == (3600, timedelta(days=1), 7)
    assert [outage.ends_at - outage.starts_at for outage in turkeys.outages] == [timedelta(hours=6)]
    assert config.sources.mastodon
    assert config.sources.mastodon.servers == ("mastodon.social", "http://127.0.0.1:3000")
    assert to_servers(config) == (("mastodon", "mastodon.social"), ("mastodon", "127.0.0.1:3000"))
    assert paces_of(config) == {
        "turkeys": timedelta(seconds=2),
        "mastodon:mastodon.social": timedelta(minutes=5),
        "mastodon:http://127.0.0.1:3000": timedelta(minutes=5),
    }
    assert config.schedule.collect == timedelta(hours=2)
    assert config.store.url == "sqlite:////data/it.db?mode=rw"
    assert not config.store.keep_raw
    assert (config.output.folder, config.output.bin) == (Path("/charts"), "1day")


@pytest.mark.parametrize("url", ["postgresql://me@host:5433/db?sslmode=require", "postgresql:///db"])
def test_a_store_may_be_on_a_server(url: str) -> None:
    assert parse(with_lines(f"store: {{url: '{url}'}}"), FILE).store.url == url


def test_a_day_without_a_midnight_begins_when_it_begins() -> None:
    text = CAMPAIGN.replace("Asia/Baghdad", "Asia/Tehran").replace("2019-11-01", "2021-03-22")
    campaign = to_campaigns(parse(text, FILE))[0]
    assert campaign.starts_at == datetime(2021, 3, 21, 20, 30, tzinfo=UTC)
    assert campaign.starts_at.isoformat() == "2021-03-22T01:00:00+04:30"


def test_nothing_in_a_config_can_be_changed() -> None:
    config = parse(CAMPAIGN, FILE)
    with pytest.raises(ValueError, match="frozen"):
        config.store.keep_raw = False  # type: ignore[misc]


def with_lines(*lines: str) -> str:
    """Add lines to the least campaign."""
    return CAMPAIGN + "".join(f"{line}\n" for line in lines)


# text, line, key, a part of what, a part of the cure
UGLY = {
    "a tag that YAML takes for a comment": (
        CAMPAIGN.replace('"#خليها_تخيس"', "#خليها_تخيس"),
        (5, "campaigns.let-it-go.tags, item 1", "takes `#خليها_تخيس` for a comment", '"#خليها_تخيس"'),
    ),
    "all tags on one line, as comments": (
        with_lines("    exclude:", "      tags: [#a, #b]"),
        (10, "", "takes `#a` for a comment", '"#a"'),
    ),
    "a tag as the value itself": (
        with_lines("    exclude:", "      tags: #a"),
        (10, "campaigns.let-it-go.exclude.tags", "takes `#a` for a comment", '"#a"'),
    ),
    "a title that YAML cuts": (
        CAMPAIGN.replace("Let it go", "Let it go #now"),
        (3, "campaigns.let-it-go.title", "takes `#now` for a comment", '"Let it go #now"'),
    ),
    "a language that reads as false": (
        with_lines("    exclude:", "      languages: [no, en]"),
        (10, "campaigns.let-it-go.exclude.languages, item 1", "reads `no` as false", '"no"'),
    ),
    "a tag that reads as true": (
        CAMPAIGN.replace("خلوها_تخيس", "On"),
        (6, "campaigns.let-it-go.tags, item 2", "reads `On` as true", "in quotes"),
    ),
    "a campaign that reads as true": (
        CAMPAIGN.replace("let-it-go", "yes"),
        (2, "campaigns", "reads the key `yes` as true", '"yes"'),
    ),
    "an octal title": (
        CAMPAIGN.replace("Let it go", "010"),
        (3, "campaigns.let-it-go.title", "reads `010` as the number 8", '"010"'),
    ),
    "a sexagesimal title": (
        CAMPAIGN.replace("Let it go", "12:30"),
        (3, "campaigns.let-it-go.title", "reads `12:30` as the number 750", '"12:30"'),
    ),
    "a number with underscores": (
        with_lines("sources:", "  replays:", "    a: {archive: a, starts_at: 2020-01-01, seed: 1_000}"),
        (11, "sources.replays.a.seed", "reads `1_000` as the number 1000", "plain number"),
    ),
    "a date as a title": (
        CAMPAIGN.replace("Let it go", "2019-11-01"),
        (3, "campaigns.let-it-go.title", "reads `2019-11-01` as a date", '"2019-11-01"'),
    ),
    "a number as a title": (
        CAMPAIGN.replace("Let it go", "1984"),
        (3, "campaigns.let-it-go.title", "reads `1984` as the number 1984", '"1984"'),
    ),
    "nothing as a title": (
        CAMPAIGN.replace("Let it go", "~"),
        (3, "campaigns.let-it-go.title", "reads `~` as nothing", "take the line out"),
    ),
    "a key without a value": (
        with_lines("    until:"),
        (9, "campaigns.let-it-go.until", "it is empty", "indented"),
    ),
    "a section without a value": (
        with_lines("sources:", "  inbox:"),
        (10, "sources.inbox", "it is empty", "indented"),
    ),
    "a key twice": (
        with_lines("    title: again"),
        (9, "campaigns.let-it-go.title", "`title` stands here and in line 3", "one of the two"),
    ),
    "a tab": (with_lines("store:", "\turl: x"), (10, "", "a tab", "spaces")),
    "a handle without quotes": (
        with_lines("    exclude:", "      authors:", "        - @bot"),
        (11, "", "begins with @", "in quotes"),
    ),
    "a colon without a space": (
        with_lines("store:", "  url:sqlite:///x.db"),
        (9, "store", "it is not a section", "space after each colon"),
    ),
    "a colon in a title": (CAMPAIGN.replace("Let it go", "Iraq: let it go"), (3, "", "a colon", "quotes")),
    "a quotation mark that is not closed": (
        CAMPAIGN.replace('تخيس"', "تخيس"),
        (5, "", "a quotation mark is not closed", "close it"),
    ),
    "an alias": (CAMPAIGN.replace("Let it go", "*all"), (3, "", "reads a word after *", "in quotes")),
    "an anchor": (CAMPAIGN.replace("Let it go", "&all x"), (3, "", "reads a word after *", "in quotes")),
    "a foreign type": (
        CAMPAIGN.replace("Let it go", "!!python/object/apply:os.getcwd []"),
        (3, "", "a word after !", "in quotes"),
    ),
    "a second document": (with_lines("---", "a: b"), (9, "", "a second document", "---")),
    "a control character": (CAMPAIGN.replace("Let", "L\x1bt"), (3, "", "a control character", "take it out")),
    "an escaped control character": (
        CAMPAIGN.replace("Let it go", '"Let\\e it go"'),
        (3, "campaigns.let-it-go.title", "a control character", "single quotes"),
    ),
    "endless depth": ("[" * 500, (1, "", "levels deep", "groundswell init")),
    "an empty file": ("", (1, "", "nothing in it", "groundswell init")),
    "only notes": ("# to do\n", (1, "", "nothing in it", "groundswell init")),
    "a word": ("hello\n", (1, "", "no list of sections", "campaigns:")),
    "a list": ("- campaigns\n", (1, "", "no list of sections", "campaigns:")),
    "no campaigns": ("store: {keep_raw: true}\n", (1, "campaigns", "it is missing", "groundswell init")),
    "campaigns, but none": ("campaigns: {}\n", (1, "campaigns", "there is no campaign", "groundswell init")),
    "no tags": (
        "campaigns:\n  a:\n    title: A\n    tags: []\n",
        (4, "campaigns.a.tags", "there is no tag", '"#tag"'),
    ),
    "a key with a slip": (
        CAMPAIGN.replace("time_zone", "timezone"),
        (7, "campaigns.let-it-go.timezone", "no key `timezone`", "do you mean `time_zone`?"),
    ),
    "a key that is like none": (
        with_lines("output: {colour: red}"),
        (9, "output.colour", "no key `colour`", "known here: folder, bin"),
    ),
    "a section with a slip": (with_lines("sorces: {}"), (9, "sorces", "no key `sorces`", "`sources`")),
    "a secret": (
        with_lines("sources:", "  x_bearer_token: AAAA"),
        (10, "sources.x_bearer_token", "looks like a secret", "environment"),
    ),
    "a password in the address": (
        with_lines("store: {url: 'postgresql://me:hunter2@host/db'}"),
        (9, "store.url", "a password stands in it", "PGPASSWORD"),
    ),
    "a password among the options": (
        with_lines("store: {url: 'postgresql://me@host/db?password=hunter2'}"),
        (9, "store.url", "a password stands in it", "PGPASSWORD"),
    ),
    "a server without its database": (
        with_lines("store: {url: 'postgresql://me@host'}"),
        (9, "store.url", "not the address", "postgresql://ROLE@HOST/DATABASE"),
    ),
    "no address": (
        with_lines("store: {url: groundswell.db}"),
        (9, "store.url", "not the address", "sqlite:///"),
    ),
    "a zone with a slip": (
        CAMPAIGN.replace("Asia/Baghdad", "Asia/Bagdad"),
        (7, "campaigns.let-it-go.time_zone", "no time zone `Asia/Bagdad`", "do you mean Asia/Baghdad?"),
    ),
    "a city as a zone": (
        CAMPAIGN.replace("Asia/Baghdad", "baghdad"),
        (7, "campaigns.let-it-go.time_zone", "no time zone `baghdad`", "do you mean Asia/Baghdad?"),
    ),
    "a zone that escapes": (
        CAMPAIGN.replace("Asia/Baghdad", "../../etc/passwd"),
        (7, "campaigns.let-it-go.time_zone", "no time zone", "IANA"),
    ),
    "an end before the beginning": (
        with_lines("    until: 2019-11-01"),
        (9, "campaigns.let-it-go.until", "not after `from`", "no longer counts"),
    ),
    "no time": (
        with_lines("    until: next week"),
        (9, "campaigns.let-it-go.until", "not a date or time", "2019-11-01T18:30"),
    ),
    "a day that there is not": (
        with_lines("    until: 2020-02-30"),
        (9, "campaigns.let-it-go.until", "not a date or time", "2019-11-01"),
    ),
    "a time before all time": (
        CAMPAIGN.replace("2019-11-01", "0001-01-01"),
        (8, "campaigns.let-it-go.from", "not a date or time", "2019-11-01"),
    ),
    "no length": (
        with_lines("schedule: {collect: 15}"),
        (9, "schedule.collect", "not a length of time", "15m"),
    ),
    "no bins": (
        with_lines("output: {bin: 1 day}"),
        (9, "output.bin", "no bins of `1 day`", "do you mean 1day?"),
    ),
    "no server of Mastodon": (
        with_lines("sources:", "  mastodon: {contact: me@example.org, servers: ['https://a.example/@me']}"),
        (10, "sources.mastodon.servers, item 1", "no server of Mastodon", "mastodon.social"),
    ),
    "a server asked without encryption": (
        with_lines("sources:", "  mastodon: {contact: me@example.org, servers: ['http://a.example']}"),
        (10, "sources.mastodon.servers, item 1", "no server of Mastodon", "https"),
    ),
    "a server twice": (
        with_lines("sources:", "  mastodon: {contact: me@example.org, servers: [a.example, A.example/]}"),
        (10, "sources.mastodon.servers, item 2", "stands there already", "one of them"),
    ),
    "no server at all": (
        with_lines("sources:", "  mastodon: {contact: me@example.org, servers: []}"),
        (10, "sources.mastodon.servers", "there is no server", "mastodon.social"),
    ),
    "nobody to reach": (
        with_lines("sources:", "  mastodon: {contact: me, servers: [a.example]}"),
        (10, "sources.mastodon.contact", "no address", "you@example.org"),
    ),
    "no share": (
        with_lines("sources:", "  replays:", "    a: {archive: a, starts_at: 2020-01-01, late_share: 5}"),
        (11, "sources.replays.a.late_share", "less than or equal to 1", "such a value"),
    ),
    "one tag twice to a platform": (
        CAMPAIGN.replace("خلوها_تخيس", '"＃خليها_تخيس"'),
        (
            6,
            "campaigns.let-it-go.tags, item 2",
            "platforms take `#خليها_تخيس` and item 1 for one",
            "one of them",
        ),
    ),
    "a tag with a space": (
        CAMPAIGN.replace("خلوها_تخيس", "let it go"),
        (6, "campaigns.let-it-go.tags, item 2", "no spaces", "an item of its own"),
    ),
    "no tag but its mark": (
        CAMPAIGN.replace("خلوها_تخيس", '"#"'),
        (6, "campaigns.let-it-go.tags, item 2", "no tag in it", '"#tag"'),
    ),
    "one's own tag excluded": (
        with_lines("    exclude:", "      tags: ['#خلّيها_تخيس']"),
        (9, "campaigns.let-it-go.exclude", "is a tag of this campaign", "here or there"),
    ),
    "a list that is none": (
        with_lines("    exclude:", "      authors: bob"),
        (10, "campaigns.let-it-go.exclude.authors", "not a list", '- "bob"'),
    ),
    "a short name with a slash": (
        CAMPAIGN.replace("let-it-go", "../x"),
        (2, "campaigns.../x", "no short name", "letters, digits"),
    ),
    "short names that one file would have": (
        CAMPAIGN + CAMPAIGN.removeprefix("campaigns:\n").replace("let-it-go", "Let-It-Go"),
        (1, "campaigns", "differ by case only", "one"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), UGLY.values(), ids=UGLY)
def test_a_fault_is_named_with_its_line_key_and_cure(text: str, expected: tuple[int, str, str, str]) -> None:
    line, key, what, cure = expected
    (fault,) = faults_of(text)
    assert (fault.line, fault.key) == (line, key)
    assert what in fault.what
    assert cure in fault.cure


def test_all_faults_of_a_file_are_named_in_the_order_of_their_lines() -> None:
    text = CAMPAIGN.replace("title: Let it go", "titel: 010").replace("Baghdad", "Bagdad") + (
        "    until: soon\nsources:\n  inbox: {every: 5}\nbins: 1h\n"
    )
    assert [(fault.line, fault.key) for fault in faults_of(text)] == [
        (2, "campaigns.let-it-go.title"),
        (3, "campaigns.let-it-go.titel"),
        (7, "campaigns.let-it-go.time_zone"),
        (9, "campaigns.let-it-go.until"),
        (11, "sources.inbox.every"),
        (12, "bins"),
    ]


def test_a_secret_is_never_repeated() -> None:
    text = with_lines("store: {url: 'postgresql://me:hunter2@host/db'}", "token: hunter2", "a: [hunter2")
    for shown in (text, text.replace("a: [hunter2\n", "")):
        with pytest.raises(ConfigError) as caught:
            parse(shown, FILE)
        assert "hunter2" not in str(caught.value) + repr(caught.value.faults)


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + CAMPAIGN.replace("\n", "\r\n").encode())
    assert load(file).output.folder == tmp_path / "charts"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound) as caught:
        load(tmp_path / "none.yaml")
    assert "groundswell init" in caught.value.faults[0].cure


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("campaigns:\n  غ: x\n".encode("cp1256"), 2, "not UTF-8"),
        (CAMPAIGN.encode("utf-16"), 1, "not UTF-8"),
        (b"# posts\n" * 200_000, 0, "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_config(tmp_path: Path, content: bytes, line: int, what: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert caught.value.faults[0].line == line
    assert what in caught.value.faults[0].what


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_the_bins_of_a_config_are_those_of_the_charts() -> None:
    assert tuple(STEPS) == BINS


SNIPPETS = st.sampled_from(
    [
        *(
            "campaigns",
            "let-it-go",
            "tags",
            "title",
            "time_zone",
            "from",
            "until",
            "sources",
            "replays",
            "store",
        ),
        *(
            ":",
            ": ",
            "\n",
            "\n  ",
            "\n    ",
            "\n      - ",
            "- ",
            "#",
            " #",
            '"',
            "'",
            "[",
            "]",
            "{",
            "}",
            ", ",
        ),
        *("&a ", "*a", "!!int ", "|", ">", "%", "@", "`", "\t", "---", "...", "? ", "<<: ", "~", "=", "\\"),
        *(
            "no",
            "010",
            "0x1F",
            "1_0",
            "12:30",
            "2019-11-01",
            "2019-13-45",
            "0001-01-01",
            ".nan",
            "-.inf",
            "1.5",
        ),
        *(
            "9" * 30,
            "0b_",
            "15m",
            "Asia/Baghdad",
            "sqlite:///x",
            "#خليها_تخيس",
            "تخيس",
            "\u200f",
            "\x85",
            "\ud800",
        ),
        *('"\\ud83d"', '"\\0"', "~root/x", "http://[", "\U0001f600", "\ufeff"),
    ]
)
VALUES = st.recursive(
    st.sampled_from(["no", "010", "12:30", "2019-11-01", "~", "x", "'#a'", "1.5", "15m", "[]", "{}", '"\\u0000"']),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["from", "until", "tags", "every", "token"]), inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        ),
    ),
    max_leaves=5,
)


def reads_or_refuses(text: str) -> None:
    """Hold that a text gives a config, or a ConfigError that has something to say."""
    faults: tuple[Fault, ...] = ()
    config = None
    try:
        config = parse(text, FILE)
    except ConfigError as error:
        faults = error.faults
    assert isinstance(config, Config) or faults
    assert all(fault.what and fault.cure for fault in faults)


@given(st.lists(SNIPPETS, max_size=25).map("".join))
def test_no_text_raises_anything_but_config_error(text: str) -> None:
    reads_or_refuses(text)


@given(st.sampled_from(CAMPAIGN.splitlines()[2:]), VALUES)
def test_no_value_raises_anything_but_config_error(line: str, value: str) -> None:
    reads_or_refuses(CAMPAIGN.replace(line, f"    {line.partition(':')[0].strip()}: {value}"))


@given(st.sampled_from(["sources", "store", "output", "lake", "schedule"]), VALUES)
def test_no_section_raises_anything_but_config_error(section: str, value: str) -> None:
    reads_or_refuses(with_lines(f"{section}: {value}"))
