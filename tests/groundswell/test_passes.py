"""The jobs of a run: what they leave behind in the process."""

import gc
import threading
from datetime import UTC, datetime
from pathlib import Path

from matplotlib.figure import Figure

from groundswell.config import parse, to_campaigns
from groundswell.passes import Passes
from storage.batch import Batch
from tests.blank import blank_store
from tests.groundswell.live import TAGS, config_of
from tests.made import item

NOW = datetime(2024, 1, 4, tzinfo=UTC)


def figures() -> set[int]:
    """Name the figures that are in memory."""
    return {id(one) for one in gc.get_objects() if isinstance(one, Figure)}


def test_of_a_chart_that_was_drawn_no_figure_is_left(tmp_path: Path) -> None:
    config = parse(config_of("sqlite:///store.db", ["one.example"]), tmp_path / "config.yaml")
    [campaign] = to_campaigns(config)
    before = figures()
    with blank_store() as store:
        store.set_campaigns([campaign], NOW)
        run_id = store.begin_run("search", "", NOW)
        store.save(Batch(run_id, "search", "", NOW, items=[item(1, tags=TAGS[:1])]))
        gc.disable()
        try:
            Passes(store, threading.Event()).draw(campaign, config)
            left = figures() - before
        finally:
            gc.enable()
    assert (tmp_path / "charts" / "rot-volume.png").exists()
    assert not left
