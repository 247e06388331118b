"""The page of `make bench`: sections measured anew take the place of those that stood there."""

from benchmarks.page import HEAD, renewed

ORDER = ["One", "Two", "Three"]


def test_a_section_that_is_measured_again_takes_its_own_place_and_leaves_the_others() -> None:
    page = renewed("", ["## Two\n\nslow", "## One\n\nquick"], ORDER)
    assert page == f"{HEAD}\n## One\n\nquick\n\n## Two\n\nslow\n"
    again = renewed(page, ["## Two\n\n| a | b |\n"], ORDER)
    assert again == f"{HEAD}\n## One\n\nquick\n\n## Two\n\n| a | b |\n"
    assert renewed(again, [], ORDER) == again


def test_what_stands_before_the_sections_and_what_is_no_section_any_more_goes() -> None:
    page = "# Old\n\nWritten long ago.\n\n## One\n\nquick\n\n## Gone\n\nold\n"
    assert renewed(page, [], ORDER) == f"{HEAD}\n## One\n\nquick\n"
