"""Posts of the Internet Research Agency, as the published collections list them: a CSV row each. Pure.

The files have no post ids. A post's id is made of its author, minute and text, so a row given twice is one
post; its address is the account's, for there is none to make without an id.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from html import unescape
from typing import Final
from urllib.parse import quote

import orjson

from collector.archive.tables.known import KnownColumns
from collector.errors import Unreadable
from collector.extract import x as extract
from collector.x.rules import FAR_AHEAD, X_BEGAN
from storage.instant import Instant
from storage.post import Author, Item, Mention, Post

PLATFORM: Final = "x"
RESOLUTION: Final = 60
"""Seconds to which the files tell a post's time."""

COLUMNS: Final = frozenset(
    {
        "author_id",
        "author",
        "content",
        "language",
        "publish_date",
        "harvested_date",
        "following",
        "followers",
        "updates",
        "post_type",
    }
)
"""The columns that are read; a file that has them all is in this form."""

PASSED_OVER: Final = {
    "external_author_id": "X's number of the account, which a spreadsheet rounded where it is long",
    "account_type": "the collectors' own judgement of the account",
    "account_category": "the collectors' own judgement of the account",
    "region": "a guess at where the account is, made by the tool that collected it",
    "retweet": "1 for reposts and quotes alike; post_type tells them apart",
}
"""Why a column is not read; the payload has the whole row."""

_KNOWN: Final = KnownColumns("IRA", COLUMNS | PASSED_OVER.keys())
_KINDS: Final = {"": (False, False), "R": (True, False), "Q": (False, True)}
_TIME: Final = "2015-11-26 20:11:00"


def item(row: Mapping[str, str]) -> Item:
    """Read a row of texts; raises Unreadable where a column is missing, or a date, a number or the kind of post odd."""
    if missing := COLUMNS - row.keys():
        raise Unreadable(f"no column {', '.join(sorted(missing))}")
    payload = _payload(row)
    if not row["author_id"]:
        raise Unreadable("no author_id")
    post = _post(row)
    author = Author(
        platform=PLATFORM,
        platform_id="ira:" + row["author_id"],
        server=PLATFORM,
        handle=row["author"] or None,
        followers=_number(row, "followers"),
        following=_number(row, "following"),
        posts=_number(row, "updates"),
        observed_at=post.observed_at,
        carried_at=post.created_at,
    )
    return Item(payload=payload, post=post, authors=(author,), unknown=_KNOWN.unknown(row))


def _post(row: Mapping[str, str]) -> Post:
    if row["post_type"] not in _KINDS:
        raise Unreadable(f"post_type is {row['post_type'][:40]!r}, not empty, R or Q")
    is_repost, is_quote = _KINDS[row["post_type"]]
    text = unescape(row["content"])
    return Post(
        platform=PLATFORM,
        platform_id=_made_id(row),
        server=PLATFORM,
        author="ira:" + row["author_id"],
        created_at=_instant(row, "publish_date"),
        time_resolution=RESOLUTION,
        url="https://x.com/" + quote(row["author"] or row["author_id"], safe=""),
        observed_at=_instant(row, "harvested_date"),
        text=text,
        text_cut=is_repost,
        lang=LANGUAGES.get(row["language"]),
        hashtags=extract.hashtags(text),
        links=extract.links(text),
        mentions=tuple([Mention(handle) for handle in extract.mentions(text)]),
        is_repost=is_repost,
        is_quote=is_quote,
    )


def _payload(row: Mapping[str, str]) -> bytes:
    try:
        return orjson.dumps({"data": row}, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Unreadable("not UTF-8") from error


def _made_id(row: Mapping[str, str]) -> str:
    made_of = "\x1f".join((row["author_id"], row["publish_date"], row["content"]))
    return "made:" + sha256(made_of.encode()).hexdigest()[:32]


def _instant(row: Mapping[str, str], column: str) -> Instant:
    """Slice a time as the files write it, in UTC, into an instant."""
    moment = row[column]
    if len(moment) == len(_TIME) and (moment[7], moment[10], moment[16]) == ("-", " ", ":"):
        try:
            datetime.fromisoformat(moment)
        except ValueError:
            pass
        else:
            if X_BEGAN <= moment < FAR_AHEAD:
                return f"{moment[:10]}T{moment[11:]}.000000Z"
    raise Unreadable(f"{column} is {moment[:40]!r}, not a time like {_TIME}")


def _number(row: Mapping[str, str], column: str) -> int | None:
    text = row[column]
    if text.isascii() and text.isdigit() and len(text) < len(str(2**63)):
        return int(text)
    if not text:
        return None
    raise Unreadable(f"{column} is {text[:40]!r}, not a number")


LANGUAGES: Final = {
    "Albanian": "sq",
    "Arabic": "ar",
    "Bulgarian": "bg",
    "Catalan": "ca",
    "Croatian": "hr",
    "Czech": "cs",
    "Danish": "da",
    "Dutch": "nl",
    "English": "en",
    "Estonian": "et",
    "Farsi (Persian)": "fa",
    "Finnish": "fi",
    "French": "fr",
    "German": "de",
    "Greek": "el",
    "Gujarati": "gu",
    "Hebrew": "he",
    "Hindi": "hi",
    "Hungarian": "hu",
    "Icelandic": "is",
    "Indonesian": "id",
    "Italian": "it",
    "Japanese": "ja",
    "Kannada": "kn",
    "Korean": "ko",
    "Kurdish": "ku",
    "LANGUAGE UNDEFINED": "und",
    "Latvian": "lv",
    "Lithuanian": "lt",
    "Macedonian": "mk",
    "Malay": "ms",
    "Malayalam": "ml",
    "Norwegian": "no",
    "Polish": "pl",
    "Portuguese": "pt",
    "Punjabi": "pa",
    "Pushto": "ps",
    "Romanian": "ro",
    "Russian": "ru",
    "Saami": "se",
    "Serbian": "sr",
    "Simplified Chinese": "zh",
    "Slovak": "sk",
    "Slovenian": "sl",
    "Somali": "so",
    "Spanish": "es",
    "Swahili": "sw",
    "Swedish": "sv",
    "Tagalog (Filipino)": "tl",
    "Tamil": "ta",
    "Thai": "th",
    "Traditional Chinese": "zh",
    "Turkish": "tr",
    "Ukrainian": "uk",
    "Urdu": "ur",
    "Uzbek": "uz",
    "Vietnamese": "vi",
}
"""The code of each language that the files name; of a language not here the post says none."""
