"""The notebook runs from its first cell to its last, over a store with a campaign in it."""

import ast
import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

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
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    shown = [run_cell("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"]
    assert shown[0].slug == "rot"
    assert list(shown[1]["posts"]) == [9]
    assert shown[2].size == Image.open(BytesIO((tmp_path / "charts" / "rot-volume.png").read_bytes())).size
    assert shown[2]._repr_png_().startswith(b"\x89PNG")


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; returns what it shows: the value of its last line."""
    *statements, last = ast.parse(source).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(statements, []), "cell", "exec"), names)  # noqa: S102  # it is our own notebook
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
