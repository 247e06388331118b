"""Which address is answered by what."""

import re
from collections.abc import Callable, Mapping

from tests.platforms.x import compliance, counts, lookup, pages, rules
from tests.platforms.x.answering import Answer
from tests.platforms.x.asking import Request
from tests.platforms.x.stream import Stream

UNAUTHENTICATED = ("PUT /upload/{id}", "GET /download/{id}")
Serve = Callable[..., Answer | Stream]

ROUTES: Mapping[str, Serve] = {
    "GET /2/tweets/search/recent": lambda x, context: pages.search(context, "recent"),
    "GET /2/tweets/search/all": lambda x, context: pages.search(context, "all"),
    "GET /2/tweets/counts/recent": lambda x, context: counts.counts(context, "recent"),
    "GET /2/tweets/counts/all": lambda x, context: counts.counts(context, "all"),
    "GET /2/tweets/search/stream/rules": lambda x, context: rules.listed(context, x.rules),
    "POST /2/tweets/search/stream/rules": lambda x, context: rules.changed(context, x.rules),
    "GET /2/tweets/search/stream": lambda x, context: x.streams.open(context),
    "GET /2/tweets": lambda x, context: lookup.posts(context),
    "GET /2/tweets/{id}": lambda x, context, one: lookup.post(context, one),
    "GET /2/tweets/{id}/retweets": lambda x, context, one: pages.reposts(context, one),
    "GET /2/users": lambda x, context: lookup.users(context),
    "GET /2/usage/tweets": lambda x, context: lookup.usage(context, x.bill),
    "GET /2/compliance/jobs": lambda x, context: compliance.listed(context, x.desk, x.url),
    "POST /2/compliance/jobs": lambda x, context: compliance.created(context, x.desk, x.url),
    "GET /2/compliance/jobs/{id}": lambda x, context, one: compliance.shown(context, x.desk, x.url, one),
    "PUT /upload/{id}": lambda x, context, one: compliance.uploaded(context, x.desk, one),
    "GET /download/{id}": lambda x, context, one: compliance.downloaded(context, x.desk, one),
}
# What is paid for, and whether in posts, which the month's cap counts.
CHARGED: Mapping[str, bool] = {
    "GET /2/tweets/search/recent": True,
    "GET /2/tweets/search/all": True,
    "GET /2/tweets/counts/recent": False,
    "GET /2/tweets/counts/all": False,
    "GET /2/tweets/search/stream": True,
    "GET /2/tweets": True,
    "GET /2/tweets/{id}": True,
    "GET /2/tweets/{id}/retweets": True,
    "GET /2/users": False,
}
_PATTERNS = {
    endpoint: re.compile(re.escape(endpoint).replace(r"\{id\}", "([^/]+)").replace(r"\ ", " ")) for endpoint in ROUTES
}


def route(request: Request) -> tuple[str, tuple[str, ...], Serve | None]:
    """Find the endpoint of a request, what its path gives it, and what serves it."""
    asked = f"{request.method} {request.path}"
    for endpoint, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(asked):
            return endpoint, match.groups(), ROUTES[endpoint]
    return "", (), None
