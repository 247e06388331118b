"""`groundswell collect` ends with 1 when a source did not answer, and with 0 when it did."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.simulate import Scenario, simulate
from analysis.simulated_pages import as_x_v2
from groundswell.cli import run
from storage.store import Store

START = datetime(2026, 11, 1, tzinfo=UTC)
CONFIG = """\
campaigns:
  rot:
    title: Let it rot
    tags: ["#خليها_تخيس"]
    from: 2026-10-31T00:00:00Z
sources:
  replays:
    made:
      archive: made.jsonl
      starts_at: 2026-11-01T12:00:00Z
      speed: 1000
      outages: {outages}
"""


@pytest.mark.parametrize(
    ("outages", "code", "state"),
    [("[]", 0, "done"), ("[{from: 2026-11-01T00:00:00Z, until: 2026-11-30T00:00:00Z}]", 1, "failed")],
)
def test_the_exit_code_tells_whether_the_sources_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outages: str, code: int, state: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made = simulate(Scenario(starts_at=START, lasts=timedelta(days=1)), seed=1)
    pages = "".join(json.dumps(page) + "\n" for page in as_x_v2(made))
    Path("made.jsonl").write_text(pages, encoding="utf-8")
    Path("config.yaml").write_text(CONFIG.format(outages=outages), encoding="utf-8")
    assert run(["collect"]) == code
    with (
        Store.open(f"sqlite:///{tmp_path / 'groundswell.db'}", create=False) as store,
        store.engine.connect() as connection,
    ):
        assert connection.exec_driver_sql("SELECT state FROM runs").scalars().all() == [state]
