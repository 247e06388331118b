"""The notebooks run from their first cell to their last, over a store with a campaign in it, and bring no outputs."""

import ast
import json
import os
import shutil
import sys
from io import BytesIO
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from PIL import Image

from groundswell.config import load
from groundswell.notebook import NOTHING
from groundswell.opening import open_store
from tests.groundswell.campaigns import NOW, fill, outbreak, whole
from tests.groundswell.processes import Place

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS = 12
CONFIG = """
campaigns:
  rot:
    title: Let it rot
    tags: ["#rot"]
  quiet:
    title: Nothing yet
    tags: ["#quiet"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store in which one campaign has posts, and another has none."""
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("GROUNDSWELL_CONFIG", str(file))
    config = load(file)
    with open_store(config, config.store.url, NOW) as store:
        fill(store, outbreak(), whole(10))
    return tmp_path


def code_of(notebook: Path) -> list[str]:
    """List the code of its cells."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def ran(notebook: Path) -> list[Any]:
    """Run its cells in order; returns what each shows."""
    names: dict[str, Any] = {}
    return [run_cell(cell, names) for cell in code_of(notebook)]


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; returns what it shows: the value of its last line."""
    *statements, last = ast.parse(source).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(statements, []), "cell", "exec"), names)  # noqa: S102  # it is our own notebook
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_brings_no_outputs(notebook: Path) -> None:
    told = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in told["cells"] if cell["cell_type"] == "code"]
    assert 0 < len(cells) <= MOST_CELLS
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    assert all(cell["metadata"] == {} for cell in told["cells"])
    assert str(ROOT) not in notebook.read_text(encoding="utf-8")


def test_the_quickstart_runs(folder: Path) -> None:
    shown = ran(ROOT / "notebooks" / "quickstart.ipynb")
    assert shown[0].slug == "rot"
    assert shown[1]["posts"].sum() == len(outbreak())
    assert shown[2].size == Image.open(BytesIO((folder / "charts" / "rot-volume.png").read_bytes())).size
    assert all(picture._repr_png_().startswith(b"\x89PNG") for picture in shown[2:])


def test_the_walkthrough_runs_on_an_empty_campaign_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GROUNDSWELL_CAMPAIGN", "quiet")
    first, *shown = ran(ROOT / "notebooks" / "walkthrough.ipynb")
    assert first.slug == "quiet"
    said = capsys.readouterr().out.splitlines()
    assert {one for one in shown if one is not None} | set(said) == {NOTHING}
    assert len(said) == shown.count(None)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["walkthrough", "volume_and_bursts"])
def test_the_others_run_on_a_campaign_that_broke_out(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = ran(ROOT / "notebooks" / f"{name}.ipynb")
    assert sum(isinstance(one, Image.Image) for one in shown) >= 3
    assert NOTHING not in [one for one in shown if isinstance(one, str)]
    assert name != "walkthrough" or "One episode of far more posts than usual:" in capsys.readouterr().out


@pytest.mark.proof
def test_all_run_in_a_kernel_of_their_own_on_the_demonstration(tmp_path: Path) -> None:
    assert Place(tmp_path).do("demo").returncode == 0
    made = tmp_path / "groundswell-demo"
    for notebook in NOTEBOOKS:
        shutil.copy(notebook, made)
    done = run(
        [sys.executable, "-m", "pytest", "--nbmake", "--nbmake-timeout=200", "-p", "no:cacheprovider", "."],
        cwd=made,
        env={**os.environ, "GROUNDSWELL_CONFIG": str(made / "config.yaml")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(NOTEBOOKS)} passed" in done.stdout, done.stdout
