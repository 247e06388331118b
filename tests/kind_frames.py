"""Frames of every kind of chart, made by hand, for the tests of what is drawn from them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from analysis.charts.kinds import KINDS
from tests.volume_frames import START, frame

STATES = ("complete", "given", "not_tried", "failed", "lost", "partial/capped", "partial/settling", "complete")


def frame_of(kind: str, states: Sequence[str] = STATES, scale: int = 1) -> pd.DataFrame:
    """Make a frame of a kind, with these states where it has bins; counts grow with `scale`."""
    volume = frame(list(states), reposts=list(states), counted=[20 * number for number in range(len(states))])
    volume["posts"] *= scale
    made: dict[str, Any] = {
        "volume": volume,
        "bursts": volume.assign(expected=5.5, level=[number // 6 for number in range(len(volume))], is_seen=True),
        "growth": volume.assign(posts=volume["posts"].fillna(0).cumsum(), authors=3, at_least=True),
        "counted": volume.assign(share=0.5),
        "hours": _hours(scale),
        "coverage": _coverage(states),
        "compare": _two(volume),
    }
    if kind.startswith("by-"):
        told = pd.concat([volume.assign(value=value) for value in ("ar", "original", "خليها_تخيس")], ignore_index=True)
    elif kind.startswith("top-"):
        told = _leaders(kind, scale)
    else:
        told = made[kind]
    return typed(told, kind)


def typed(told: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Bring a frame into the columns and types of a kind."""
    kinds = {
        "time": "datetime64[us, UTC]",
        "text": "str",
        "maybe": "str",
        "whole": "Int64",
        "number": "Float64",
        "flag": "bool",
    }
    columns = KINDS[kind].columns
    return told[list(columns)].astype({name: kinds[sort] for name, sort in columns.items()}).reset_index(drop=True)


def _hours(scale: int) -> pd.DataFrame:
    rows = [(day, hour, (day + hour) % 3, hour * scale, hour * scale if (day + hour) % 3 else None)
            for day in range(7) for hour in range(24)]  # fmt: skip
    return pd.DataFrame(rows, columns=["weekday", "hour", "bins", "posts", "mean"])


def _coverage(states: Sequence[str]) -> pd.DataFrame:
    day = timedelta(days=1)
    rows = [
        (f"{platform}, posts", START + place * day, START + (place + 1) * day, *_state(state))
        for platform in ("mastodon", "x")
        for place, state in enumerate(states)
    ]
    return pd.DataFrame(rows, columns=["lane", "starts_at", "ends_at", "state", "reason"])


def _state(state: str) -> tuple[str, str]:
    name, _, reason = state.partition("/")
    return ("settling", reason) if reason == "settling" else (name, reason)


def _two(volume: pd.DataFrame) -> pd.DataFrame:
    day = (volume["bin_start"] - volume["bin_start"].iloc[2]).dt.total_seconds() / 86_400
    return pd.concat([volume.assign(campaign=name, day=day) for name in ("One", "#خليها_تخيس")], ignore_index=True)


def _leaders(kind: str, scale: int) -> pd.DataFrame:
    items = {"top-links": "https://example.org/a?b=<c>", "top-tags": "خليها_تخيس", "top-accounts": "dana"}
    rows = [(items[kind], "x", 9 * scale, 3, 2, 1_000, START), ("=1+1", "x", 1, 1, 0, None, None)]
    names = ["item", "platform", "posts", "authors", "reposted", "followers", "followers_at"]
    return pd.DataFrame(rows, columns=names)
