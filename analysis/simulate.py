"""Campaigns whose truth is known: a quiet start, a burst, its decay, and every rate written down.

Posts arrive as an inhomogeneous Poisson process, drawn minute by minute. Nothing here is observed: texts,
names and numbers are invented. `analysis.simulated_pages` writes a campaign as X's API would have sent it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.phrases import ENDINGS, NAMES, OPENINGS
from analysis.zone import HOUR, SECOND, micros, offsets

Floats: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]

MINUTE: Final = 60 * SECOND
KINDS: Final = ("original", "reply", "quote", "repost")
_CANDIDATES: Final = 30
_COMMONEST: Final = 0.8  # the share of posts with the first spelling
_X_EPOCH_MS: Final = 1_288_834_974_657


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a campaign is made from.

    Attributes:
        tags: its spellings, without '#', the commonest first. zone: the IANA zone whose days give the rhythm.
        starts_at, lasts: the window of the simulation. onset, peak: how long after `starts_at` the burst
        begins and is strongest. decay: the time in which the burst then falls to 37 %. quiet, burst: posts
        and reposts an hour, on an average hour of the day, outside the burst and at its peak. rhythm: how far
        the rate swings about its daily mean, from 0 (flat) to 1; it is highest at 21 o'clock. authors: how
        many accounts there are to draw from; `activity` is the exponent of their Zipf law. replies, quotes,
        reposts: their shares of all; the rest are originals. arabic: the share of accounts that write Arabic;
        the others write English.
    """

    tags: tuple[str, ...] = ("خليها_تخيس", "خلوها_تخيس")
    zone: str = "Asia/Baghdad"
    starts_at: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    lasts: timedelta = timedelta(days=10)
    onset: timedelta = timedelta(days=3, hours=6)
    peak: timedelta = timedelta(days=4, hours=16)
    decay: timedelta = timedelta(hours=26)
    quiet: float = 5.0
    burst: float = 130.0
    rhythm: float = 0.6
    authors: int = 1_800
    activity: float = 0.9
    replies: float = 0.13
    quotes: float = 0.08
    reposts: float = 0.34
    arabic: float = 0.75


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a simulated campaign, whatever of it is collected.

    Attributes:
        onset_at, peak_at: UTC; the peak is the start of the hour with the greatest rate, the rhythm included.
        rates: expected counts an hour: bin_start, bin_end (UTC), posts (not reposts), reposts.
        posts, reposts, authors: how many there are (authors: of posts or reposts).
    """

    onset_at: datetime
    peak_at: datetime
    rates: pd.DataFrame
    posts: int
    reposts: int
    authors: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated campaign.

    Attributes:
        posts: in order of time: post_id (text, as X numbers them), created_at (UTC, whole seconds), author
        (row of
            `authors`), kind ('original', 'reply', 'quote', 'repost'), parent and conversation (rows of
            `posts`; no parent: -1), lang, tag, text (a repost's is its target's).
        authors: author_id, handle, name, lang, followers, created_at (UTC).
        truth: what is true of it.
    """

    scenario: Scenario
    posts: pd.DataFrame
    authors: pd.DataFrame
    truth: Truth


def simulate(scenario: Scenario, seed: int) -> Simulated:
    """Make a campaign; the same scenario and seed make the same one."""
    random = np.random.default_rng(seed)
    minutes = np.arange(micros(scenario.starts_at), micros(scenario.starts_at + scenario.lasts), MINUTE)
    rate = _rate(scenario, minutes)
    at = np.sort(np.repeat(minutes, random.poisson(rate / 60)))
    at = at + random.integers(0, MINUTE, len(at))
    at.sort()
    authors = _authors(scenario, random)
    posts = _posts(scenario, at, authors, random)
    return Simulated(scenario, posts, authors, _truth(scenario, minutes, rate, posts))


def _rate(scenario: Scenario, minutes: Whole) -> Floats:
    """Give the rate of posts and reposts, an hour, in each minute."""
    since = (minutes - minutes[0]) / HOUR
    onset, peak, decay = (span / timedelta(hours=1) for span in (scenario.onset, scenario.peak, scenario.decay))
    rise = np.clip((since - onset) / (peak - onset), 0, 1)
    fall = np.exp(-np.clip(since - peak, 0, None) / decay)
    table = offsets(int(minutes[0]), int(minutes[-1]) + 1, scenario.zone)
    shift = np.array([offset for _, offset in table])[
        np.searchsorted([start for start, _ in table], minutes, "right") - 1
    ]
    hour = (minutes + shift) / HOUR % 24
    daily = 1 + scenario.rhythm * np.cos(2 * np.pi * (hour - 21) / 24)
    rate: Floats = (scenario.quiet + (scenario.burst - scenario.quiet) * rise * fall) * daily
    return rate


def _authors(scenario: Scenario, random: np.random.Generator) -> pd.DataFrame:
    """Invent accounts; the first are the most active."""
    count = scenario.authors
    arabic = random.random(count) < scenario.arabic
    age = random.integers(30, 4_000, count)
    return pd.DataFrame(
        {
            "author_id": [str(900_000_000_000_000_000 + number) for number in range(count)],
            "handle": [f"reader_{number:04d}" for number in range(count)],
            "name": [
                f"{NAMES['ar' if own else 'en'][pick]} {number}"
                for number, (own, pick) in enumerate(zip(arabic, random.integers(0, 8, count), strict=True))
            ],
            "lang": np.where(arabic, "ar", "en"),
            "followers": (40 * (1 + random.pareto(1.2, count))).astype(np.int64),
            "created_at": pd.Timestamp(scenario.starts_at) - pd.to_timedelta(age, unit="D"),
        }
    )


def _posts(scenario: Scenario, at: Whole, authors: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Write the posts that appear at these times."""
    count = len(at)
    weights = np.arange(1, len(authors) + 1) ** -scenario.activity
    author = random.choice(len(authors), count, p=weights / weights.sum())
    others = (scenario.replies, scenario.quotes, scenario.reposts)
    kind = random.choice(len(KINDS), count, p=(1 - sum(others), *others))
    kind[:1] = 0
    parent = _parents(at, kind, random)
    lang = authors["lang"].to_numpy(object)[author]
    tag = np.where(random.random(count) < _COMMONEST, 0, random.integers(0, len(scenario.tags), count))
    text = _texts(scenario, kind, lang, tag, random)
    for row in np.flatnonzero(kind == KINDS.index("repost")):
        text[row], lang[row], tag[row] = text[parent[row]], lang[parent[row]], tag[parent[row]]
    return pd.DataFrame(
        {
            "post_id": [str((ms << 22) + row % 4096) for row, ms in enumerate((at // 1000 - _X_EPOCH_MS).tolist())],
            "created_at": pd.DatetimeIndex((at // SECOND * SECOND).view("datetime64[us]"), tz=UTC),
            "author": author,
            "kind": np.array(KINDS, object)[kind],
            "parent": parent,
            "conversation": _conversations(kind, parent),
            "lang": lang,
            "tag": np.array(scenario.tags, object)[tag],
            "text": text,
        }
    )


def _parents(at: Whole, kind: Whole, random: np.random.Generator) -> Whole:
    """Choose what each reply, quote and repost refers to: an earlier post that is not a repost.

    Of some posts at lognormal lags (median half an hour) the most appealing is taken; appeal is heavy-tailed,
    so a few posts draw most of the answers.
    """
    own = np.flatnonzero(kind != KINDS.index("repost"))
    appeal = random.pareto(1.1, len(own))
    children = np.flatnonzero(kind != 0)
    lags = random.lognormal(np.log(30 * MINUTE), 1.3, (len(children), _CANDIDATES)).astype(np.int64)
    places = np.searchsorted(at[own], at[children, None] - lags - 1, "right") - 1
    places = np.clip(places, 0, None)
    best = np.take_along_axis(places, appeal[places].argmax(axis=1)[:, None], axis=1)[:, 0]
    parent = np.full(len(at), -1)
    parent[children] = own[best]
    return parent


def _conversations(kind: Whole, parent: Whole) -> Whole:
    """Find the post that each conversation began with: a reply's is its parent's, any other's is its own."""
    root = np.arange(len(kind))
    for row in np.flatnonzero(kind == KINDS.index("reply")):
        root[row] = root[parent[row]]
    return root


def _texts(
    scenario: Scenario, kind: Whole, lang: npt.NDArray[np.object_], tag: Whole, random: np.random.Generator
) -> npt.NDArray[np.object_]:
    """Compose a text for each post, with its tag in it."""
    draws = random.integers(0, 1 << 30, (len(kind), 3))
    texts = np.empty(len(kind), object)
    for row, (first, second, place) in enumerate(draws.tolist()):
        openings, endings = OPENINGS[lang[row]], ENDINGS[lang[row]]
        words = [openings[first % len(openings)], endings[second % len(endings)]]
        words.insert(0 if place % 4 == 0 else 2, f"#{scenario.tags[tag[row]]}")
        texts[row] = " ".join(word for word in words if word)
    return texts


def _truth(scenario: Scenario, minutes: Whole, rate: Floats, posts: pd.DataFrame) -> Truth:
    hours = minutes // HOUR * HOUR
    expected = pd.Series(rate / 60).groupby(hours).sum()
    starts = pd.DatetimeIndex(expected.index.to_numpy(np.int64).view("datetime64[us]"), tz=UTC)
    rates = pd.DataFrame(
        {
            "bin_start": starts,
            "bin_end": starts + pd.Timedelta(hours=1),
            "posts": expected.to_numpy() * (1 - scenario.reposts),
            "reposts": expected.to_numpy() * scenario.reposts,
        }
    )
    reposts = int((posts["kind"] == "repost").sum())
    return Truth(
        onset_at=scenario.starts_at + scenario.onset,
        peak_at=starts[int(expected.to_numpy().argmax())].to_pydatetime(),
        rates=rates,
        posts=len(posts) - reposts,
        reposts=reposts,
        authors=int(posts["author"].nunique()),
    )
