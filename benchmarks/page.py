"""docs/performance.md as its sections: those that were measured anew take the place of those that stood there."""

from collections.abc import Sequence
from typing import Final

HEAD: Final = """\
# How fast it is

Written by `make bench`; with `make bench PARTS="start import"` these sections anew. Each says when it was measured and
where: other machines give other seconds, the ratios stay about the same.
"""
_SECTION: Final = "## "


def renewed(page: str, measured: Sequence[str], order: Sequence[str]) -> str:
    """Put sections that were measured into a page; each begins with its title, as '## Start'.

    Args:
        page: as it is; what stands before its first section is written anew.
        measured: the texts of sections.
        order: the titles of all sections, without '## ', in their order; others are left out.
    """
    sections = {_title(section): section.strip() for section in page.split(f"\n{_SECTION}")[1:]}
    sections |= {_title(section): section.removeprefix(_SECTION).strip() for section in measured}
    return HEAD + "".join(f"\n{_SECTION}{sections[title]}\n" for title in order if title in sections)


def _title(section: str) -> str:
    return section.removeprefix(_SECTION).partition("\n")[0].strip()
