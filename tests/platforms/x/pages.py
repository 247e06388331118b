"""Pages of posts: search of the last week and of all time, and who passed a post on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

from tests.platforms.x import tokens
from tests.platforms.x.answering import Answer, Context, Reads
from tests.platforms.x.asking import Params, as_id, shaping_params
from tests.platforms.x.bounds import FIRST_POST, RECENT, Reach, bounds, seconds
from tests.platforms.x.including import included
from tests.platforms.x.index import Found
from tests.platforms.x.problems import Body, gone, hidden, invalid
from tests.platforms.x.query import QueryError
from tests.platforms.x.shaping import Shaper
from tests.platforms.x.world import Post

Span = Literal["recent", "all"]
BOUNDS = {"start_time", "end_time", "since_id", "until_id", "next_token", "pagination_token"}
SEARCH = {"query", "max_results", "sort_order", *BOUNDS}
QUERY_LENGTH = {"recent": 512, "all": 1_024}
PAGE = {"recent": 100, "all": 500}
ALL_STARTS = timedelta(days=30)


def search(context: Context, span: Span) -> Answer:
    """Answer a search with a page of what it finds, newest first."""
    params = Params(context.request, SEARCH | shaping_params(context.names))
    found = matching(context, params, span)
    most = params.integer("max_results", 10, PAGE[span], 10)
    order = params.choice("sort_order", ("recency", "relevancy"), "recency")
    shaper = context.shaper(params.wanted(context.names))
    within = bounds(params, context.names, _reach(context, span), context.now)
    question = f"{span} {params.text('query')}"
    before = tokens.read(params, question)
    high = within.high if before is None else min(before, within.high)
    going = context.index.newest_first(found, within.low, high, context.now)
    ids = list(islice(going, most + 1))
    posts = [context.index.posts[one] for one in ids[:most]]
    meta: dict[str, Any] = {"result_count": len(posts)}
    if posts:
        meta |= {"newest_id": str(posts[0].id), "oldest_id": str(posts[-1].id)}
    if len(ids) > most:
        meta["next_token"] = tokens.token(posts[-1].id, question)
    if order == "relevancy":
        posts.sort(key=lambda post: -post.metrics.likes)
    return page(context, shaper, posts, meta)


def matching(context: Context, params: Params, span: Span) -> Found:
    """Find what a request's query matches, or refuse the query with 400."""
    query = params.required("query")
    if len(query) > QUERY_LENGTH[span]:
        why = f"Rule length {len(query)} exceeds the maximum of {QUERY_LENGTH[span]} characters"
        raise invalid(why, "query", query)
    try:
        return context.index.search(query)
    except QueryError as error:
        raise invalid(str(error), "query", query) from error


def page(context: Context, shaper: Shaper, posts: Sequence[Post], meta: dict[str, Any]) -> Answer:
    """Write a page, with what belongs beside its posts."""
    beside = included(shaper, posts)
    body: Body = {"data": [shaper.post(post) for post in posts]}
    if not posts and not context.settings.empty_data:
        body.pop("data")
    if shown := beside.shaped(shaper):
        body["includes"] = shown
    if beside.errors:
        body["errors"] = list(beside.errors.values())
    reads = frozenset(post.id for post in posts)
    if not context.settings.bills_includes:
        return Answer(body | {"meta": meta}, Reads(reads))
    return Answer(body | {"meta": meta}, Reads(reads | set(beside.posts), frozenset(beside.authors)))


def reposts(context: Context, of: str) -> Answer:
    """Answer who passed a post on: reposts, newest first."""
    params = Params(context.request, {"max_results", "pagination_token"} | shaping_params(context.names))
    target = as_id("id", of)
    most = params.integer("max_results", 1, 100, 100)
    shaper = context.shaper(params.wanted(context.names))
    before = tokens.read(params, f"reposts {of}", ("pagination_token",))
    if fate := context.index.fate(target, context.now):
        make = hidden if fate == "hidden" else None
        said = make(context.names, "tweet", "id", of, "data") if make else gone(context.names, "tweet", "id", of)
        return Answer({"errors": [said]})
    ids = [one for one in context.index.reposts_of(target, context.now) if before is None or one < before]
    kept = ids[: -most - 1 : -1]
    meta: dict[str, Any] = {"result_count": len(kept)}
    if len(ids) > most:
        meta["next_token"] = tokens.token(kept[-1], f"reposts {of}")
    return page(context, shaper, [context.index.posts[one] for one in kept], meta)


def _reach(context: Context, span: Span) -> Reach:
    end = seconds(context.now - context.settings.search_lag)
    if span == "recent":
        first = seconds(context.now) - RECENT
        return Reach(first, first, end)
    return Reach(FIRST_POST, midnight(context.now) - ALL_STARTS, end)


def midnight(at: datetime) -> datetime:
    """Go back to where a UTC day starts."""
    return seconds(at).replace(hour=0, minute=0, second=0)
