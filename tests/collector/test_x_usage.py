"""What X says was read of the month: numbers, or numbers as text, or none of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from collector.errors import PayloadError
from collector.x.client import Client
from collector.x.settings import Settings
from collector.x.usage import ASKED, PATH, Usage, read_usage
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.world import World


def body(**told: Any) -> bytes:
    """Write an answer."""
    return orjson.dumps({"data": told})


@pytest.mark.parametrize("write", [int, str])
def test_numbers_are_read_as_either_version_writes_them(write: Callable[[int], Any]) -> None:
    told = body(project_usage=write(43_435), project_cap=write(3_000_000), cap_reset_day=10, project_id="381")
    assert read_usage(told) == Usage(read=43_435, cap=3_000_000, reset_day=10)


def test_what_x_does_not_tell_is_not_known() -> None:
    assert read_usage(body(project_usage="0", project_cap=None)) == Usage(read=0, cap=None, reset_day=None)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"[]", "it has no data"),
        (b'{"errors": []}', "it has no data"),
        (b'{"data": []}', "it has no data"),
        (b"<html>", "not JSON"),
        (body(project_usage=True), "project_usage is 'True', not a number"),
        (body(project_cap="many"), "project_cap is 'many', not a number"),
        (body(project_cap="1" * 16), "not a number"),
        (body(cap_reset_day=-1), "cap_reset_day is '-1', not a number"),
        (body(cap_reset_day=[1]), "cap_reset_day is '[1]', not a number"),
    ],
)
def test_what_is_no_usage_is_kept_with_what_is_wrong(answer: bytes, why: str) -> None:
    with pytest.raises(PayloadError, match="X answered with no usage") as caught:
        read_usage(answer)
    assert why in str(caught.value)
    assert caught.value.payload == answer


@pytest.mark.parametrize(("names", "as_text"), [("2.166", False), ("2.166", True), ("2.167", False)])
def test_x_s_own_answers_are_read_and_cost_nothing(names: str, as_text: bool) -> None:
    with serving(World(), names=names, usage_as_text=as_text, cap=10_000, cap_reset_day=16) as x:
        client = Client(Settings(TOKEN, x.url), lambda: datetime.now(UTC))
        answer = client.get("usage", PATH, ASKED)
        client.close()
        assert read_usage(answer.body) == Usage(read=0, cap=10_000, reset_day=16)
        assert x.bill.mills == 0
