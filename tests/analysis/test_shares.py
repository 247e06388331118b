"""Shares of a campaign's posts: counted where all were read, weighted where minutes were drawn, held to the truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.shares import NO_SAMPLE, NOT_TOLD, TRAITS, Known, Shares, Trait, shares
from collector.sampling import minutes_drawn
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.world import Post, tags_in

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SLUG, KEYS = "rot", ("rot", "let")


def post(minutes: float, lang: str | None = "ar", *written: str, **told: Any) -> dict[str, Any]:
    """Make a member of the campaign."""
    flags = {"is_repost": False, "is_reply": False, "is_quote": False}
    created = int((START + minutes * MINUTE).timestamp() * 1_000_000)
    return {"platform": "x", "created_at": created, "lang": lang, "written": written, **flags, **told}


def asking(posts: Iterable[dict[str, Any]]) -> Ask:
    """Make an `ask` over these posts: the lake's relations, in memory. A tag's key is its first three letters."""
    rows = pd.DataFrame([{"campaign": SLUG, "post_id": number, **one} for number, one in enumerate(posts)])
    uses = rows.explode("written").dropna(subset="written")
    keys = uses["written"].str[:3].str.lower()
    ids = {key: number for number, key in enumerate(sorted(set(keys)))}
    lake = duckdb.connect()
    lake.register("members", rows.drop(columns="written"))
    lake.register(
        "uses", pd.DataFrame({"post_id": uses["post_id"], "hashtag_id": keys.map(ids), "written": uses["written"]})
    )
    lake.register("names", pd.DataFrame({"id": list(ids.values()), "key": list(ids)}))
    for table, view in (("campaign_posts", "members"), ("post_hashtags", "uses"), ("hashtags", "names")):
        lake.execute(f"CREATE TABLE {table} AS SELECT * FROM {view}")
    return lambda sql, **values: lake.execute(sql, values).df()


def read(*stretches: tuple[float, float]) -> pd.DataFrame:
    """Make the stretches that were read, by minutes."""
    edges = [(START + first * MINUTE, START + last * MINUTE) for first, last in stretches]
    return pd.DataFrame(edges, columns=["starts_at", "ends_at"])


def told(shown: Shares) -> dict[str, tuple[int, float]]:
    return {row.value: (row.posts, round(row.share, 4)) for row in shown.frame.itertuples()}


POSTS = [
    post(0, "ar", "rot"),
    post(1, "ar", "Rot", "rot", is_reply=True),
    post(2, "en", "let", is_quote=True),
    post(3, None, "rotten", is_reply=True, is_quote=True),
    post(3.5, "ar", "other"),
    post(4, "ar", "rot", is_repost=True),
    post(5, "ar", "rot", platform="mastodon"),
    post(90, "fa", "rot"),
]


def test_where_all_was_read_shares_are_counts_and_reposts_are_no_part_of_them() -> None:
    ask, known = asking(POSTS), Known(read((0, 60)), NO_SAMPLE)
    language = shares(ask, SLUG, "x", "language", known)
    assert told(language) == {"ar": (3, 0.6), "en": (1, 0.2), NOT_TOLD: (1, 0.2)}
    assert (language.frame["low"] == language.frame["share"]).all()
    assert (language.frame["high"] == language.frame["share"]).all()
    assert (language.read, language.all, language.is_sample) == (5, 5, False)
    kind = shares(ask, SLUG, "x", "kind", known)
    assert told(kind) == {"original": (2, 0.4), "quote": (1, 0.2), "reply": (1, 0.2), "reply and quote": (1, 0.2)}
    spelling = shares(ask, SLUG, "x", "spelling", known, KEYS)
    assert told(spelling) == {"rot": (2, 0.4), "Rot": (1, 0.2), "let": (1, 0.2), "rotten": (1, 0.2)}


def test_what_was_not_read_is_left_out_though_posts_are_there() -> None:
    ask = asking(POSTS)
    assert told(shares(ask, SLUG, "x", "language", Known(read((1, 3), (80, 100)), NO_SAMPLE))) == {
        "ar": (1, 0.3333), "en": (1, 0.3333), "fa": (1, 0.3333),
    }  # fmt: skip
    # A minute of which a part was not read is not a whole minute of a sample.
    assert told(shares(ask, SLUG, "x", "language", Known(read((0.5, 2)), NO_SAMPLE))) == {"ar": (1, 1.0)}


@pytest.mark.parametrize("trait", TRAITS)
def test_where_nothing_was_read_there_is_no_row(trait: Trait) -> None:
    for known in (Known(read(), NO_SAMPLE), Known(read((10, 20)), NO_SAMPLE)):
        shown = shares(asking(POSTS), SLUG, "x", trait, known, KEYS)
        assert (len(shown.frame), shown.read, shown.all, shown.is_sample) == (0, 0, 0, False)


def test_a_sampled_hour_weighs_as_much_as_was_counted_in_it() -> None:
    posts = [*(post(minute, "ar") for minute in range(6)), *(post(60 + minute / 10, "en") for minute in range(6))]
    sampled = pd.DataFrame([(START, 60, 60, 6)], columns=list(NO_SAMPLE.columns))
    shown = shares(asking(posts), SLUG, "x", "language", Known(read((0, 6), (60, 120)), sampled))
    assert told(shown) == {"ar": (6, 0.9091), "en": (6, 0.0909)}
    assert (shown.read, shown.all, shown.is_sample) == (12, 66, True)
    arabic, english = shown.frame.itertuples()
    # The posts of the hour that was read whole are certain, the others of the sampled hour are not.
    assert arabic.high == pytest.approx(60 / 66)
    assert 12 / 66 < arabic.low < 54 / 66
    assert (english.low, english.high) == pytest.approx((6 / 66, 1 - arabic.low))


@dataclass(frozen=True)
class Crowd:
    """A made campaign: the lake that has it, its posts, and how many of them each hour has."""

    ask: Ask
    posts: tuple[Post, ...]
    hours: dict[datetime, int]


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    """Make two crowds of 200,000 posts together, whose outbreaks, languages and spellings are not the same."""
    both = {"starts_at": START, "ends_at": START + 120 * HOUR, "edited": 0.0, "reposts": 0.0}
    one = Campaign(1, 140_000, languages={"ar": 80, "en": 15, "qht": 1}, tags={"rot": 6, "Rot": 3}, bursts=4, **both)
    other = Campaign(2, 60_000, languages={"en": 60, "fr": 39, "ar": 1}, tags={"ROT": 8, "rot": 1}, bursts=2, **both)
    posts = tuple(post for crowd in (one, other) for post in made(crowd).posts if tags_in(post) & {"rot"})
    own = tuple(post for post in posts if "retweeted" not in {reference.type for reference in post.references})
    hours = Counter(post.created_at.replace(minute=0, second=0, microsecond=0) for post in own)
    return Crowd(asking(map(member, posts)), own, dict(sorted(hours.items())))


def member(one: Post) -> dict[str, Any]:
    relations = {reference.type for reference in one.references}
    names = {"is_repost": "retweeted", "is_reply": "replied_to", "is_quote": "quoted"}
    flags = {flag: relation in relations for flag, relation in names.items()}
    minutes = (one.created_at - START) / MINUTE
    written = sorted({tag["tag"] for tag in one.entities.get("hashtags", ())})
    return post(minutes, one.lang, *written, **flags)


def drawn(hours: dict[datetime, int], share: float, seed: int) -> Known:
    """Draw a sample as the collector does."""
    stretches, sampled = [], []
    for hour, counted in hours.items():
        minutes = minutes_drawn(hour, share, seed)
        stretches += [(hour + minute * MINUTE, hour + (minute + 1) * MINUTE) for minute in sorted(minutes)]
        sampled.append((hour, counted, 60, len(minutes)))
    return Known(
        pd.DataFrame(stretches, columns=["starts_at", "ends_at"]),
        pd.DataFrame(sampled, columns=list(NO_SAMPLE.columns)),
    )


@pytest.mark.proof
@pytest.mark.parametrize("trait", TRAITS)
def test_a_tenth_of_200_000_posts_tells_each_share_in_90_of_100_samples(crowd: Crowd, trait: Trait) -> None:
    whole = read((0, 121 * 60))
    truth = shares(crowd.ask, SLUG, "x", trait, Known(whole, NO_SAMPLE), ("rot",)).frame.set_index("value")["share"]
    held: Counter[str] = Counter()
    wide: Counter[str] = Counter()
    for seed in range(100):
        sample = shares(crowd.ask, SLUG, "x", trait, drawn(crowd.hours, 0.1, seed), ("rot",))
        assert sample.all == len(crowd.posts)
        assert 0.08 < sample.read / sample.all < 0.12
        for row in sample.frame.itertuples():
            held[row.value] += row.low <= truth[row.value] <= row.high
            wide[row.value] += row.high - row.low
    print(trait, {value: (f"{truth[value]:.4f}", held[value], f"{wide[value] / 100:.4f}") for value in truth.index})
    assert len(truth) >= 3
    assert min(held[value] for value in truth.index) >= 90
