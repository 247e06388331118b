"""What notebooks need: a campaign to look at, and its charts as pictures that a notebook shows."""

import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundswell.charts.known import known_of, window_of
from groundswell.charts.makers import MAKERS
from groundswell.charts.scene import Scene
from groundswell.charts.wanted import Wanted
from groundswell.config import Config, load, to_events
from groundswell.opening import lake_folder, open_store
from groundswell.options import campaign_named
from storage.lake import refresh
from storage.lake_engine import Lake

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

CONFIG: Final = "GROUNDSWELL_CONFIG"
CAMPAIGN: Final = "GROUNDSWELL_CAMPAIGN"
NOTHING: Final = "Nothing is known of this campaign yet: import an archive or run the collector first."


def chosen() -> tuple[Config, Wanted]:
    """Read the config and choose the campaign that the environment names; else config.yaml and its first."""
    config = load(Path(os.environ.get(CONFIG, "config.yaml")))
    campaign = campaign_named(config, os.environ.get(CAMPAIGN) or next(iter(config.campaigns)))
    folder, events = Path(config.output.folder), to_events(config, campaign.slug)
    return config, Wanted(campaign, folder, every=config.output.bin, events=events)


def look(config: Config, wanted: Wanted) -> Scene | None:
    """Look at a campaign as it is stored now; None where neither posts nor coverage are known.

    The lake stays open as long as the scene is kept. What is collected later is seen by the next look.
    """
    now, folder = datetime.now(UTC), lake_folder(config)
    with open_store(config, config.store.url, now, create=False) as store:
        known = known_of(store, wanted.campaign)
        refresh(store.engine, folder, now=now)
    lake = Lake.open(folder)
    window = window_of(lake.ask, wanted, known)
    return None if window is None else Scene(lake.ask, str(lake.revision), wanted, known, window)


def chart(scene: Scene | None, name: str) -> "Image | str":
    """Draw a chart as `groundswell chart NAME` does, for a notebook to show; without a scene say so."""
    from analysis.charts.kind import compose
    from analysis.charts.page import figure_of

    if scene is None:
        return NOTHING
    made = MAKERS[name](scene)
    return picture(figure_of(compose(made.kind, made.frame, made.about)))


def picture(figure: "Figure") -> "Image":
    """Draw a figure in the style of the charts, for a notebook to show."""
    from PIL import Image

    from analysis.charts.style import drawing

    file = BytesIO()
    with drawing():
        figure.savefig(file, format="png")
    return Image.open(file)
