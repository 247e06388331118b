"""A rebuild of membership that another rule comes in the way of."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from storage.batch import Batch
from storage.campaign import Campaign
from storage.engine import reading
from storage.store import Store
from tests.blank import Database, blank_store
from tests.made import item

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def campaign(tag: str) -> Campaign:
    """Follow one tag."""
    return Campaign(slug="c", title="C", time_zone="UTC", tags=(tag,))


def members(store: Store) -> list[str]:
    """List the platform ids of the campaign's posts."""
    with reading(store.engine) as connection:
        sql = "SELECT platform_id FROM posts JOIN campaign_posts ON post_id = id ORDER BY 1"
        return list(connection.scalars(text(sql)))


def test_a_rule_that_is_changed_in_the_middle_of_a_rebuild_is_the_one_that_holds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.store.REBUILD_STEP", 1)
    with blank_store(database) as store:
        run = store.begin_run("made", "", NOW)
        items = [item(number, tags=("a" if number % 2 else "b",)) for number in range(1, 7)]
        store.save(Batch(run, "made", "", NOW, items))
        store.set_campaigns([campaign("b")], NOW)

        def change(done: int, _whole: int) -> None:
            if done == 2:
                store.set_campaigns([campaign("a")], NOW)

        store.rebuild_membership(change)
        assert store.rebuilding() == {"c": 1}
        store.rebuild_membership()
        assert members(store) == ["1", "3", "5"]
        assert store.rebuilding() == {}
