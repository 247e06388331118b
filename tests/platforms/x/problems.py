"""What X says when it refuses, and what it says of single things that are gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.x.names import Names

Body = dict[str, Any]
BLANK = "about:blank"


@dataclass(eq=False)
class Refused(Exception):
    """A request that is answered with an error.

    Attributes:
        kind: the last part of the problem type's address; '': about:blank.
        complaints: per wrong parameter, what is wrong with it, its name and its value.
        headers: sent with it.
    """

    status: int
    kind: str
    title: str
    detail: str
    complaints: tuple[tuple[str, str, str], ...] = ()
    more: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, names: Names) -> Body:
        """Write it as a version does."""
        said: Body = {"title": self.title, "detail": self.detail}
        said["type"] = names.problem(self.kind) if self.kind else BLANK
        if not self.kind:
            said["status"] = self.status
        if self.complaints and names.has_old_ones:
            said["errors"] = [{"parameters": {name: [value]}, "message": why} for why, name, value in self.complaints]
        elif self.complaints:
            why, name, value = self.complaints[0]
            said |= {"detail": why, "parameter": name, "value": value, "status": self.status}
        return said | dict(self.more or {})


def invalid(why: str, parameter: str, value: str) -> Refused:
    """Refuse a request for one of its parameters: 400."""
    return all_invalid([(why, parameter, value)])


def all_invalid(complaints: Iterable[tuple[str, str, str]]) -> Refused:
    """Refuse a request for some of its parameters: 400."""
    detail = "One or more parameters to your request was invalid."
    return Refused(400, "invalid-request", "Invalid Request", detail, tuple(complaints))


def unauthorized() -> Refused:
    """Refuse a token that is missing, wrong or too old: 401."""
    return Refused(401, "", "Unauthorized", "Unauthorized")


def not_enrolled(client_id: str) -> Refused:
    """Refuse an app that may not use this at all: 403."""
    detail = (
        "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a Twitter"
        " developer App that is attached to a Project."
    )
    more = {
        "client_id": client_id,
        "reason": "client-not-enrolled",
        "required_enrollment": "Appropriate Level of API Access",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
    }
    return Refused(403, "client-forbidden", "Client Forbidden", detail, more=more)


def forbidden() -> Refused:
    """Refuse an app that may not use this endpoint: 403."""
    return Refused(403, "", "Forbidden", "Forbidden")


def not_found() -> Refused:
    """Refuse an address that there is not: 404."""
    return Refused(404, "", "Not Found", "Not Found")


def too_many() -> Refused:
    """Refuse a request beyond its window's number: 429."""
    return Refused(429, "", "Too Many Requests", "Too Many Requests")


def capped(account: str) -> Refused:
    """Refuse a request beyond the month's number of posts: 429."""
    more = {"account_id": account, "product_name": "standard-basic", "period": "Monthly", "scope": "Product"}
    return Refused(429, "usage-capped", "UsageCapExceeded", "Usage cap exceeded: Monthly product cap", more=more)


def out_of_credits(account: str) -> Refused:
    """Refuse a request that nothing is left to pay with: 402."""
    detail = f"Your enrolled account [{account}] does not have any credits to fulfill this request."
    return Refused(402, "credits", "CreditsDepleted", detail, more={"account_id": account})


def one_stream_only() -> Refused:
    """Refuse a second connection to the stream: 429."""
    detail = "This stream is currently at the maximum allowed connection limit."
    more = {"connection_issue": "TooManyConnections"}
    return Refused(429, "streaming-connection", "ConnectionException", detail, more=more)


def gone(names: Names, resource: str, parameter: str, value: str) -> Body:
    """Tell that a thing asked for is not there."""
    return {
        "resource_id": value,
        "parameter": parameter,
        "resource_type": names.of(resource),
        "title": "Not Found Error",
        "value": value,
        "detail": f"Could not find {names.of(resource)} with {parameter}: [{value}].",
        "type": names.problem("resource-not-found"),
    }


def suspended(names: Names, parameter: str, value: str) -> Body:
    """Tell that a user is there no more because X suspended it."""
    said = gone(names, "user", parameter, value)
    return said | {"title": "Forbidden", "detail": f"User has been suspended: [{value}]."}


def hidden(names: Names, resource: str, parameter: str, value: str, section: str) -> Body:
    """Tell that a thing asked for may not be seen."""
    return {
        "resource_id": value,
        "parameter": parameter,
        "resource_type": names.of(resource),
        "section": section,
        "title": "Authorization Error",
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {names.of(resource).title()} with {parameter}: [{value}].",
        "type": names.problem("not-authorized-for-resource"),
    }
