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
    before, scenes = figures(), list[str]()
    with blank_store() as store:
        store.set_campaigns([campaign], NOW)
        run_id = store.begin_run("search", "", NOW)
        store.save(Batch(run_id, "search", "", NOW, items=[item(1, tags=TAGS[:1])]))
        gc.disable()
        try:
            passes = Passes(store, threading.Event())
            passes.draw_first(campaign, config, lambda scene: scenes.append(scene.slug))
            passes.draw_all(campaign, config)
            left = figures() - before
        finally:
            gc.enable()
    there = {one.name for one in (tmp_path / "charts").iterdir()}
    assert there >= {"rot-volume.png", "rot-growth.png", "rot-report.html"}
    assert scenes == ["rot"]
    assert not left
