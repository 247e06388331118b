"""How many of a campaign's posts X says that there are, and how many of them are here."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from collector.sharing import shared_out
from collector.x.settings import TIERS
from storage.campaign import Campaign
from storage.counts import Count, CountedOf
from storage.instant import EPOCH, to_micros
from storage.store import Store
from storage.tag import asked

if TYPE_CHECKING:
    import pandas as pd

    from analysis.bins import Grid

PLATFORM: Final = "x"
_SOURCE: Final = "x-counts"
_EVER: Final = (EPOCH, datetime(9999, 1, 1, tzinfo=EPOCH.tzinfo))


class CountedBin(msgspec.Struct, frozen=True):
    """A stretch that X counted, and what of it is here."""

    starts_at: datetime
    ends_at: datetime
    counted: int
    collected: int


class CountedPosts(msgspec.Struct, frozen=True):
    """What X counted, and what is here of the same stretches; reposts are in neither.

    `is_exact` is false where the tags did not fit one query: a post with tags of two queries is then counted twice,
    and `counted` is the most that there can be.
    """

    counted: int
    collected: int
    is_exact: bool
    bins: tuple[CountedBin, ...]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Tell from when to when posts were counted."""
        return self.bins[0].starts_at, self.bins[-1].ends_at


def counted_of(store: Store, campaign: Campaign) -> CountedPosts | None:
    """Compare what X counted of a campaign's tags with what is stored; None where it counted nothing yet."""
    tags = sorted({asked(tag) for tag in campaign.tags})
    for tier in TIERS.values():
        queries = shared_out(tags, len(tags), tier.longest_query)
        told = [store.counts(CountedOf(_SOURCE, "", " ".join(query)), *_EVER) for query in queries]
        bins = _together(told)
        if bins:
            return _compared(bins, store.found_times(PLATFORM, tags, *_EVER), is_exact=len(queries) == 1)
    return None


def bins_counted(counted: CountedPosts | None, grid: "Grid") -> "pd.DataFrame | None":
    """Lay what X counted on a grid, as `analysis.volume` takes it: bins that it counted from end to end."""
    import numpy as np
    import pandas as pd

    if counted is None:
        return None
    told = pd.DataFrame(
        [(to_micros(one.starts_at), to_micros(one.ends_at), one.counted) for one in counted.bins],
        columns=["first", "last", "counted"],
    )
    told["place"] = grid.locate(told["first"].to_numpy(np.int64))
    told = told[(told["place"] >= 0) & (told["place"] < len(grid))]
    told = told[told["last"] <= grid.edges[told["place"].to_numpy() + 1]]
    sums = told.assign(length=told["last"] - told["first"]).groupby("place")[["counted", "length"]].sum()
    whole = sums[sums["length"] == np.diff(grid.edges)[sums.index]]
    return pd.DataFrame(
        {"bin_start": grid.starts[whole.index], "platform": PLATFORM, "counted": whole["counted"].array}
    )


def _together(told: Sequence[Sequence[Count]]) -> list[Count]:
    """Add up the numbers of several queries, for the stretches that all of them were counted for alike."""
    first, *others = ({(one.starts_at, one.ends_at): one for one in counts} for counts in told)
    return [
        Count(*edges, one.posts + sum(other[edges].posts for other in others), one.observed_at)
        for edges, one in sorted(first.items())
        if all(edges in other for other in others)
    ]


def _compared(bins: Sequence[Count], times: Sequence[datetime], *, is_exact: bool) -> CountedPosts:
    collected = [0] * len(bins)
    starts = [one.starts_at for one in bins]
    for moment in times:
        place = bisect_right(starts, moment) - 1
        if place >= 0 and moment < bins[place].ends_at:
            collected[place] += 1
    compared = tuple(
        CountedBin(one.starts_at, one.ends_at, one.posts, here) for one, here in zip(bins, collected, strict=True)
    )
    return CountedPosts(sum(one.posts for one in bins), sum(collected), is_exact, compared)
