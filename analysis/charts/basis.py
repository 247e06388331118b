"""What a chart's numbers stand on: the window, the posts in it, and how much of it was collected."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.states import KINDS, told
from analysis.volume import together


@dataclass(frozen=True, slots=True)
class Basis:
    """What a chart's numbers stand on.

    Attributes:
        window: half-open, in UTC, as text; None of nothing.
        posts, reposts: how many there are; gone: how many of each are gone by now.
        coverage: of each kind, how many bins have each state; none of a kind that no source yields.
    """

    window: tuple[str, str] | None
    posts: int
    reposts: int
    gone: Mapping[str, int]
    coverage: Mapping[str, Mapping[str, int]]


def basis_of(frame: pd.DataFrame) -> Basis:
    """Tell what is known of a volume frame (see `analysis.volume.volume`)."""
    whole = together(frame)
    return Basis(
        window=_window(frame),
        posts=int(frame["posts"].sum()),
        reposts=int(frame["reposts"].sum()),
        gone={kind: int(frame[f"gone_{kind}"].sum()) for kind in KINDS},
        coverage={kind: _bins_by_state(whole, kind) for kind in KINDS},
    )


def _window(frame: pd.DataFrame) -> tuple[str, str] | None:
    if frame.empty:
        return None
    start, end = (f"{edge:%Y-%m-%dT%H:%M:%S.%fZ}" for edge in (frame["bin_start"].min(), frame["bin_end"].max()))
    return start, end


def _bins_by_state(frame: pd.DataFrame, kind: str) -> dict[str, int]:
    if frame[f"state_{kind}"].isna().all():
        return {}
    return {str(state): int(bins) for state, bins in told(frame, kind).value_counts().items()}
