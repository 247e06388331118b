"""A hashtag as it stands in a text, whatever the platform."""

from typing import NamedTuple


class Tag(NamedTuple):
    """A hashtag of a text: as written, without its '#', and text[start:end], which has the '#' if the text has it."""

    written: str
    start: int
    end: int
