"""A campaign in a few sentences, made of its numbers alone."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.breakdown import named
from analysis.charts import volume_words, words
from analysis.charts.about import About, Outbreak
from analysis.states import KINDS, SETTLING, UNKNOWN

_SHOWN: Final = 3
_COMPLETE: Final = (
    "Complete is what the platform gave all of when it was asked: what had been deleted by then, is private, or is kept"
    " out of its search, was never in it."
)
_SHARES: Final = {"platforms": "On which platforms: {shares}.", "languages": "In which languages: {shares}."}


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What a summary is made of.

    Attributes:
        frame: the volume with one row a bin.
        episodes: see `analysis.episodes.episodes`.
        growth: see `analysis.growth.growth`.
        languages, platforms: see `analysis.breakdown.breakdown`.
        accounts: see `analysis.leaders.leaders`.
    """

    frame: pd.DataFrame
    episodes: pd.DataFrame
    growth: pd.DataFrame
    languages: pd.DataFrame
    platforms: pd.DataFrame
    accounts: pd.DataFrame


def summary(numbers: Numbers, about: About) -> Iterator[str]:
    """Write the sentences of a summary, the most important first."""
    if numbers.frame.empty:
        yield words.nothing(about)
        return
    yield _size(numbers, about)
    yield from _outbreaks(numbers, about)
    yield from words.repost_outbreaks(about)
    yield from _shares(numbers.platforms, about, "platforms")
    yield from _shares(numbers.languages, about, "languages")
    yield from _accounts(numbers, about)


def known(frame: pd.DataFrame, about: About) -> Iterator[str]:
    """Say what is known of the posts of a window, and what not."""
    speech = about.speech
    if frame.empty:
        yield words.nothing(about)
        return
    kinds = [kind for kind in KINDS if kind == "posts" or volume_words.has_reposts(frame)]
    yield from volume_words.coverage(frame, about)
    if {"lost", "failed", "not_tried"} & {state for kind in kinds for state in words.states(frame, kind)}:
        yield speech.say(
            "Each {bin} is told by its least known moment: a part of it may be there.", bin=words.bin_of(about)
        )
    for kind in kinds:
        if set(words.states(frame, kind)) == {"complete"}:
            yield speech.say(
                "Posts: all that the sources have." if kind == "posts" else "Reposts: all that the sources have."
            )
    if not volume_words.has_reposts(frame):
        yield speech.say("No source that was asked yields reposts: nothing is said of them here.")
    yield speech.say("A number is what was collected; where something may be missing, it is the least that there was.")
    yield speech.say(_COMPLETE)


def _size(numbers: Numbers, about: About) -> str:
    frame, speech = numbers.frame, about.speech
    told = [words.number(frame, "posts", "post", about)]
    authors = numbers.growth["authors"].iloc[-1]
    if pd.notna(authors):
        told[0] = speech.say(" by ").join([told[0], speech.count(int(authors), "author")])
    if volume_words.has_reposts(frame):
        told.append(words.number(frame, "reposts", "repost", about))
    when = words.span(frame["bin_start"].iloc[0], frame["bin_end"].iloc[-1], about)
    return speech.say("{when} ({zone}): {counted}.", when=when, zone=about.zone, counted=speech.listed(told))


def _outbreaks(numbers: Numbers, about: About) -> Iterator[str]:
    """Say how often it broke out, when most, what set that off, and whether it came back after a silence."""
    speech, outbreaks = about.speech, about.outbreaks
    if set(words.states(numbers.frame, "posts")) <= UNKNOWN | {SETTLING}:
        yield speech.say("Whether anything stands out cannot be told: nothing was completely collected.")
        return
    if not outbreaks:
        yield speech.say("Nothing stands out of what is usual for this campaign in what was collected.")
        return
    largest = max(outbreaks, key=lambda one: (one.posts, -one.onset.timestamp()))
    told = _outbreak(largest, numbers, about)
    if len(outbreaks) == 1:
        yield speech.say("One episode of far more posts than usual: {told}", told=told)
    else:
        episodes = speech.count(len(outbreaks), "episode")
        yield speech.say("{episodes} of far more posts than usual; the largest: {told}", episodes=episodes, told=told)
    for row in numbers.episodes[numbers.episodes["reignites"].fillna(value=False).astype(bool)].to_dict("records"):
        yield speech.say(
            "It came back on {date}, after {days} with {posts} in all.",
            date=speech.date(row["onset"], about.zone),
            days=speech.count(round(row["quiet_days"]), "day"),
            posts=_quiet(row, about),
        )


def _quiet(row: dict[Hashable, object], about: About) -> str:
    """Count the posts of a quiet time; 'at least' where not all of it was seen."""
    counted = about.speech.count(int(str(row["quiet_posts"])), "post")
    return counted if row["quiet_seen"] == 1 else about.speech.say("at least {count}", count=counted)


def _outbreak(one: Outbreak, numbers: Numbers, about: About) -> str:
    speech, whole = about.speech, int(numbers.frame["posts"].fillna(0).sum())
    said = speech.say(
        "{onset} to {end}, most of all from {peak} on; {posts}, {share} of what was collected.",
        onset=speech.moment(one.onset, about.zone),
        end=speech.moment(one.end, about.zone),
        peak=speech.moment(one.peak, about.zone),
        posts=words.size(one, "post", speech),
        share=speech.percent(one.posts / whole) if whole else "",
    )
    if not one.is_whole:
        said += " " + speech.say("Its true peak may be where collection was not complete.")
    if not one.onset_seen:
        said += " " + speech.say("It may have begun earlier: the time before was not seen.")
    if not one.end_seen:
        said += " " + speech.say("It may have ended later: the time after was not seen.")
    if not one.because:
        return said
    return f"{said} " + speech.say(
        "What its posts have more often than those before: {items}.", items=words.named(one, speech)
    )


def _shares(frame: pd.DataFrame, about: About, of: str) -> Iterator[str]:
    """Say the largest values of a breakdown; of one value alone nothing."""
    posts = frame.groupby("value", sort=False)["posts"].sum()
    whole = int(posts.sum())
    if len(posts) < 2 or not whole:  # noqa: PLR2004  one alone has no share
        return
    told = [
        f"{named(str(value), about.speech)} {about.speech.percent(int(count) / whole)}"
        for value, count in posts.items()
    ]
    yield about.speech.say(_SHARES[of], shares=about.speech.listed(told[:_SHOWN]))


def _accounts(numbers: Numbers, about: About) -> Iterator[str]:
    """Say how much the most active accounts wrote."""
    whole = int(numbers.frame["posts"].fillna(0).sum())
    most = numbers.accounts.head(10)
    if len(numbers.accounts) <= len(most) or not whole:
        return
    yield about.speech.say(
        "The {n} most active accounts wrote {share} of the posts that were collected.",
        n=len(most),
        share=about.speech.percent(int(most["posts"].sum()) / whole),
    )
