"""The views against storage.coverage's algebra, and against counting by hand."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import groupby, pairwise
from typing import Any, NamedTuple, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert

from storage import coverage, schema
from storage.coverage import ANY_TAG, Key, Ledger, State, Stretch
from storage.engine import reading, writing
from storage.instant import EPOCH, to_text
from storage.store import Store
from tests.blank import PROVED, Database, blank_store
from tests.storage.made_store import AUTHOR, POST

Row: TypeAlias = tuple[Any, ...]
World: TypeAlias = Mapping[Key, Ledger]
Asked: TypeAlias = Mapping[str, bool]
"""The servers of Mastodon that config.yaml named at any time, and whether it still does."""

EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
LENGTH = 40
"""The quarters of an hour that a made world lasts: from eight in the evening to six in the morning."""
TICK = timedelta(microseconds=1)
STANDING = ("rot", "rott")
"""The tags of the campaign, as asked."""
NOT_ALL_READ = ("not tried", "failed", "lost", "partial")
NOTHING: Ledger = ()
NONE_NAMED: Asked = {}


class Posted(NamedTuple):
    """What volume goes by of a post."""

    platform: str
    created_at: datetime
    author: int | None = None
    is_repost: bool = False


def at(quarter: float) -> datetime:
    return EVENING + quarter * QUARTER


def text_at(quarter: float) -> str:
    return to_text(at(quarter))


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    start = draw(st.integers(0, LENGTH - 1))
    end = draw(st.integers(start + 1, LENGTH))
    slip = draw(st.sampled_from([timedelta(0), TICK]))
    state = draw(st.sampled_from([state for state in State if state is not State.NOT_TRIED]))
    return Stretch(at(start) + slip, at(end) + slip, state, draw(st.sampled_from(["", "why"])))


@st.composite
def keys(draw: st.DrawFn) -> Key:
    tag = draw(st.sampled_from([*STANDING, *STANDING, ANY_TAG, "removed", "alien"]))
    platform, server = draw(st.sampled_from([("x", ""), ("x", ""), ("mastodon", "one"), ("mastodon", "two")]))
    source = draw(st.sampled_from(["search", "stream"]))
    kind = draw(st.sampled_from(["posts", "posts", "reposts"]))
    return Key(platform, source, "" if tag == ANY_TAG else server, tag, kind)


ledgers = st.lists(stretches(), min_size=1, max_size=4).map(lambda news: reduce(coverage.write, news, NOTHING))
worlds = st.dictionaries(keys(), ledgers, max_size=7)
servers = st.dictionaries(st.sampled_from(["one", "two", "three"]), st.booleans(), max_size=2)
posted = st.builds(
    Posted,
    st.sampled_from(["x", "mastodon"]),
    st.integers(0, LENGTH).flatmap(lambda one: st.sampled_from([at(one), at(one) - TICK, at(one + 0.5)])),
    st.sampled_from([None, 1, 2]),
    st.booleans(),
)


def put(store: Store, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    if listed := list(rows):
        with writing(store.engine) as connection:
            connection.execute(insert(table), listed)


def ask(store: Store, sql: str) -> list[Row]:
    with reading(store.engine) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def put_campaign(store: Store) -> None:
    """Make a campaign of two tags, one of them in two spellings, and of one that was removed again."""
    put(store, schema.campaigns, [{"id": 1, "slug": "rot", "title": "Rot", "time_zone": "UTC"}])
    row = {"campaign_id": 1, "key": "", "added_at": text_at(0)}
    spellings = {"Rot": "rot", "ROT": "rot", "rott": "rott", "removed": "removed"}
    rows = [{**row, "written": written, "asked": asked} for written, asked in spellings.items()]
    put(store, schema.campaign_tags, [{**row, "removed_at": None} for row in rows[:-1]])
    put(store, schema.campaign_tags, [{**rows[-1], "removed_at": text_at(1)}])


def put_coverage(store: Store, world: World) -> None:
    columns = schema.coverage.columns.keys()
    put(
        store,
        schema.coverage,
        [
            dict(zip(columns, (*key_of(key), *row_of(row), row.reason, row.share, None), strict=True))
            for key, ledger in world.items()
            for row in ledger
        ],
    )


def put_servers(store: Store, asked: Asked) -> None:
    """Put servers in force, and take some of them out again."""
    store.set_servers([("mastodon", server) for server in asked], EVENING)
    store.set_servers([("mastodon", server) for server, stands in asked.items() if stands], EVENING)


def key_of(key: Key) -> Row:
    return key.platform, key.source, key.server, key.tag, key.kind


def row_of(row: Stretch) -> Row:
    return to_text(row.starts_at), to_text(row.ends_at), row.state.value


def post(number: int, **told: Any) -> dict[str, Any]:
    return {**POST, "repost_of": None, "deleted_at": None, "id": number, "platform_id": str(number), **told}


def put_members(store: Store, posts: Sequence[Posted]) -> None:
    numbers = range(1, len(posts) + 1)
    rows = [
        post(n, platform=p.platform, created_at=to_text(p.created_at), author_id=p.author, is_repost=int(p.is_repost))
        for n, p in zip(numbers, posts, strict=True)
    ]
    put(store, schema.posts, rows)
    put(store, schema.campaign_posts, [{"campaign_id": 1, "post_id": number} for number in numbers])


def units_of(world: World, asked: Asked, platform: str) -> list[tuple[str, str]]:
    """List the (tag, server) that must be covered: each tag, on Mastodon at each server asked and not dropped."""
    servers = {key.server for key in world if key.platform == platform and asked.get(key.server, True)}
    if platform == "mastodon":
        servers |= {server for server, stands in asked.items() if stands}
    return [(tag, server) for tag in STANDING for server in sorted(servers - {""} or {""})]


def best_of(world: World, platform: str, kind: str, unit: tuple[str, str]) -> Ledger:
    """Take the best that is known of a tag; what has no server counts for each."""
    tag, server = unit
    whose = [key for key in world if (key.platform, key.kind) == (platform, kind) and key.tag in (tag, ANY_TAG)]
    return coverage.best(*(world[key] for key in whose if not server or key.server in ("", server)))


def known_of(world: World, asked: Asked, platform: str, kind: str) -> list[Stretch]:
    """List all that is known of any tag of the campaign, at servers that are needed."""
    servers = {server for _tag, server in units_of(world, asked, platform)}
    return [
        row
        for key, ledger in world.items()
        if (key.platform, key.kind) == (platform, kind) and key.tag in (*STANDING, ANY_TAG)
        if servers == {""} or key.server in servers | {""}
        for row in ledger
    ]


def volume_by_hand(world: World, asked: Asked, posts: Sequence[Posted], step: timedelta) -> list[Row]:
    rows: list[Row] = []
    for platform in ("mastodon", "x"):
        mine = [one for one in posts if one.platform == platform and not one.is_repost]
        tried = [row for row in known_of(world, asked, platform, "posts") if row.state is not State.GIVEN]
        moments = [
            *(one.created_at for one in mine),
            *(moment for row in tried for moment in (row.starts_at, row.ends_at - TICK)),
        ]
        if not moments:
            continue
        edges = [min(moments) - (min(moments) - EPOCH) % step]
        while edges[-1] <= max(moments):
            edges.append(edges[-1] + step)
        family = coverage.worst(*(best_of(world, platform, "posts", unit) for unit in units_of(world, asked, platform)))
        for (start, end), known in zip(pairwise(edges), coverage.over(family, edges), strict=True):
            inside = [one for one in mine if start <= one.created_at < end]
            counts = (len(inside), len({one.author for one in inside} - {None}))
            unknown = not inside and known.state.value in NOT_ALL_READ
            rows.append(("rot", platform, to_text(start), *((None, None) if unknown else counts), known.state.value))
    return rows


def gaps_by_hand(world: World, asked: Asked = NONE_NAMED) -> list[Row]:
    """List the holes of each unit, one for each state whatever the reason."""
    rows: list[Row] = []
    for platform in ("mastodon", "x"):
        for kind in ("posts", "reposts"):
            if not (known := known_of(world, asked, platform, kind)):
                continue
            first, last = min(row.starts_at for row in known), max(row.ends_at for row in known)
            for tag, server in units_of(world, asked, platform):
                tiles = coverage.tiled(best_of(world, platform, kind, (tag, server)), first, last)
                for state, group in groupby(tiles, lambda tile: tile.state):
                    run = list(group)
                    edges = to_text(run[0].starts_at), to_text(run[-1].ends_at)
                    if state is not State.COMPLETE:
                        rows.append(("rot", platform, server, tag, kind, *edges, state.value))
    return sorted(rows)


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=100, deadline=None)
@given(worlds, servers, st.lists(posted, max_size=6))
def test_volume_is_what_the_algebra_says_and_zero_is_never_unknown(
    database: Database, world: dict[Key, Ledger], asked: Asked, posts: list[Posted]
) -> None:
    with blank_store(database) as store:
        put_campaign(store)
        put_coverage(store, world)
        put_servers(store, asked)
        put_members(store, posts)
        for view, step in (("hourly_volume", HOUR), ("daily_volume", DAY)):
            rows = ask(store, f"SELECT * FROM {view}")
            assert rows == volume_by_hand(world, asked, posts, step)
            assert [row for row in rows if row[3] == 0 and row[5] in NOT_ALL_READ] == []


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=100, deadline=None)
@given(worlds, servers)
def test_gaps_are_the_holes_of_the_algebra(database: Database, world: dict[Key, Ledger], asked: Asked) -> None:
    with blank_store(database) as store:
        put_campaign(store)
        put_coverage(store, world)
        put_servers(store, asked)
        assert ask(store, "SELECT * FROM coverage_gaps") == gaps_by_hand(world, asked)


def test_an_hour_that_was_not_read_to_its_end_has_no_number_unless_it_has_a_post(database: Database) -> None:
    hours = ((0, State.COMPLETE), (4, State.FAILED), (8, State.LOST), (16, State.PARTIAL), (20, State.PARTIAL))
    ledger = tuple(Stretch(at(start), at(start + 4), state) for start, state in hours)
    with blank_store(database) as store:
        put_campaign(store)
        put_coverage(store, {Key("x", "search", "", tag, "posts"): ledger for tag in STANDING})
        put_members(store, [*(Posted("x", at(when), author=1) for when in (8, 16)), Posted("x", at(0), is_repost=True)])
        assert ask(store, "SELECT starts_at, posts, authors, state FROM hourly_volume") == [
            (text_at(0), 0, 0, "complete"),
            (text_at(4), None, None, "failed"),
            (text_at(8), 1, 1, "lost"),
            (text_at(12), None, None, "not tried"),
            (text_at(16), 1, 1, "partial"),
            (text_at(20), None, None, "partial"),
        ]


def test_a_post_of_the_last_half_millisecond_stands_in_its_own_hour(database: Database) -> None:
    """SQLite's date functions round to milliseconds, which would be up into the next hour, and day."""
    with blank_store(database) as store:
        put_campaign(store)
        put_members(store, [Posted("x", datetime(2026, 11, 22, 23, 59, 59, 999_600, UTC))])
        assert ask(store, "SELECT starts_at FROM hourly_volume") == [("2026-11-22T23:00:00.000000Z",)]
        assert ask(store, "SELECT starts_at FROM daily_volume") == [("2026-11-22T00:00:00.000000Z",)]


def test_what_an_archive_gave_does_not_stretch_the_volume_over_all_its_years(database: Database) -> None:
    given_years = Stretch(datetime(2010, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), State.GIVEN)
    with blank_store(database) as store:
        put_campaign(store)
        put_coverage(store, {Key("x", "archive", "", ANY_TAG, "posts"): (given_years,)})
        put_members(store, [Posted("x", at(0)), Posted("x", at(8))])
        counted = ask(store, "SELECT starts_at, posts, state FROM hourly_volume")
        assert counted == [(text_at(0), 1, "given"), (text_at(4), 0, "given"), (text_at(8), 1, "given")]


def test_a_tag_that_was_never_asked_for_is_a_gap(database: Database) -> None:
    with blank_store(database) as store:
        put_campaign(store)
        put_coverage(store, {Key("x", "search", "", "rot", "posts"): (Stretch(at(0), at(8), State.COMPLETE),)})
        gaps = ask(store, "SELECT tag, starts_at, ends_at, state FROM coverage_gaps")
        assert gaps == [("rott", text_at(0), text_at(8), "not tried")]


forms = st.sampled_from(["Rot", "rot", "ROT", "roṭ", "rоt", "𝐫ot"])  # one letter is Cyrillic


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(deadline=None)
@given(st.sets(st.tuples(st.integers(1, 5), st.integers(1, 2), forms), max_size=12))
def test_a_hashtag_is_shown_as_most_posts_spell_it(database: Database, carried: set[tuple[int, int, str]]) -> None:
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    carriers: dict[str, set[int]] = defaultdict(set)
    for number, hashtag, written in carried:
        spelled[f"key{hashtag}"][written] += 1
        carriers[f"key{hashtag}"].add(number)
    by_hand = [
        (key, min(counts, key=lambda form: (-counts[form], form.encode())), len(carriers[key]))
        for key, counts in sorted(spelled.items())
    ]
    with blank_store(database) as store:
        put(store, schema.hashtags, [{"id": number, "key": f"key{number}"} for number in (1, 2, 3)])
        rows = [dict(zip(("post_id", "hashtag_id", "written"), row, strict=True)) for row in carried]
        put(store, schema.post_hashtags, rows)
        assert sorted(ask(store, "SELECT * FROM hashtag_view")) == by_hand


@pytest.mark.parametrize(
    ("named", "target", "shown"),
    [
        ("2", {}, ("all of it", "#letitrot #rot")),
        ("2v2", {}, ("all of it", "#letitrot #rot")),
        ("2", {"text": None, "deleted_at": "2026-11-23T00:00:00.000000Z"}, (None, "#letitrot #rot")),
        ("3", {}, ("RT @b: all of", "#rot")),
        ("2", {"platform": "bluesky"}, ("RT @b: all of", "#rot")),
    ],
    ids=["known", "known by another id", "deleted", "unknown", "of another platform"],
)
def test_a_repost_shows_the_words_of_its_target(
    database: Database, named: str, target: dict[str, Any], shown: Row
) -> None:
    words = {2: ["rot", "letitrot"], 1: ["rot"]}
    with blank_store(database) as store:
        put(store, schema.posts, [post(1, text="RT @b: all of", is_repost=1, repost_of=named)])
        put(store, schema.posts, [post(2, **{"text": "all of it", **target})])
        put(store, schema.post_ids, [{"server": "x", "local_id": "2v2", "post_id": 2}])
        tags = [{"post_id": number, "written": one, "hashtag_id": 1} for number in words for one in words[number]]
        put(store, schema.post_hashtags, tags)
        assert ask(store, "SELECT text, hashtags FROM post_view WHERE post = 'x:1'") == [shown]


@pytest.mark.parametrize(
    ("observed", "shown"),
    [
        ([], (None, None)),
        ([None], (100, None)),
        ([None, 3, 5, 4], (102, text_at(5))),
    ],
    ids=["never counted", "of unknown time", "counted again"],
)
def test_a_post_shows_its_newest_counts(database: Database, observed: list[int | None], shown: Row) -> None:
    rows = [
        {"post_id": 1, "server": "x", "observed_at": None if seen is None else text_at(seen), "likes": 100 + place}
        for place, seen in enumerate(observed)
    ]
    with blank_store(database) as store:
        put(store, schema.posts, [post(1), post(2)])
        put(store, schema.engagement, rows)
        put(store, schema.engagement, [{"post_id": 2, "server": "x", "observed_at": text_at(9), "likes": 7}])
        assert ask(store, "SELECT likes, counted_at FROM post_view WHERE post = 'x:1'") == [shown]


def test_a_post_has_its_author_and_tells_whether_it_was_found(database: Database) -> None:
    with blank_store(database) as store:
        put(store, schema.authors, [{**AUTHOR, "id": 1, "platform_id": "a", "handle": "ann"}])
        put(store, schema.posts, [post(1), post(2, author_id=None)])
        put(store, schema.found, [{"post_id": 1, "source": "archive", "server": "", "first_run_id": 1}])
        rows = ask(store, "SELECT post, author, is_found FROM post_view ORDER BY post")
        assert rows == [("x:1", "ann", 1), ("x:2", None, 0)]


def test_the_top_lists_count_posts_and_reposts_apart(database: Database) -> None:
    posts = [
        *(Posted("x", at(one), author=1) for one in (0, 1)),
        *(Posted("x", at(one), author=2, is_repost=True) for one in (2, 3, 4)),
        *(Posted(platform, at(5)) for platform in ("mastodon", "x")),
    ]
    with blank_store(database) as store:
        put_campaign(store)
        put(
            store,
            schema.authors,
            [{**AUTHOR, "id": n, "platform_id": h, "handle": h} for n, h in ((1, "ann"), (2, "bob"))],
        )
        put_members(store, posts)
        put(store, schema.posts, [post(9)])
        put(store, schema.hashtags, [{"id": 1, "key": "rot"}])
        tags = [(1, "Rot"), (1, "rot"), (2, "rot"), (3, "rot"), (9, "rot")]
        put(store, schema.post_hashtags, [{"post_id": n, "hashtag_id": 1, "written": tag} for n, tag in tags])
        assert ask(store, "SELECT * FROM top_authors") == [
            ("rot", "x", "ann", 2, 0, text_at(0), text_at(1)),
            ("rot", "mastodon", None, 1, 0, text_at(5), text_at(5)),
            ("rot", "x", None, 1, 0, text_at(5), text_at(5)),
            ("rot", "x", "bob", 0, 3, text_at(2), text_at(4)),
        ]
        assert ask(store, "SELECT * FROM top_hashtags") == [("rot", "rot", 2)]
