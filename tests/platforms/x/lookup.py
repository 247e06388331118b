"""Single posts and users by their ids, with a word for each that is gone; and what was used."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.platforms.x.answering import Answer, Context, Reads
from tests.platforms.x.asking import Params, as_id, shaping_params
from tests.platforms.x.bill import Bill
from tests.platforms.x.including import included
from tests.platforms.x.pages import midnight
from tests.platforms.x.problems import Body, gone, hidden, suspended
from tests.platforms.x.shaping import Shaper
from tests.platforms.x.world import Author, Post, written

APP_ID = "29035897"
PROJECT_ID = "381"
MOST_IDS = 100
USAGE_FIELDS = (
    "cap_reset_day",
    "daily_client_app_usage",
    "daily_project_usage",
    "project_cap",
    "project_id",
    "project_usage",
)


def posts(context: Context) -> Answer:
    """Answer with the posts of some ids, in the order asked for."""
    params = Params(context.request, {"ids"} | shaping_params(context.names))
    asked = params.ids("ids", MOST_IDS)
    shaper = context.shaper(params.wanted(context.names))
    there, missing = _read(context, asked, "ids")
    return _reply(context, shaper, there, [shaper.post(post) for post in there], missing)


def post(context: Context, one: str) -> Answer:
    """Answer with one post; one that is gone is an error within a reply of 200."""
    params = Params(context.request, shaping_params(context.names))
    as_id("id", one)
    shaper = context.shaper(params.wanted(context.names))
    there, missing = _read(context, [one], "id")
    return _reply(context, shaper, there, shaper.post(there[0]) if there else None, missing)


def _read(context: Context, asked: Sequence[str], parameter: str) -> tuple[list[Post], list[Body]]:
    there, missing = [], []
    for value in asked:
        match context.index.fate(int(value), context.now):
            case "":
                there.append(context.index.posts[int(value)])
            case "hidden":
                missing.append(hidden(context.names, "tweet", parameter, value, "data"))
            case _:
                missing.append(gone(context.names, "tweet", parameter, value))
    return there, missing


def _reply(context: Context, shaper: Shaper, there: list[Post], shown: Any, missing: list[Body]) -> Answer:
    beside = included(shaper, there)
    body: Body = {"data": shown} if there else {}
    if found := beside.shaped(shaper):
        body["includes"] = found
    if errors := [*missing, *beside.errors.values()]:
        body["errors"] = errors
    reads = frozenset(one.id for one in there)
    if not context.settings.bills_includes:
        return Answer(body, Reads(reads))
    return Answer(body, Reads(reads | set(beside.posts), frozenset(beside.authors)))


def users(context: Context) -> Answer:
    """Answer with the users of some ids."""
    fields = {"user.fields", "expansions", "tweet.fields" if context.names.has_old_ones else "post.fields"}
    params = Params(context.request, {"ids", *fields})
    asked = params.ids("ids", MOST_IDS)
    shaper = context.shaper(params.wanted(context.names))
    there: list[Author] = []
    missing: list[Body] = []
    for value in asked:
        author = context.index.authors.get(int(value))
        fate = author.fate(context.now) if author else "deleted"
        if author is not None and fate in {"", "protected"}:
            there.append(author)
        else:
            say = suspended(context.names, "ids", value) if fate == "suspended" else None
            missing.append(say or gone(context.names, "user", "ids", value))
    body: Body = {"data": [shaper.user(author) for author in there]} if there else {}
    if missing:
        body["errors"] = missing
    return Answer(body, Reads(users=frozenset(author.id for author in there)))


def usage(context: Context, bill: Bill) -> Answer:
    """Answer with what the bill says, in posts."""
    params = Params(context.request, {"days", "usage.fields"})
    days = params.integer("days", 1, 90, 7)
    asked = params.names("usage.fields", USAGE_FIELDS) or {
        "cap_reset_day",
        "project_cap",
        "project_id",
        "project_usage",
    }
    settings, now = context.settings, context.now
    is_text = settings.usage_as_text or not context.names.has_old_ones
    number = str if is_text else int
    since = (midnight(now) - timedelta(days=days - 1)).date()
    daily = [
        {"date": written(datetime(day.year, day.month, day.day, tzinfo=UTC)), "usage": number(posts)}
        for day, posts in sorted(bill.posts_by_day.items(), reverse=True)
        if day >= since
    ]
    used = {"usage": daily} if daily else {}
    project = {"project_id": PROJECT_ID if is_text else int(PROJECT_ID), **used}
    every = {
        "cap_reset_day": settings.cap_reset_day,
        "project_cap": number(settings.cap),
        "project_id": PROJECT_ID,
        "project_usage": number(bill.posts_in_period(now, settings)),
        "daily_project_usage": project,
        "daily_client_app_usage": [{"client_app_id": APP_ID, **used, "usage_result_count": len(daily)}],
    }
    return Answer({"data": {name: every[name] for name in USAGE_FIELDS if name in asked}})
