"""The words of a report that a reader may not know, and what they mean."""

from typing import Final

from analysis.language import Speech

_WORDS: Final = ("Post", "Repost", "Author", "Episode", "Lost", "Partial")
_MEANINGS: Final = (
    "What somebody wrote: an original, a reply, or a quote that adds words to another post.",
    "Another's post passed on without a word; it is no post of its own here.",
    "An account that wrote at least one post; one person may have several.",
    "A time with far more posts than this campaign usually has.",
    "The source was asked and failed, or was not asked in time: these posts can no longer be collected.",
    "The source was asked and gave something; nobody knows whether it was all.",
)


def glossary(speech: Speech) -> list[tuple[str, str]]:
    """List words with their meanings."""
    return list(zip(map(speech.say, _WORDS), map(speech.say, _MEANINGS), strict=True))
