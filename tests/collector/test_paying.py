"""What a pass over a paid source spends: put aside before each request, settled with what came, never over a limit."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from collector.asking import Patience
from collector.clock import never
from collector.collect import Job, collect
from collector.errors import BudgetSpent, CreditsSpent, LimitReached, Unavailable
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.x.prices import Prices
from collector.x.search import Search
from collector.x.settings import Settings
from collector.x.wording import Extras
from storage import coverage
from storage.coverage import Key, State
from storage.engine import reading
from storage.spending import Limit, Spent
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_mastodon_live import Clock
from tests.collector.test_x_search import LET, NOW, TOKEN, answer, at, by_token, post, reply
from tests.platforms.canned import Asked, Reply, answering

MONTH = datetime(2026, 11, 1, tzinfo=UTC)
X = ("x-search",)
USER = {"id": "7", "name": "N", "username": "n"}
WORST = 100 * 3 * 5 + 100 * 10
"""Of a page: a hundred posts, each with two that it refers to, and their authors."""
LEAST = WORST // 10
"""Of the smallest page that X gives: ten posts."""


def one_pass(
    store: Store,
    say: Callable[[Asked], Reply],
    *limits: Limit,
    prices: Prices | None = None,
    clock: Clock | None = None,
) -> Outcome:
    clock = clock or Clock(48)
    with answering(say) as x:
        search = Search(Settings(TOKEN, x.url, read_timeout=0.5), Extras(), prices or Prices(), now=clock.now)
        job = Job(search, Wanted((LET,), at(60)), limits=limits, patience=Patience(attempts=2))
        try:
            return collect(store, job, clock, never())
        finally:
            search.close()


def saying(say: Callable[[Asked], Any]) -> Callable[[Asked], Reply]:
    return lambda asked: reply(say(asked))


def spent(store: Store) -> Spent:
    return store.till.spent(X, MONTH)


def states(store: Store) -> list[str]:
    with reading(store.engine) as connection:
        return list(connection.scalars(text("SELECT DISTINCT state FROM spend ORDER BY state")))


def ledger(store: Store) -> list[tuple[State, str]]:
    return [(one.state, one.reason) for one in store.coverage(Key("x", "x-search", "", LET, "posts"))]


def test_a_page_is_paid_by_what_it_holds(database: Database) -> None:
    quoted = post(90, 1)
    body = answer(post(2, 3), post(10, 2), includes={"users": [USER], "tweets": [quoted]})
    with blank_store(database) as store:
        one_pass(store, saying(lambda _: body))
        assert (spent(store).by_unit, spent(store).thousandths) == ({"post": 3, "user": 1}, 3 * 5 + 10)
        assert states(store) == ["settled"]


def test_what_is_read_again_on_the_same_day_costs_nothing_where_the_config_trusts_that() -> None:
    clock = Clock(48)
    say = saying(lambda _: answer(post(1, 3), includes={"users": [USER]}))
    for free_again, paid in ((True, 15), (False, 30)):
        with blank_store(SQLITE) as store:
            for _ in range(2):
                assert one_pass(store, say, prices=Prices(free_again=free_again), clock=clock).requests == 1
            assert spent(store).thousandths == paid


def test_what_comes_with_posts_is_free_where_the_config_knows_that() -> None:
    body = answer(post(2, 3), includes={"users": [USER], "tweets": [post(90, 1)]})
    prices = Prices(charges_users=False, charges_referenced=False)
    with blank_store(SQLITE) as store:
        one_pass(store, saying(lambda _: body), Limit(X, MONTH, thousandths=500), prices=prices)
        assert spent(store).thousandths == 5


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500, 503])
def test_an_error_of_x_costs_nothing(status: int) -> None:
    with blank_store(SQLITE) as store:
        one_pass(store, lambda _: Reply(b"{}", status))
        assert spent(store).thousandths == 0
        assert states(store) == ["released"]


@pytest.mark.parametrize("body", [b'{"data":[', b"[]", b'{"hello":1}'])
def test_an_answer_that_cannot_be_read_may_have_cost_all_that_was_put_aside(body: bytes) -> None:
    with blank_store(SQLITE) as store:
        one_pass(store, lambda _: Reply(body))
        assert (spent(store).thousandths, spent(store).open) == (2 * WORST, 2 * WORST)


def test_an_answer_that_does_not_come_may_have_cost_too() -> None:
    def hang(_: Asked) -> Reply:
        time.sleep(1)
        return Reply()

    with blank_store(SQLITE) as store:
        assert isinstance(one_pass(store, hang).failure, Unavailable)
        assert spent(store).open == 2 * WORST


def test_a_server_that_is_not_there_costs_nothing() -> None:
    with answering(lambda _: Reply()) as x:
        url = x.url
    with blank_store(SQLITE) as store:
        search = Search(Settings(TOKEN, url), Extras(), Prices(), now=Clock(48).now)
        job = Job(search, Wanted((LET,), at(60)), patience=Patience(attempts=1))
        collect(store, job, Clock(48), never())
        assert states(store) == ["released"]


def test_a_limit_stops_before_the_page_that_might_go_over_it_and_says_so() -> None:
    pages = {
        "first": answer(post(2, 9), onward="2"),
        "2": answer(post(20, 8), onward="3"),
        "3": answer(post(40, 7)),
    }
    with blank_store(SQLITE) as store:
        outcome = one_pass(store, saying(by_token(**pages)), Limit(X, MONTH, thousandths=LEAST + 9))
        assert isinstance(outcome.failure, LimitReached)
        assert str(outcome.failure).startswith("$0.01 of the month's $0.259 for all campaigns are spent")
        assert (outcome.requests, spent(store).thousandths) == (2, 10)
        assert (
            ledger(store)
            == [(State.PARTIAL, coverage.BUDGET), (State.COMPLETE, ""), (State.PARTIAL, "settling")][
                : len(ledger(store))
            ]
        )
        # With more money it goes on, and what it lacked is had.
        one_pass(store, saying(by_token(**pages)), Limit(X, MONTH, thousandths=10 * WORST))
        assert ledger(store)[0] == (State.COMPLETE, "")


def test_near_a_limit_smaller_pages_are_asked_for_and_full_ones_before() -> None:
    sizes: list[str] = []

    def say(asked: Asked) -> Any:
        sizes.append(asked.query["max_results"][0])
        number = len(sizes)
        return answer(*(post(2 + number, 100 * number + one) for one in range(10)), onward=f"t{number}")

    with blank_store(SQLITE) as store:
        outcome = one_pass(store, saying(say), Limit(X, MONTH, thousandths=WORST + 40))
        assert isinstance(outcome.failure, LimitReached)
        assert sizes[0] == "100"
        # Each page of ten costs five cents; a page of 50 may cost $1.25 and one of 20 half a dollar.
        assert (sizes.count("100"), sizes.count("50"), sizes.count("20")) == (1, 25, 15)
        assert (set(sizes[-5:]), len(sizes)) == ({"10"}, 46)
        assert spent(store).thousandths == 46 * 50 <= WORST + 40


def test_without_money_nothing_is_asked_and_nothing_reads_as_if_it_had_been() -> None:
    def refuse(_: Asked) -> Reply:
        raise AssertionError("it was asked")

    with blank_store(SQLITE) as store:
        outcome = one_pass(store, refuse, Limit(X, MONTH, thousandths=LEAST - 1))
        assert (outcome.requests, type(outcome.failure)) == (0, LimitReached)
        assert ledger(store) == [(State.PARTIAL, coverage.BUDGET)]


def test_that_x_wants_money_is_another_thing_than_our_own_limit() -> None:
    with blank_store(SQLITE) as store:
        outcome = one_pass(store, lambda _: Reply(b"{}", 402))
        assert isinstance(outcome.failure, CreditsSpent)
        assert issubclass(LimitReached, BudgetSpent)
        assert ledger(store) == [(State.FAILED, "HTTP 402")]


def test_the_day_is_that_of_the_server() -> None:
    clock = Clock(48)
    days = iter([NOW, NOW.replace(day=4)])

    def say(_: Asked) -> Reply:
        return reply(answer(post(1, 3)), next(days))

    with blank_store(SQLITE) as store:
        one_pass(store, say, clock=clock)
        one_pass(store, say, clock=clock)
        assert spent(store).by_unit["post"] == 2
