"""What X's lines on posts mean, whatever stands in them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import Unreadable
from collector.x.compliance.files import LONGEST_LINE, lines_of
from collector.x.compliance.verdicts import Verdict, deletion_of, read_verdict
from storage.instant import Instant, to_text

ASKED = to_text(datetime(2026, 11, 23, 9, tzinfo=UTC))
NOW = to_text(datetime(2026, 11, 23, 10, tzinfo=UTC))


def at(hour: int) -> Instant:
    return to_text(datetime(2026, 11, 23, hour, tzinfo=UTC))


def line(**changes: object) -> bytes:
    told = {"id": "42", "action": "delete", "redacted_at": "2026-11-23T08:00:00.000Z", "reason": "deleted", **changes}
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({}, Verdict("42", True, "deleted on X", at(8))),
        ({"reason": "suspended"}, Verdict("42", True, "account suspended on X", at(8))),
        ({"reason": "deactivated"}, Verdict("42", True, "account deactivated on X", at(8))),
        ({"reason": "protected", "redacted_at": None}, Verdict("42", True, "account protected on X", None)),
        ({"reason": "drowned\n in\x00 tea"}, Verdict("42", True, "gone from X: drowned in� tea", at(8))),
        ({"reason": None}, Verdict("42", True, "gone from X", at(8))),
        ({"action": "scrub_geo", "reason": "scrub_geo"}, Verdict("42", False, "scrub_geo", at(8))),
        ({"reason": "scrub_geo"}, Verdict("42", False, "scrub_geo", at(8))),
        ({"action": "withhold"}, Verdict("42", False, "withhold", at(8))),
        ({"redacted_at": "soon"}, Verdict("42", True, "deleted on X", None)),
        ({"redacted_at": "2026-11-23T08:00:00"}, Verdict("42", True, "deleted on X", None)),
        ({"redacted_at": "0001-01-01T00:00:00+14:00"}, Verdict("42", True, "deleted on X", None)),
    ],
)
def test_a_line_says_whether_the_post_is_gone_why_and_since_when(told: dict[str, object], verdict: Verdict) -> None:
    assert read_verdict(line(**told)) == verdict


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"[]", b"null", line(id=None), line(id=42), line(id="made:1"), line(id="9" * 20), line(action=None)],
)
def test_a_line_that_names_no_post_or_no_action_is_unreadable(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        read_verdict(broken)


def test_the_real_lines_of_a_result_are_read() -> None:
    lines = (
        b'{"id":"1170025343920402432","action":"delete","created_at":"2019-09-06T17:25:54.667Z","reason":"protected"}',
        b'{"id":"1170147183095664640","action":"delete","created_at":"2019-09-07T01:30:03.390Z",'
        b'"redacted_at":"2021-08-17T17:26:15.788Z","reason":"deactivated"}',
    )
    assert [read_verdict(one).redacted_at for one in lines] == [None, "2021-08-17T17:26:15.788000Z"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["id", "action", "reason", "redacted_at"]), inner)
        ),
    )
)
def test_whatever_the_line_is_it_is_read_or_unreadable(told: object) -> None:
    try:
        verdict = read_verdict(json.dumps(told).encode())
    except Unreadable:
        return
    assert verdict.id.isdigit()
    assert verdict.reason.isprintable()


@pytest.mark.parametrize(
    ("redacted_at", "seen_at", "deleted_at"),
    [
        (at(8), None, at(8)),
        (at(8), at(7), at(8)),
        (at(8), at(8), at(8)),
        (at(8), at(9), at(9)),  # shown for a while longer: X's word is younger
        (at(8), at(10), at(8)),  # seen after X was asked: it may be there again
        (None, None, at(9)),
        (at(11), None, at(9)),  # yet to come
    ],
)
def test_a_deletion_is_dated_so_that_no_post_outlives_it_by_having_been_seen_before_x_was_asked(
    redacted_at: Instant | None, seen_at: Instant | None, deleted_at: Instant
) -> None:
    verdict = Verdict("42", True, "deleted on X", redacted_at)
    assert deletion_of(verdict, ASKED, NOW, seen_at).deleted_at == deleted_at


@given(st.lists(st.binary(max_size=6).map(lambda one: one.replace(b"\n", b"")), max_size=9), st.integers(1, 5))
def test_lines_are_the_same_however_they_are_cut_into_blocks(lines: list[bytes], size: int) -> None:
    whole = b"\n".join(lines)
    blocks = [whole[first : first + size] for first in range(0, len(whole), size)]
    assert list(lines_of(blocks)) == [one.strip() for one in lines if one.strip()]


def test_a_line_without_end_takes_no_more_memory_than_the_longest_that_is_kept() -> None:
    blanks = (b" " * 65_536 for _ in range(1_000))
    assert list(lines_of(blanks)) == []
    (cut, after) = lines_of([*[b"x" * 65_536] * 3, b"\nafter"])
    assert (len(cut), after) == (LONGEST_LINE, b"after")
