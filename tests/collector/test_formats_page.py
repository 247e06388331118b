"""docs/formats.md says what a run over the archives says."""

import re
from pathlib import Path

import pytest

from collector.archive.formats_page import formats_page
from collector.archive.survey import survey

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


def row(name: str) -> list[int]:
    """Read from the page what came of a file: read, distinct, reposts, referred to, unparsed, gone."""
    (figures,) = re.findall(rf"^\| `{re.escape(name)}` \| [^|]+ \| (.*) \|$", PAGE.read_text("utf-8"), re.M)
    return [int(figure.replace(",", "")) for figure in figures.split(" | ")]


@pytest.mark.parametrize(
    ("name", "read", "distinct", "reposts", "gone"),
    [
        ("x/v1/arabic_2018.jsonl", 2_000, 1_693, 640, 0),
        ("csv/mayweather_mcgregor_2017.csv", 12_118, 12_118, 0, 0),
        ("bluesky/jetstream_expected_v1.jsonl", 17 + 15, 17 + 15, 15, 1),
    ],
)
def test_the_page_has_the_figures_that_others_counted_and_a_run_gives(
    name: str, read: int, distinct: int, reposts: int, gone: int, shared: Path
) -> None:
    found = survey(shared / name)
    assert (found.read, found.found, found.reposts, found.gone) == (read, distinct, reposts, gone)
    assert row(name) == [read, distinct, reposts, found.referred, found.unparsed, gone]


@pytest.mark.proof
def test_the_page_is_what_a_run_over_all_archives_writes(shared: Path) -> None:
    assert formats_page(shared) == PAGE.read_text("utf-8")
