"""All that a campaign's charts show, each part counted once, when the first chart wants it."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.ask import Ask
from analysis.bins import Grid, Step
from analysis.charts.about import About, Outbreak
from analysis.charts.basis import Basis, basis_of
from analysis.charts.volume_words import has_reposts
from analysis.episodes import Detected, Kind, episodes
from analysis.errors import TooFine
from analysis.language import speech_of
from analysis.volume import together, volume
from groundswell import __version__
from groundswell.charts.known import Known, notes_of, step_of
from groundswell.charts.outbreaks import outbreaks_of, plain_outbreaks
from groundswell.charts.wanted import Wanted
from groundswell.counted import bins_counted
from groundswell.coverage import bins_of
from storage.instant import from_micros
from storage.tag import fold

DETECTED_BY: Final = ("1h", "1day")
"""Episodes are looked for in bins of an hour; of a day where the posts' times are no better."""


class Scene:
    """A campaign in a window of time, over an open lake.

    Attributes:
        ask, revision: the lake's.
        window: half-open, aware.
    """

    def __init__(
        self, ask: Ask, revision: str, wanted: Wanted, known: Known, window: tuple[datetime, datetime]
    ) -> None:
        """Make ready; nothing is counted yet."""
        self.ask = ask
        self.revision = revision
        self.wanted = wanted
        self.known = known
        self.window = window

    @property
    def slug(self) -> str:
        """Name the campaign."""
        return self.wanted.campaign.slug

    @property
    def zone(self) -> str:
        """Name its time zone."""
        return self.wanted.campaign.time_zone

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Fold the campaign's tags."""
        return tuple(sorted({fold(tag) for tag in self.wanted.campaign.tags}))

    @cached_property
    def grid(self) -> Grid:
        """Cut the window into the bins that are drawn."""
        return Grid.over(*self.window, step_of(self.window, self.wanted, self.known), self.zone)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Count the posts of each platform and bin."""
        return self._volume(self.grid)

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Take the platforms together."""
        return together(self.frame)

    @cached_property
    def hourly(self) -> pd.DataFrame:
        """Count the posts of each hour, platforms together; of each day where times are no better."""
        return self._detecting[1]

    @property
    def detected_by(self) -> str:
        """Name the length of the bins that episodes are looked for in."""
        return self._detecting[0]

    @cached_property
    def _detecting(self) -> tuple[str, pd.DataFrame]:
        """Count in the finest bins that the posts' times are good to."""
        if self.grid.step.name == DETECTED_BY[0]:
            return DETECTED_BY[0], self.whole
        *finer, last = DETECTED_BY
        for step in finer:
            try:
                return step, together(self._volume(self._cut(step)))
            except TooFine:
                continue
        return last, together(self._volume(self._cut(last)))

    @cached_property
    def detected(self) -> Detected:
        """Find the episodes of posts."""
        return self.detected_of("posts")

    def detected_of(self, kind: Kind) -> Detected:
        """Find the episodes of a kind."""
        return episodes(self.hourly, self.zone, kind)

    @cached_property
    def outbreaks(self) -> tuple[Outbreak, ...]:
        """Tell the episodes of posts as charts show them, with what explains the largest."""
        return outbreaks_of(self.ask, self.slug, self.detected.episodes, self.keys)

    @cached_property
    def repost_outbreaks(self) -> tuple[Outbreak, ...]:
        """Tell the episodes of reposts, where any were collected."""
        return plain_outbreaks(self.detected_of("reposts").episodes) if has_reposts(self.whole) else ()

    @cached_property
    def basis(self) -> Basis:
        """Tell what the numbers stand on."""
        return basis_of(self.frame)

    @cached_property
    def about(self) -> About:
        """Tell what the charts are about."""
        campaign = self.wanted.campaign
        return About(
            campaign=campaign.slug,
            title=campaign.title,
            zone=str(ZoneInfo(self.zone)),
            step=self.grid.step.name,
            query=campaign.tags,
            revision=self.revision,
            version=__version__,
            notes=notes_of(campaign, self.known, from_micros(self.grid.since), speech_of(self.wanted.language)),
            events=self.wanted.events,
            language=self.wanted.language,
        )

    @cached_property
    def about_outbreaks(self) -> About:
        """Tell what charts are about that show episodes."""
        return replace(
            self.about, outbreaks=self.outbreaks, repost_outbreaks=self.repost_outbreaks, outbreaks_by=self.detected_by
        )

    def whole_by(self, step: Step) -> pd.DataFrame:
        """Count the posts in bins of another length, platforms together."""
        return self.whole if step == self.grid.step else together(self._volume(self._cut(step.name)))

    def _cut(self, step: str) -> Grid:
        return Grid.over(*self.window, Step.read(step), self.zone)

    def _volume(self, grid: Grid) -> pd.DataFrame:
        bins, counted = bins_of(self.known.ledgers, grid), bins_counted(self.known.counted, grid)
        return volume(self.ask, self.slug, grid, bins, counted)
