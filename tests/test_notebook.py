"""The notebook runs from its first cell to its last, over a store with a campaign in it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundswell.config import load
from groundswell.opening import open_store
from storage.batch import Batch
from tests.made import item

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "quickstart.ipynb"
CONFIG = """
campaigns:
  rot:
    title: Let it rot
    tags: ["#rot"]
"""


def test_the_quickstart_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("GROUNDSWELL_CONFIG", str(file))
    config = load(file)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with open_store(config, config.store.url, now) as store:
        run_id = store.begin_run("archive", "", now)
        store.save(Batch(run_id, "archive", "", now, items=[item(number, tags=("rot",)) for number in range(9)]))
    names: dict[str, object] = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102  # it is our own notebook
    assert (tmp_path / "charts" / "rot-volume.png").stat().st_size > 0
    assert list(names["days"]["posts"]) == [9]  # type: ignore[index]
