"""X in a config.yaml: its budget, and the month that it holds for."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.x.prices import SOURCES
from groundswell.budgets import limits_of, month_began
from groundswell.config import parse
from groundswell.sources import paces_of
from storage.spending import Limit
from tests.groundswell.test_config import CAMPAIGN, FILE, faults_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
X = CAMPAIGN + "sources:\n  x:\n    budget: {dollars: 20, posts: 4000}\n"


def test_the_least_section_asks_recent_search_within_its_budget() -> None:
    config = parse(X, FILE)
    section = config.sources.x
    assert section
    assert (section.archive, section.names, section.url) == ("recent", "tweet", "https://api.x.com")
    assert (section.bring.authors, section.bring.referenced, section.bring.referenced_authors) == (True, True, False)
    assert paces_of(config) == {"x-counts": timedelta(hours=6), "x": timedelta(minutes=15)}
    assert limits_of(config, "let-it-go", NOW) == (Limit(SOURCES, BEGAN, 4_000, 20_000),)


def test_at_the_turn_of_a_month_the_old_limit_holds_a_while_besides_the_new_one() -> None:
    december = datetime(2026, 12, 1, tzinfo=UTC)
    for minutes, since in ((-1, [BEGAN]), (1, [BEGAN, december]), (59, [BEGAN, december]), (61, [december])):
        limits = limits_of(parse(X, FILE), "let-it-go", december + timedelta(minutes=minutes))
        assert [limit.since for limit in limits] == since


def test_numbers_alone_may_be_asked_for() -> None:
    assert paces_of(parse(X + "    posts: false\n    counts: {every: 1h}\n", FILE)) == {"x-counts": timedelta(hours=1)}


def test_a_campaign_s_own_budget_comes_beside_that_of_all() -> None:
    text = X.replace("    from: 2019", "    budget: {dollars: 0.5}\n    from: 2019")
    own, together = limits_of(parse(text, FILE), "let-it-go", NOW)
    assert own == Limit(SOURCES, BEGAN, None, 500, "let-it-go")
    assert together.campaign is None


def test_without_x_nothing_is_limited() -> None:
    assert limits_of(parse(CAMPAIGN, FILE), "let-it-go", NOW) == ()


@pytest.mark.parametrize(
    ("now", "day", "began"),
    [
        ("2026-11-23T09:00+00:00", 1, "2026-11-01"),
        ("2026-11-23T09:00+00:00", 23, "2026-11-23"),
        ("2026-11-23T09:00+00:00", 24, "2026-10-24"),
        ("2026-03-01T00:00+00:00", 31, "2026-02-28"),
        ("2026-01-15T00:00+00:00", 16, "2025-12-16"),
        ("2026-12-01T02:00+03:00", 1, "2026-11-01"),
        ("2024-02-29T23:00+00:00", 30, "2024-02-29"),
    ],
)
def test_a_month_begins_on_its_day_by_utc(now: str, day: int, began: str) -> None:
    assert month_began(datetime.fromisoformat(now), day) == datetime.fromisoformat(f"{began}T00:00+00:00")


@pytest.mark.parametrize(
    ("written", "key", "what"),
    [
        ("  x: {}\n", "sources.x.budget", "it is missing"),
        ("  x:\n    budget: {}\n", "sources.x.budget", "it sets no limit"),
        ("  x:\n    budget: {dollars: -1}\n", "sources.x.budget.dollars", "0"),
        ("  x:\n    budget: {dollars: 1}\n    archive: whole\n", "sources.x.archive", "recent"),
        ("  x:\n    budget: {dollars: 1}\n    url: http://api.x.com\n", "sources.x.url", "no address"),
        ("  x:\n    budget: {dollars: 1}\n    month_begins_on: 0\n", "sources.x.month_begins_on", "1"),
        ("  x:\n    budget: {dollars: 1}\n    token: abc\n", "sources.x.token", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_key(written: str, key: str, what: str) -> None:
    [fault] = faults_of(CAMPAIGN + "sources:\n" + written)
    assert fault.key == key
    assert what in fault.what + fault.cure
    assert fault.cure
