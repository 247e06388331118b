"""The lake of stores that were saved by the real way in, from real archives."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.archive.importing import import_file
from storage.campaign import Campaign, Exclusion
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.lake_tables import TABLES
from storage.store import Store
from tests.blank import Database, blank_store
from tests.storage.made_store import listed, truth

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ARCHIVES = (
    "ira/kochfarms_2015.csv",
    "x/twarc2/blacklivesmatter_2021.jsonl",
    "x/twarc2/edited_before.jsonl",
    "x/twarc2/edited_after.jsonl",
)
KOCH = Campaign("koch", "#KochFarms", "UTC", ("KochFarms",))
BLM = Campaign("blm", "#BlackLivesMatter", "UTC", ("BlackLivesMatter",))


@pytest.mark.proof
def test_the_lake_follows_imports_and_a_changed_campaign(shared: Path, tmp_path: Path, database: Database) -> None:
    with blank_store(database) as store:
        store.set_campaigns([KOCH, BLM], NOW)
        for name in ARCHIVES:
            import_file(shared / name, store, now=lambda: NOW)
            check_lake(store, tmp_path / "lake")
        narrower = Campaign("blm", "#BlackLivesMatter", "UTC", BLM.tags, exclude=Exclusion(languages=("en",)))
        assert store.set_campaigns([KOCH, narrower], NOW) == ("blm",)
        store.rebuild_membership()
        check_lake(store, tmp_path / "lake")


def check_lake(store: Store, folder: Path) -> None:
    refresh(store.engine, folder, now=NOW, month_posts=1000)
    with Lake.open(folder) as lake:
        found = {table: listed(lake.ask(f"SELECT * FROM {table}")) for table in TABLES}
    assert found == truth(store.engine)
