"""The pictures of docs/reading-the-charts.md: one of each chart, small, always the same, and each of them shown."""

import re
from pathlib import Path

import pytest
from PIL import Image

from analysis.charts.kinds import KINDS
from groundswell.charts.gallery import draw
from groundswell.commands.chart import CHARTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "reading-the-charts.md"
MOST_BYTES = 100_000


def test_the_page_has_a_section_and_a_picture_of_each_chart() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = [*CHARTS, "compare"]
    assert re.findall(r"^## `([a-z-]+)`", page, re.M) == named
    assert re.findall(r"\]\(pictures/([a-z-]+)\.png\)", page) == named
    assert {path.stem for path in (DOCS / "pictures").iterdir()} == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_picture_is_small(name: str) -> None:
    file = DOCS / "pictures" / f"{name}.png"
    assert file.stat().st_size < MOST_BYTES
    with Image.open(file) as picture:
        assert picture.width == 1500


@pytest.mark.proof
def test_they_are_the_same_whenever_they_are_drawn(tmp_path: Path) -> None:
    first, second = ({path.name: path.read_bytes() for path in draw(tmp_path / name)} for name in ("first", "second"))
    assert first == second
    assert set(first) == {path.name for path in (DOCS / "pictures").iterdir()}
