"""How many posts a query finds, by minute, hour or day."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.platforms.x import tokens
from tests.platforms.x.answering import Answer, Context, Reads
from tests.platforms.x.asking import Params
from tests.platforms.x.bounds import FIRST_POST, RECENT, Bounds, Reach, bounds, seconds
from tests.platforms.x.index import Found
from tests.platforms.x.pages import ALL_STARTS, BOUNDS, Span, matching, midnight
from tests.platforms.x.world import EPOCH_MS, milliseconds, snowflake, written

STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
PARAMS = {"query", "granularity", "search_count.fields", *BOUNDS}
ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)


def counts(context: Context, span: Span) -> Answer:
    """Answer with a page of counts, oldest first; the first page is the newest."""
    params = Params(context.request, PARAMS)
    found = matching(context, params, span)
    step = STEPS[params.choice("granularity", tuple(STEPS), "hour")]
    within = bounds(params, context.names, _reach(context, span), context.now)
    question = f"counts {span} {step} {params.text('query')}"
    before = tokens.read(params, question)
    end = within.end if before is None else min(within.end, ORIGIN + timedelta(seconds=before))
    start = within.start
    meta: dict[str, Any] = {}
    if span == "all" and end - start > context.settings.counts_page:
        start = _aligned(end - context.settings.counts_page, step)
        meta["next_token"] = tokens.token(int(start.timestamp()), question)
    shown = _buckets(context, found, within, start, end, step)
    total = sum(one[context.names.of("tweet_count")] for one in shown)
    meta[context.names.of("total_tweet_count")] = total
    body = {"data": shown, "meta": meta} if shown or context.settings.empty_data else {"meta": meta}
    return Answer(body, Reads(requests=(f"counts/{span}",)))


def _buckets(
    context: Context, found: Found, within: Bounds, start: datetime, end: datetime, step: timedelta
) -> list[dict[str, Any]]:
    shown = []
    count = context.names.of("tweet_count")
    while start < end:
        stop = min(end, _aligned(start, step) + step)
        low, high = max(within.low, _floor(start)), min(within.high, _floor(stop))
        number = context.index.count(found, low, high, context.now)
        shown.append({"end": written(stop), "start": written(start), count: number})
        start = stop
    return shown


def _aligned(at: datetime, step: timedelta) -> datetime:
    return at - (at - ORIGIN) % step


def _floor(at: datetime) -> int:
    return snowflake(at) if milliseconds(at) > EPOCH_MS else 0


def _reach(context: Context, span: Span) -> Reach:
    end = seconds(context.now - context.settings.counts_lag)
    if span == "recent":
        # A week before the end that it has by default, as recorded.
        return Reach(seconds(context.now) - RECENT, end - RECENT, end)
    return Reach(FIRST_POST, midnight(context.now) - ALL_STARTS, end)
