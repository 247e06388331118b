"""Since when a source has been asked in vain: what counts as that, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.errors import AccessRefused, LimitReached, QuestionRefused, TokenRefused, Unavailable
from groundswell.passed import Passed
from groundswell.troubles import Trouble, Troubles
from storage.errors import StoreLocked
from storage.store import Store

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Asked:
    """A source that is asked once an hour; a store of its own."""

    def __init__(self, store: Store) -> None:
        self.now = NOW
        self.troubles = Troubles(store, lambda: self.now)

    def told(self, *passes: Passed | Exception) -> list[tuple[int, bool]]:
        """Ask so often; tells since which hour it is in trouble after each time, and whether a person is needed."""
        for one in passes:
            self.ask(one)
            self.now += HOUR
        return [((trouble.since - NOW) // HOUR, trouble.needs_person) for trouble in self.troubles.all()]

    def ask(self, one: Passed | Exception) -> None:
        def answer() -> Passed:
            if isinstance(one, Exception):
                raise one
            return one

        if isinstance(one, Exception):
            with pytest.raises(type(one)):
                self.troubles.noted("x", answer)
        else:
            assert self.troubles.noted("x", answer) is one


DOWN = Passed(failure=Unavailable("HTTP 503"))
REFUSED = Passed(failure=AccessRefused("HTTP 401"))
WELL = Passed(moved=True, answered=True)
NOT_ASKED = Passed()


@pytest.mark.parametrize(
    ("passes", "told"),
    [
        ((DOWN,), [(0, False)]),
        ((WELL, DOWN, DOWN), [(1, False)]),
        ((DOWN, WELL), []),
        ((DOWN, NOT_ASKED), [(0, False)]),
        ((DOWN, REFUSED), [(0, True)]),
        ((Passed(moved=True, failure=Unavailable("cut short"), answered=True),), []),
        ((WELL.plus(REFUSED),), [(0, True)]),
        ((DOWN.plus(WELL),), []),
        ((DOWN.plus(REFUSED).plus(DOWN),), [(0, True)]),
        ((Passed(failure=LimitReached("spent")).plus(REFUSED),), [(0, True)]),
        ((DOWN, Passed(moved=True, failure=LimitReached("spent"), answered=True)), []),
        ((TokenRefused("X_BEARER_TOKEN is not set"),), [(0, True)]),
        ((ZeroDivisionError(),), [(0, False)]),
        ((StoreLocked("held"),), []),
        ((Passed(failure=LimitReached("spent")),), []),
    ],
)
def test_what_is_in_vain_and_what_ends_it(store: str, passes: tuple[Passed | Exception, ...], told: object) -> None:
    with Store.open(store) as opened:
        assert Asked(opened).told(*passes) == told


def test_a_restart_forgets_nothing_and_no_secret_is_kept(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "very-secret")
    with Store.open(store) as opened:
        Asked(opened).ask(Passed(failure=QuestionRefused("no such\nrule for very-secret")))
        after = Troubles(opened, lambda: NOW + HOUR)
        after.failed("x", QuestionRefused("still"))
        (one,) = after.all()
        assert isinstance(one, Trouble)
        assert one.since == NOW
        Asked(opened).troubles.failed("y", QuestionRefused("no such\nrule for very-secret"))
        assert [one.what.partition(". ")[0] for one in after.all()] == ["still", "no such rule for [secret]"]
