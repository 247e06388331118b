"""Fonts: the letters of the campaigns' titles and tags can be drawn."""

import re
from collections.abc import Iterator
from typing import Final

from analysis.charts import typeface
from groundswell.doctor.finding import Finding, Subject
from groundswell.terminal import quoted

_CODE_POINT: Final = re.compile(r"\[U\+[0-9A-F]{4,6}\]")


def look(subject: Subject) -> Iterator[Finding]:
    """Find what the charts would write as a code point instead of a letter."""
    sections = subject.config.campaigns if subject.config else {}
    is_whole = True
    for slug, section in sections.items():
        for text in (section.title, *(f"#{tag}" for tag in section.tags)):
            missing = sorted(set(_CODE_POINT.findall(typeface.legible(text))) - set(_CODE_POINT.findall(text)))
            if missing:
                is_whole = False
                what = f"no font has {' '.join(missing)} of {quoted(text)} in {slug}: charts write it as a code point"
                yield Finding("fonts", "warning", what, "change the title, or leave it so: nothing is left out")
    if is_whole:
        what = f"{len(typeface.versions())} fonts are shipped, and have all letters of the campaigns' titles and tags"
        yield Finding("fonts", "ok", what)
