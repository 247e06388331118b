"""docs/platforms/x.md says what the program reckons with, and every key of config.yaml with its default."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collector.x.cost_page import BEGINS, COUNTED_A_DAY, ENDS, block, main, rewritten
from collector.x.prices import USUAL, Crowd, Prices, cost, worst_of_page
from collector.x.settings import PAGE_SIZES
from collector.x.wording import Extras
from groundswell.config.section import Section
from groundswell.config.x import XSection

PAGE = Path(__file__).parents[2] / "docs" / "platforms" / "x.md"
ALONE = Extras(authors=False, referenced=False)


def test_the_page_has_the_costs_that_the_program_reckons_with() -> None:
    assert block(Prices()) in PAGE.read_text(encoding="utf-8")


def test_the_page_says_how_far_under_the_limit_a_collection_may_stop() -> None:
    least = sum(cost.thousandths for cost in worst_of_page(PAGE_SIZES[-1], "tweet", Extras(), Prices()))
    assert f"{least // 10} cents" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("extras", "prices", "thousandths"),
    [
        (ALONE, Prices(), 1_000 * 5),
        (replace(ALONE, authors=True), Prices(), 1_000 * 5 + 800 * 10),
        (Extras(), Prices(), (1_000 + 500) * 5 + 800 * 10),
        (Extras(), Prices(charges_users=False), (1_000 + 500) * 5),
        (Extras(), Prices(charges_referenced=False), 1_000 * 5 + 800 * 10),
        (ALONE, Prices(post=1), 1_000),
    ],
)
def test_a_week_costs_its_posts_and_what_comes_with_them(extras: Extras, prices: Prices, thousandths: int) -> None:
    assert cost(1_000, extras, USUAL, prices) == thousandths


def test_a_part_of_an_author_is_a_whole_one() -> None:
    crowd = Crowd(authors=USUAL.authors / 3, references=USUAL.references)
    assert cost(1, Extras(), crowd, Prices()) == 5 + 5 + 10


def test_only_what_stands_between_the_marks_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "x.md"
    page.write_text(f"# Ü\n\n{BEGINS}\nold\n{ENDS}\n\nrest\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["cost_page", str(page)])
    for _ in range(2):
        main()
        assert page.read_text(encoding="utf-8") == f"# Ü\n\n{block(Prices())}\n\nrest\n"
    assert "| 1,000 | $10.00 |" in rewritten(page.read_text(encoding="utf-8"), Prices(post=10))


@pytest.mark.parametrize("page", ["", BEGINS, ENDS, f"{ENDS} {BEGINS}"])
def test_a_page_without_the_marks_stays_as_it_is(page: str) -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        rewritten(page, Prices())


def defaults(section: Section, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Name the keys that a section may have, with what holds without them."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from defaults(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def as_written(value: object) -> str:
    """Write a value as config.yaml has it."""
    if isinstance(value, timedelta):
        return f"{value / timedelta(hours=1):g}h"
    if isinstance(value, tuple):
        return str(list(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_page_has_every_key_with_what_holds_without_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = XSection.model_validate({"budget": {"dollars": 1}})
    told = dict(defaults(section))
    assert told["counts.every"] == timedelta(days=1) / COUNTED_A_DAY
    for key, value in told.items():
        has_none = value is None or key.startswith("budget.")
        assert (f"\n| `{key}` | " if has_none else f"\n| `{key}` | `{as_written(value)}` |") in page, key
