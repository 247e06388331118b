"""Volume frames made by hand, for the tests of what is drawn from them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from analysis.bins import STEPS, Grid
from analysis.charts.about import About
from analysis.volume import COLUMNS

START = datetime(2026, 11, 1, 21, tzinfo=UTC)


def about(zone: str = "Asia/Baghdad", step: str = "1h", **told: object) -> About:
    """Tell what a chart is about."""
    facts: dict[str, object] = {
        "campaign": "let-it-go",
        "title": "#خليها_تخيس",
        "zone": zone,
        "step": step,
        "query": ("خليها_تخيس", "خلوها_تخيس"),
        "revision": "42",
        "version": "0.1.0",
        **told,
    }
    return About(**facts)  # type: ignore[arg-type]


def frame(
    states: Sequence[str],
    step: str = "1h",
    reposts: Sequence[str] | None = None,
    zone: str = "Asia/Baghdad",
    counted: Sequence[int | None] | None = None,
) -> pd.DataFrame:
    """Make a frame of one platform with these states ('partial/settling' is state/reason), bin by bin.

    Bin i has 10 i posts, 5 i authors and i reposts, or <NA> where nothing was collected.
    """
    count = len(states)
    span = timedelta(seconds=1.2 * STEPS[step].seconds * (count + 1))
    grid = Grid.over(START, START + span, STEPS[step], zone)
    numbers = np.arange(count)
    made = pd.DataFrame(
        {
            "bin_start": grid.starts[:count],
            "bin_end": grid.ends[:count],
            "platform": pd.array(["x"] * count, "str"),
        }
    )
    for kind, told in (("posts", states), ("reposts", reposts)):
        parts = [state.partition("/") for state in told or ()]
        named = [state for state, _, _ in parts] if told else [None] * count
        reasons = [reason for _, _, reason in parts] if told else [None] * count
        made[f"state_{kind}"] = pd.array(named, "str")
        made[f"reason_{kind}"] = pd.array(reasons, "str")
        made[f"share_{kind}"] = pd.array([1.0 if told else None] * count, "Float64")
        made[f"lower_bound_{kind}"] = [state != "complete" for state in named]
        unknown = pd.Series([state in (None, "not_tried", "failed", "lost") for state in named])
        gone = [0] * count
        counts = {"reposts": numbers, "gone_reposts": gone} if kind == "reposts" else {
            "posts": 10 * numbers, "authors": 5 * numbers, "new_authors": numbers, "originals": 6 * numbers,
            "replies": 3 * numbers, "quotes": numbers, "gone_posts": gone,
        }  # fmt: skip
        for name, values in counts.items():
            made[name] = pd.Series(values).astype("Int64").mask(unknown)
    made["sampled"] = [state == "partial/budget" for state in states]
    made["counted"] = pd.array(counted or [None] * count, "Int64")
    return made[list(COLUMNS)]
