"""What the judgements of a campaign go by: what was detected in it, and what time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from groundswell.terminal import quoted
from groundswell.times import write_moment
from storage.campaign import Campaign

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from analysis.episodes import Detected

STALE: Final = timedelta(days=3)
"""What ended so long ago is no news. Mastodon's posts are complete after up to two days."""
_COMPLETE: Final = "complete"


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A campaign as it was counted last.

    Attributes:
        moments: what time it was, by the machine and by each source that has a clock of its own (a replay).
    """

    campaign: Campaign
    detected: "Detected"
    moments: tuple[datetime, ...]

    @property
    def bins(self) -> "pd.DataFrame":
        """Give the bins that were looked at."""
        return self.detected.bins

    @property
    def complete(self) -> "npt.NDArray[np.bool_]":
        """Tell which bins are completely collected: what was given or sampled is not, nor what still settles."""
        return self.bins["state_posts"].eq(_COMPLETE).to_numpy(bool)

    @property
    def name(self) -> str:
        """Name the campaign for people."""
        return f"{quoted(self.campaign.title)} ({self.campaign.slug})"

    def is_news(self, at: datetime) -> bool:
        """Tell whether a moment is lately, by any of the clocks."""
        return any(-STALE <= now - at <= STALE for now in self.moments)

    def write(self, moment: datetime) -> str:
        """Write a moment at the campaign's wall clock."""
        return write_moment(moment, ZoneInfo(self.campaign.time_zone))
