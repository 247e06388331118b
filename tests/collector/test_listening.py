"""What is known by listening, whatever comes when: nothing is claimed that a post may still come for."""

from datetime import timedelta
from functools import reduce
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.streaming.heard import Heard, began, missed
from storage import coverage
from storage.coverage import Ledger, State, Stretch
from tests.collector.streamed import NOW

SECOND = timedelta(seconds=1)
SETTLING = 30 * SECOND

arrivals = st.lists(
    st.tuples(st.floats(0, 40).map(lambda seconds: seconds * SECOND), st.booleans(), st.booleans()), max_size=30
)
"""How long after the one before, whether it could not be read, and whether what is known is written down then."""


@given(arrivals, st.floats(0, 0.999))
def test_it_is_known_from_the_next_second_to_the_last_word_less_what_settles(
    steps: list[tuple[timedelta, bool, bool]], fraction: float
) -> None:
    at = NOW + fraction * SECOND
    heard = began(at, SETTLING, SECOND)
    ledger: Ledger = ()
    soiled = []
    for wait, is_soiled, is_written in steps:
        at += wait
        heard = heard.plus(at, is_soiled=is_soiled)
        soiled += [at] if is_soiled else []
        if is_written:
            ledger, heard = written(ledger, heard)
    ledger, heard = written(ledger, heard)
    assert heard.stretches == ()
    ends_at = at.replace(microsecond=0) - SETTLING
    if ends_at <= NOW + SECOND:
        assert ledger == ()
        return
    assert (ledger[0].starts_at, ledger[-1].ends_at) == (NOW + SECOND, ends_at)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(ledger))
    for row in ledger:
        middle = row.starts_at + (row.ends_at - row.starts_at) / 2
        # A post that could not be read came at most so long after it was written.
        is_doubtful = any(one.replace(microsecond=0) - SETTLING <= middle < one + SECOND for one in soiled)
        assert row.state is (State.PARTIAL if is_doubtful and row.reason else State.COMPLETE)
        assert is_doubtful or row.state is State.COMPLETE
    for one in soiled:
        there = coverage.within(ledger, max(one - SETTLING, NOW + SECOND), min(one, ends_at))
        assert all(row.state is State.PARTIAL for row in there)


def written(ledger: Ledger, heard: Heard) -> tuple[Ledger, Heard]:
    return reduce(coverage.write, heard.stretches, ledger), heard.written()


def test_what_was_missed_follows_what_the_ledger_knows_last() -> None:
    rows = (Stretch(NOW, NOW + SECOND, State.COMPLETE), Stretch(NOW + SECOND, NOW + 2 * SECOND, State.PARTIAL, "?"))
    since = NOW + 9 * SECOND
    assert missed(rows, "posts", since, "why") == (Stretch(NOW + 2 * SECOND, since, State.FAILED, "why"),)
    assert missed(rows, "reposts", since, "why") == (Stretch(NOW + 2 * SECOND, since, State.LOST, "why"),)
    assert missed((), "posts", since, "why") == ()
    assert missed(rows, "posts", NOW + 2 * SECOND, "why") == missed(rows, "posts", NOW, "why") == ()
