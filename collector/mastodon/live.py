"""A server of Mastodon as a source: its hashtag timelines, window by window."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import requests

from collector.errors import AccessRefused, PayloadError, RateLimited, SourceError, Unavailable, Unreadable
from collector.mastodon.client import Answer, Client, refused
from collector.mastodon.paging import UNIT, Spot, first_spot, spot_at, turn
from collector.mastodon.payload import item_or_error
from collector.mastodon.policy import Policy, policy_of
from collector.mastodon.settings import Settings
from collector.source import Page, Query, Traits, Window
from storage.instant import to_text
from storage.known_posts import KnownPost
from storage.post import Deletion, Item

PLATFORM: Final = "mastodon"
SETTLING: Final = timedelta(hours=24)
TOGETHER: Final = 4
"""Tags in one request: Mastodon takes the leading one and three others, and passes over more without a word."""
JUST_NOW: Final = timedelta(minutes=10)
"""A window that ends no longer ago than that is of new posts, and is read forward."""
POLICY_LASTS: Final = timedelta(minutes=5)


class MastodonSource:
    """The hashtag timelines of one server, as a `collector.source.Source`.

    They hold what reached the server, without boosts: the source yields posts, and does not see all of Mastodon.
    Posts of other servers come late, in the place of their own time: it takes up to a day until a stretch has
    settled. One pass at a time; nothing is asked before its page is.
    """

    def __init__(
        self, settings: Settings, *, now: Callable[[], datetime], session: requests.Session | None = None
    ) -> None:
        """Make ready to ask; `now` is our clock, the session is the source's own from now on."""
        self._host = settings.host
        self._has_token = settings.token is not None
        self._now = now
        self._client = Client(settings, session or requests.Session(), now)
        self._policy = Policy()
        self._policy_read_at: datetime | None = None
        self._has_times: bool | None = None
        self._known_tags: set[str] = set()
        self._counted = 0
        self._traits = Traits(
            platform=PLATFORM,
            name=PLATFORM,
            server=settings.host,
            settling=SETTLING,
            unit=UNIT,
            reread_every=SETTLING,
            sees_all=False,
            looks_up=True,
        )

    @property
    def traits(self) -> Traits:
        """Tell what is true of the server; only of Mastodon itself it is known that tags can be asked for at once."""
        return replace(self._traits, tags_at_once=TOGETHER if self._policy.is_mastodon else 1)

    def close(self) -> None:
        """Close the connections that wait for a next request."""
        self._client.close()

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer page by page, newest first or, of new posts, oldest first.

        Raises:
            RateLimited, Unavailable: see collector.errors.
            PayloadError: the answer is JSON and no list of statuses.
            AccessRefused: the server does not show its hashtag timelines, or only a part of them.
        """
        self._read_policy()
        spot = spot_at(cursor) if cursor is not None else self._first_spot(window)
        rest: Window | None = window
        while rest is not None:
            answer, statuses = self._timeline(query.tags, spot)
            turned = turn(rest, spot, statuses, answer.links)
            if self._has_times is None and statuses:
                self._has_times = turned.has_times
            observed_at = to_text(answer.served_at or self._now())
            yield Page(
                items=tuple(item_or_error(one, self._host, observed_at) for one in statuses),
                completes=turned.completes,
                cursor=None if turned.next is None else turned.next.cursor,
                exhausted=turned.is_last,
                server_now=answer.served_at,
                requests=self._count(),
            )
            if turned.next is None:
                return
            spot, rest = turned.next, rest.without(turned.completes)

    def look_up(self, posts: Iterable[KnownPost]) -> Iterator[Page]:
        """Ask for posts that no longer stand where they stood, a page for each.

        A page holds the post as it is now, or its deletion; neither where the server does not tell.
        """
        for post in posts:
            answer = self._client.status(post.local_id)
            if answer.status >= requests.codes.server_error:
                raise refused(answer, self._host)
            served_at = answer.served_at or self._now()
            gone = answer.status in {requests.codes.not_found, requests.codes.gone}
            deletion = Deletion(
                platform=PLATFORM,
                platform_id=post.platform_id,
                deleted_at=to_text(served_at),
                reason=f"gone from {self._host}",
            )
            yield Page(
                items=tuple(_still_there(answer, self._host, served_at)),
                completes=None,
                server_now=answer.served_at,
                requests=self._count(),
                deletions=(deletion,) if gone else (),
            )

    def _first_spot(self, window: Window) -> Spot:
        is_new = window.ends_at >= self._now() - JUST_NOW
        is_forward = is_new and self._policy.is_mastodon
        return first_spot(window, has_times=bool(self._has_times), is_forward=is_forward)

    def _timeline(self, tags: tuple[str, ...], spot: Spot) -> tuple[Answer, list[Any]]:
        """Ask for a page of what has any of the tags.

        Of a leading tag that it never saw a server says that there is nothing, whatever the others have: silence
        counts once a tag has led that the server is known to know, or each of them.
        """
        known = [tag for tag in tags if tag in self._known_tags]
        leaders = known[:1] or list(tags)
        for leader in leaders:
            others = (tag for tag in tags if tag != leader)
            answer = self._client.timeline((leader, *others), **spot.asked)
            statuses = self._statuses(answer)
            if statuses:
                self._known_tags.add(leader)
                break
        return answer, statuses

    def _statuses(self, answer: Answer) -> list[Any]:
        if answer.status != requests.codes.ok:
            raise self._why_refused(answer)
        statuses = _read(answer, self._host)
        if not isinstance(statuses, list):
            raise PayloadError(answer.body, f"{self._host} answered with no list of statuses")
        return statuses

    def _why_refused(self, answer: Answer) -> SourceError:
        """Say why a page was refused: the server may have closed its timelines since it was asked whether it does."""
        error = refused(answer, self._host)
        if isinstance(error, AccessRefused):
            self._policy_read_at = None
            with suppress(RateLimited, Unavailable):
                self._read_policy()
        return error

    def _read_policy(self) -> None:
        """Read who may read the timelines; raises AccessRefused where we may not."""
        now, read_at = self._now(), self._policy_read_at
        if read_at is None or not read_at <= now < read_at + POLICY_LASTS:
            answer = self._client.instance()
            if answer.status >= requests.codes.server_error:
                raise refused(answer, self._host)
            is_told = answer.status == requests.codes.ok
            self._policy = policy_of(_read(answer, self._host)) if is_told else Policy()
            self._policy_read_at = now
        refusal = self._policy.refusal(has_token=self._has_token)
        if refusal is not None:
            self._policy_read_at = None
            raise AccessRefused(f"{self._host}: {refusal}")

    def _count(self) -> int:
        """Count the requests that were made since the last page."""
        made = self._client.requests - self._counted
        self._counted = self._client.requests
        return made


def _read(answer: Answer, host: str) -> Any:
    """Read an answer's JSON; raises Unavailable for an answer that was cut short, or is another's."""
    try:
        return answer.json
    except Unreadable as error:
        what = "JSON that breaks off or is none" if answer.is_json else "a page that is not JSON"
        raise Unavailable(f"{host} answered with {what}") from error


def _still_there(answer: Answer, host: str, served_at: datetime) -> Iterator[Item]:
    if answer.status == requests.codes.ok:
        yield item_or_error(_read(answer, host), host, to_text(served_at))
