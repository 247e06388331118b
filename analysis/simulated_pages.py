"""A simulated campaign as X's API v2 would have sent it, so that it can be collected like a real one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from analysis.simulate import Simulated

_REFERENCES: Final = {"reply": "replied_to", "quote": "quoted", "repost": "retweeted"}
_CUT: Final = 140


@dataclass(frozen=True, slots=True)
class _Told:
    """A campaign as plain rows; `answers` counts them by (parent, kind)."""

    posts: Sequence[Mapping[Any, Any]]
    authors: Sequence[Mapping[Any, Any]]
    answers: Counter[tuple[int, str]]


def as_x_v2(simulated: Simulated, page: int = 100) -> Iterator[dict[str, Any]]:
    """Write a campaign as pages of X's API v2: {data, includes, meta}, newest first, `page` posts each.

    includes has the authors and the posts that the page refers to; a repost's own text is cut as X cuts it.
    """
    posts = simulated.posts.to_dict("records")
    answers = Counter((post["parent"], post["kind"]) for post in posts)
    told = _Told(posts, simulated.authors.to_dict("records"), answers)
    newest_first = range(len(posts) - 1, -1, -1)
    for start in range(0, len(posts), page):
        yield _page(told, newest_first[start : start + page])


def _page(told: _Told, rows: Sequence[int]) -> dict[str, Any]:
    referred = sorted({told.posts[row]["parent"] for row in rows} - {-1}, reverse=True)
    writers = sorted({told.posts[row]["author"] for row in (*rows, *referred)})
    data = [_post(told, row) for row in rows]
    return {
        "data": data,
        "includes": {
            "users": [_user(told.authors[writer]) for writer in writers],
            "tweets": [_post(told, row) for row in referred],
        },
        "meta": {"newest_id": data[0]["id"], "oldest_id": data[-1]["id"], "result_count": len(data)},
    }


def _post(told: _Told, row: int) -> dict[str, Any]:
    post = told.posts[row]
    text = _own_text(told, post)
    return {
        "id": post["post_id"],
        "edit_history_tweet_ids": [post["post_id"]],
        "author_id": told.authors[post["author"]]["author_id"],
        "created_at": _time(post["created_at"]),
        "conversation_id": told.posts[post["conversation"]]["post_id"],
        "lang": post["lang"],
        "text": text,
        "public_metrics": {
            "retweet_count": told.answers[row, "repost"],
            "reply_count": told.answers[row, "reply"],
            "quote_count": told.answers[row, "quote"],
            "like_count": 3 * told.answers[row, "repost"],
        },
        **_references(told, post),
        **_entities(text, post["tag"]),
    }


def _own_text(told: _Told, post: Mapping[Any, Any]) -> str:
    text = str(post["text"])
    if post["kind"] != "repost":
        return text
    writer = told.authors[told.posts[post["parent"]]["author"]]
    whole = f"RT @{writer['handle']}: {text}"
    return whole if len(whole) <= _CUT else whole[: _CUT - 1] + "…"


def _references(told: _Told, post: Mapping[Any, Any]) -> dict[str, Any]:
    if post["kind"] == "original":
        return {}
    parent = told.posts[post["parent"]]
    reference = {"referenced_tweets": [{"type": _REFERENCES[post["kind"]], "id": parent["post_id"]}]}
    if post["kind"] != "reply":
        return reference
    return {**reference, "in_reply_to_user_id": told.authors[parent["author"]]["author_id"]}


def _entities(text: str, tag: str) -> dict[str, Any]:
    start = text.find(f"#{tag}")
    if start < 0:
        return {}
    return {"entities": {"hashtags": [{"start": start, "end": start + len(tag) + 1, "tag": tag}]}}


def _user(author: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": author["author_id"],
        "username": author["handle"],
        "name": author["name"],
        "created_at": _time(author["created_at"]),
        "public_metrics": {"followers_count": author["followers"]},
    }


def _time(instant: pd.Timestamp) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")
