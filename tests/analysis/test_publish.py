"""A chart on disk: four files that agree, and from two of them the others again."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.charts.about import About
from analysis.charts.basis import basis_of
from analysis.charts.kind import Chart
from analysis.charts.numbers import from_csv, to_csv
from analysis.charts.publish import Published, is_drawn, publish, redraw
from analysis.charts.typeface import versions
from analysis.charts.volume import SORTS, VOLUME
from analysis.errors import FolderUnwritable, ManifestUnreadable, NumbersChanged
from analysis.states import RANK
from tests.volume_frames import about, frame

STATES = ["complete", "given", "lost", "partial/capped", "partial/settling"]
FILES = {"let-it-go-volume.png", "let-it-go-volume.svg", "let-it-go-volume.csv", "let-it-go-volume.json"}


def volume(numbers: pd.DataFrame, words: About) -> Chart:
    return Chart(VOLUME, numbers, words, basis_of(numbers))


def written(numbers: pd.DataFrame, zone: str = "UTC") -> bytes:
    return to_csv(numbers, SORTS, zone)


def read(csv: bytes) -> pd.DataFrame:
    return VOLUME.restore(from_csv(csv, SORTS, VOLUME.later))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Published:
    notes = ("#خلوها_تخيس was not collected before 3 Nov 2026.",)
    folder = tmp_path_factory.mktemp("drawn") / "charts" / "new"
    return publish(volume(frame(STATES, reposts=STATES), about(notes=notes)), folder)


@pytest.fixture
def chart(drawn: Published, tmp_path: Path) -> Published:
    """Give a copy of a chart, to be spoilt."""
    copytree(drawn.png.parent, tmp_path / "charts")
    names = (path.name for path in (drawn.png, drawn.svg, drawn.csv, drawn.manifest))
    return Published(*(tmp_path / "charts" / name for name in names))


def test_a_chart_is_four_files_and_nothing_else(chart: Published) -> None:
    assert {path.name for path in chart.png.parent.iterdir()} == FILES
    assert chart.png.read_bytes().startswith(b"\x89PNG")
    root = ElementTree.parse(chart.svg).getroot()  # noqa: S314 - our own file
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_chart_is_drawn_again_from_its_numbers_byte_by_byte(chart: Published) -> None:
    before = {path: path.read_bytes() for path in chart.png.parent.iterdir()}
    chart.png.unlink()
    chart.svg.write_text("lost")
    assert redraw(chart.manifest) == chart
    assert {path: path.read_bytes() for path in chart.png.parent.iterdir()} == before


def test_a_chart_is_drawn_over_the_one_before(chart: Published) -> None:
    again = publish(volume(frame(["complete"]), about()), chart.png.parent)
    assert again == chart
    assert len(read(chart.csv.read_bytes())) == 1
    assert {path.name for path in chart.png.parent.iterdir()} == FILES


def test_the_manifest_tells_what_the_chart_is_of(chart: Published) -> None:
    told = json.loads(chart.manifest.read_text(encoding="utf-8"))
    assert told["about"]["title"] == "#خليها_تخيس"
    assert told["about"]["query"] == ["خليها_تخيس", "خلوها_تخيس"]
    assert told["about"]["revision"] == "42"
    assert told["window"] == ["2026-11-01T21:00:00.000000Z", "2026-11-02T02:00:00.000000Z"]
    assert told["posts"] == 0 + 10 + 30 + 40
    assert told["reposts"] == 0 + 1 + 3 + 4
    assert told["coverage"]["posts"] == {"complete": 1, "given": 1, "lost": 1, "partial": 1, "settling": 1}
    assert told["fonts"] == versions()
    assert told["matplotlib"]


def test_an_empty_chart_can_be_published_and_drawn_again(tmp_path: Path) -> None:
    chart = publish(volume(frame(["complete"]).iloc[:0], about()), tmp_path)
    told = json.loads(chart.manifest.read_text(encoding="utf-8"))
    assert (told["posts"], told["window"], told["coverage"]) == (0, None, {"posts": {}, "reposts": {}})
    assert redraw(chart.manifest) == chart


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(RANK), min_size=1, max_size=6),
    st.text("=+-@'\"\t\r\n,; aخ1", max_size=6),
    st.booleans(),
)
def test_numbers_come_back_from_csv_exactly(states: list[str], reason: str, with_reposts: bool) -> None:
    made = frame(states, reposts=states if with_reposts else None)
    made["reason_posts"] = pd.array([reason] * len(made), "str")
    made["share_posts"] = pd.array([1 / 3] * len(made), "Float64")
    pd.testing.assert_frame_equal(read(written(made, "Asia/Baghdad")), made)


def test_csv_is_exact_and_tells_unknown_from_zero() -> None:
    first, *rows = written(frame(["complete", "lost"]), "Asia/Baghdad").decode("utf-8").splitlines()
    assert first.startswith("bin_start,bin_end,local_start,platform,posts,authors,")
    assert rows[0].startswith(
        "2026-11-01T21:00:00.000000Z,2026-11-01T22:00:00.000000Z,2026-11-02 00:00:00+03:00,x,0,0,"
    )
    assert ",x,,,,,,,," in rows[1]


def test_numbers_of_before_it_was_told_what_is_gone_are_read_and_it_is_unknown() -> None:
    made = frame(["complete"] * 2, reposts=["complete"] * 2)
    columns = {name: sort for name, sort in SORTS.items() if name not in VOLUME.later}
    older = read(to_csv(made, columns, "UTC"))
    assert older["gone_posts"].isna().all()
    pd.testing.assert_series_equal(older["posts"], made["posts"])


@pytest.mark.parametrize("text", ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\tx", "'quoted"])
def test_no_cell_of_text_is_a_formula(text: str) -> None:
    made = frame(["complete"]).assign(platform=pd.array([text], "str"))
    csv = written(made)
    assert pd.read_csv(BytesIO(csv))["platform"].tolist() == ["'" + text]
    assert read(csv)["platform"].tolist() == [text]


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    for folder in (blocked, blocked / "below"):
        with pytest.raises(FolderUnwritable) as refused:
            publish(volume(frame(["complete"]), about()), folder)
        assert refused.value.folder == folder
        assert refused.value.why
    (tmp_path / "let-it-go-volume.csv").mkdir()
    with pytest.raises(FolderUnwritable):
        publish(volume(frame(["complete"]), about()), tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", ["../up", "a/b", "."])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="file's name"):
        publish(volume(frame(["complete"]), about()), tmp_path, name)


def test_a_chart_that_stands_there_already_is_known(tmp_path: Path) -> None:
    numbers, words = frame(STATES), about(notes=("Let it rot.",))
    assert is_drawn(volume(numbers, words), tmp_path) is None
    chart = publish(volume(numbers, words), tmp_path)
    assert is_drawn(volume(numbers, words), tmp_path) == chart
    assert is_drawn(volume(numbers, replace(words, revision="43")), tmp_path) == chart
    assert is_drawn(volume(numbers, replace(words, notes=())), tmp_path) is None
    assert is_drawn(volume(numbers, replace(words, title="Let it rot")), tmp_path) is None
    assert is_drawn(volume(numbers.assign(posts=numbers["posts"] + 1), words), tmp_path) is None
    assert is_drawn(volume(numbers.assign(state_posts="lost"), words), tmp_path) is None
    assert is_drawn(volume(numbers, words), tmp_path, "another") is None
    chart.svg.unlink()
    assert is_drawn(volume(numbers, words), tmp_path) is None


def test_numbers_that_were_changed_are_noticed(chart: Published) -> None:
    chart.csv.write_bytes(chart.csv.read_bytes().replace(b",10,5,", b",99,5,"))
    with pytest.raises(NumbersChanged):
        redraw(chart.manifest)


def changed(manifest: Path, **facts: Any) -> None:
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), **facts}))


@pytest.mark.parametrize(
    "facts",
    [
        {"format": 2},
        {"chart": "pie"},
        {"about": {}},
        {"about": None},
        {"files": {}},
        {"files": {"png": "../x.png", "svg": "x.svg", "csv": "x.csv"}},
        {"files": {"png": "x.png", "svg": "x.svg", "csv": "missing.csv"}},
    ],
)
def test_a_manifest_that_is_none_is_refused(chart: Published, facts: dict[str, Any]) -> None:
    changed(chart.manifest, **facts)
    with pytest.raises(ManifestUnreadable):
        redraw(chart.manifest)


@pytest.mark.parametrize("content", ["", "[]", "{", "null"])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "chart.json"
    path.write_text(content)
    with pytest.raises(ManifestUnreadable):
        redraw(path)
    with pytest.raises(ManifestUnreadable):
        redraw(tmp_path / "nowhere.json")


def test_a_csv_of_another_kind_is_no_frame() -> None:
    with pytest.raises(ValueError, match="missing"):
        read(b"a,b\n1,2\n")
