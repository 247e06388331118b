"""What to write into config.yaml for a table that nobody has described: its own columns, where their names tell."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

_LIKELY: Final = {
    "id": ("id", "tweet_id", "post_id", "status_id", "id_str", "tweetid", "uri"),
    "created_at": ("created_at", "date", "datetime", "timestamp", "time", "created", "published", "tweet_date"),
    "text": ("text", "full_text", "body", "content", "tweet", "message", "tweet_text", "rawcontent"),
    "author_id": ("author_id", "user_id", "userid", "from_user_id"),
    "author_handle": ("author_handle", "username", "screen_name", "user", "author", "handle", "user_username"),
    "lang": ("lang", "language"),
}
"""Names that columns often have, by what they then hold."""

_MUST: Final = ("id", "created_at", "text")
_MORE: Final = 40


def skeleton(name: str, columns: Sequence[str]) -> str:
    """Write the lines of a table of that file's name and columns, to be looked through by who knows it."""
    return "\n".join(_lines(name, columns)) + "\n"


def _lines(name: str, columns: Sequence[str]) -> Iterator[str]:
    chosen = {field: column for field, likely in _LIKELY.items() if (column := _first(likely, columns))}
    yield "tables:"
    yield f"  {_slug(name)}:"
    yield "    platform: x # or bluesky, mastodon"
    yield "    columns: # what each holds: is it so?"
    for field in _LIKELY:
        if field in chosen:
            yield f"      {field}: {_quoted(chosen[field])}"
        elif field in _MUST:
            yield f"      {field}: # which column?"
    yield '    times: iso # or seconds, milliseconds, x, or a pattern such as "%d/%m/%Y %H:%M"'
    yield "    time_zone: UTC # of times that do not tell theirs"
    rest = [column for column in columns if column not in chosen.values()]
    if rest:
        yield f"    # not read: {', '.join(map(_quoted, rest[:_MORE]))}{', …' if len(rest) > _MORE else ''}"


def _first(likely: Sequence[str], columns: Sequence[str]) -> str | None:
    plain = {re.sub(r"[\W_]+", "_", column.casefold()).strip("_"): column for column in reversed(columns)}
    return next((plain[name] for name in likely if name in plain), None)


def _slug(name: str) -> str:
    """Make a short name of a file's that YAML takes for text, whatever it is."""
    words = "-".join(re.findall(r"[^\W_]+", name.casefold()))[:50]
    return f"{words}-table" if words else "my-table"


def _quoted(column: str) -> str:
    """Write a text as YAML reads it back: JSON's strings are YAML's."""
    return json.dumps(column, ensure_ascii=False)
