"""What must be known of X after some passes: told from what went over the wire, page by page, without the collector.

Where a stretch was read, when, and whether to the end, stands in the questions and in the answers. Of each piece of
time between two edges it is asked which pages answered for it; the ledger must say of it what follows from that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal, TypeAlias

from storage.coverage import State, Stretch
from tests.platforms.x.world import Author, Post, World, snowflake, tag_key, tags_in

SECOND = timedelta(seconds=1)
SETTLING = timedelta(minutes=2)
LAG = timedelta(seconds=30)
REACH = timedelta(days=7) - timedelta(minutes=1)
REPEATS = 3
ALWAYS = datetime(2006, 3, 26, tzinfo=UTC)
"""Before X began there is nothing, and nothing to be known."""


@dataclass(frozen=True)
class Page:
    """A page that came whole: the times of its posts by their ids, and where it goes on.

    Attributes:
        unread: the posts on it that nobody can read, as they came.
    """

    posts: Mapping[str, datetime]
    onward: str | None
    unread: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def all(self) -> frozenset[str | bytes]:
        """Tell what is on it."""
        return frozenset([*self.posts, *self.unread.values()])


Question: TypeAlias = tuple[frozenset[str], datetime, datetime]


@dataclass(frozen=True)
class Heard:
    """A question to X and what came of it.

    Attributes:
        at: X's clock, and `ours`: our own when the answer was in hand.
        page: None: no page came.
        is_kept: the process was not gone before it could have saved it.
    """

    tags: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    token: str | None
    at: datetime
    ours: datetime
    page: Page | None
    is_kept: bool = True

    @property
    def question(self) -> Question:
        """Tell what was asked, whatever the page."""
        return self.tags, self.starts_at, self.ends_at

    @property
    def moment(self) -> datetime:
        """Tell the moment by the clock that is behind; X tells its own to the second."""
        return min(self.ours, floor(self.at))


@dataclass(frozen=True)
class Pass:
    """One pass of the collector.

    Attributes:
        began: by the clock that is behind, and `ended`: by the one that is ahead.
        how: well: nothing went wrong by its own word; budget: a limit ended it; broken off: it was stopped, or killed.
        heard: what it asked.
        limited: a limit held for it.
    """

    tags: frozenset[str]
    began: datetime
    ended: datetime
    how: Literal["well", "budget", "failed", "broken off"]
    heard: Sequence[Heard]
    limited: bool

    @property
    def pages(self) -> list[Heard]:
        """List the pages that it has brought home."""
        return [one for one in self.heard if one.page is not None and one.is_kept]


@dataclass(frozen=True)
class Wish:
    """What is wanted, and how far back X answers; None is open."""

    starts_at: datetime | None
    ends_at: datetime | None
    reach: timedelta | None

    def horizon(self, now: datetime) -> datetime:
        """Find the first second that X surely answers for."""
        return ALWAYS if self.reach is None else floor(now - self.reach) + SECOND

    def span(self, one: Pass) -> tuple[datetime, datetime]:
        """Find what a pass must have tried at least."""
        start = max(self.starts_at or ALWAYS, self.horizon(one.ended))
        newest = floor(one.began - LAG) - 2 * SECOND  # X tells its clock to the second, and late
        return start, min(self.ends_at or newest, newest)


@dataclass(frozen=True)
class Place:
    """How far the pages of a question have come.

    Attributes:
        first: the moment of the first of them, and `earliest`: of the first of those that they may go on from.
        unsure: those that they may go on from held something unreadable.
    """

    question: Question
    top: datetime
    first: datetime
    earliest: datetime
    all: frozenset[str | bytes] = frozenset()
    soiled: bool = False
    unsure: bool = False
    repeats: int = 0


@dataclass(frozen=True)
class Reading:
    """A stretch for which a page has answered whole.

    Attributes:
        reach: before it X may not have answered any more.
        settled: before it all was there for certain, and `at_most`: before it all may count as there.
    """

    heard: Heard
    first: datetime
    starts_at: datetime
    ends_at: datetime
    reach: datetime
    settled: datetime
    at_most: datetime
    soiled: bool
    unsure: bool


@dataclass
class Read:
    """All that the log tells.

    Attributes:
        dead: where X has given the same again and again, or was not asked on: (tags, from, to).
    """

    readings: list[Reading] = field(default_factory=list)
    dead: list[Question] = field(default_factory=list)


def floor(moment: datetime) -> datetime:
    """Drop what is less than a second."""
    return moment.replace(microsecond=0)


def read(log: Iterable[Heard], wish: Wish, pages: int) -> Read:
    """Follow each question from its first page to its last; after so many `pages` no more are asked for."""
    places: dict[tuple[Question, str], Place] = {}
    found = Read()
    for heard in log:
        if heard.page is None or not heard.is_kept:
            continue
        place = places[heard.question, heard.token] if heard.token else _begun(heard, places.values())
        stretch = _stretch(heard, heard.page, place)
        if stretch:
            found.readings.append(_reading(heard, heard.page, place, stretch, wish))
        after = _after(heard.page, place, stretch)
        if heard.page.onward is not None:
            places[heard.question, heard.page.onward] = after
        if after.top > heard.starts_at and (heard.page.onward is None or after.repeats >= REPEATS or pages < 100):
            found.dead.append((heard.tags, heard.starts_at, after.top))
    return found


def _begun(heard: Heard, places: Iterable[Place]) -> Place:
    """Begin a question, which may go on where the token of another one was not taken any more."""
    before = [
        one
        for one in places
        if one.question[0] == heard.tags and one.top == heard.ends_at and one.question[1] <= heard.starts_at
    ]
    earliest = min([heard.moment, *(one.earliest for one in before)])
    unsure = any(one.soiled or one.unsure for one in before)
    return Place(heard.question, heard.ends_at, heard.moment, earliest, unsure=unsure)


def _stretch(heard: Heard, page: Page, place: Place) -> tuple[datetime, datetime] | None:
    """Tell for what a page answers: down to its oldest second, which may go on, or to the end."""
    if page.all and page.all == place.all:
        return None
    if page.onward is None:
        bottom = heard.starts_at
    elif page.posts:
        bottom = min(page.posts.values()) + SECOND
    else:
        return None
    return (bottom, place.top) if bottom < place.top else None


def _reading(heard: Heard, page: Page, place: Place, stretch: tuple[datetime, datetime], wish: Wish) -> Reading:
    return Reading(
        heard,
        place.first,
        *stretch,
        reach=wish.horizon(floor(heard.at)),
        settled=floor(place.earliest - SETTLING),
        at_most=floor(place.first - SETTLING),
        soiled=bool(page.unread) or place.soiled,
        unsure=place.unsure,
    )


def _after(page: Page, place: Place, stretch: tuple[datetime, datetime] | None) -> Place:
    is_repeated = bool(page.all) and page.all == place.all
    return Place(
        place.question,
        stretch[0] if stretch else place.top,
        place.first,
        place.earliest,
        page.all,
        soiled=bool(page.unread) or (place.soiled and stretch is None),
        unsure=place.unsure and stretch is None,
        repeats=place.repeats + 1 if is_repeated else 0,
    )


def complaints(tag: str, ledger: Sequence[Stretch], known: Read, passes: Sequence[Pass], wish: Wish) -> Iterator[str]:
    """Hold the ledger of a tag against the log, piece by piece."""
    mine = [one for one in known.readings if tag in one.heard.tags]
    ours = [one for one in passes if tag in one.tags]
    for start, end in pairwise(sorted({max(ALWAYS, edge) for edge in _edges(ledger, mine, ours, known, wish)})):
        row = next((one for one in ledger if one.starts_at <= start < one.ends_at), None)
        row = row or Stretch(start, end, State.NOT_TRIED)
        known_from = ledger[0].starts_at if ledger else start
        piece = Piece(tag, start, end, row, ours, wish, known_from, [one for one in mine if _holds(one, start, end)])
        for complaint in piece.complaints(known):
            yield f"{tag} {start} to {end} is {row.state} ({row.reason}): {complaint}"


def _holds(one: Reading | Stretch, start: datetime, end: datetime) -> bool:
    return one.starts_at <= start and end <= one.ends_at


def _edges(
    ledger: Sequence[Stretch], mine: Sequence[Reading], ours: Sequence[Pass], known: Read, wish: Wish
) -> Iterator[datetime]:
    for row in ledger:
        yield from (row.starts_at, row.ends_at)
    for one in mine:
        yield from (one.starts_at, one.ends_at, one.reach, one.settled, one.at_most)
    for of in ours:
        yield from (*wish.span(of), wish.horizon(of.ended), *(wish.horizon(floor(page.at)) for page in of.pages))
    for _, start, end in known.dead:
        yield from (start, end)
    yield from (edge for edge in (wish.starts_at, wish.ends_at) if edge is not None)


@dataclass(frozen=True)
class Piece:
    """A piece of time with no edge in it: what the ledger says of it, and the pages that answered for it."""

    tag: str
    start: datetime
    end: datetime
    row: Stretch
    passes: Sequence[Pass]
    wish: Wish
    known_from: datetime
    mine: Sequence[Reading]

    def complaints(self, known: Read) -> Iterator[str]:
        """Say what is wrong."""
        state = self.row.state
        may = any(self.end <= one.at_most and not one.soiled for one in self.mine)
        if state is State.COMPLETE:
            if not may:
                yield "nothing has answered for it"
            return
        if any(self._settles(one) for one in self.mine):
            yield "it was answered for, and had settled"
        if any(self.start >= one.reach for one in self.mine) and state is not State.PARTIAL:
            yield "it was read"
        if not self._is_explained(known):
            yield "nothing explains that"
        yield from self._of_passes()

    def _settles(self, one: Reading) -> bool:
        return self.end <= one.settled and self.start >= one.reach and not one.soiled and not one.unsure

    def _is_explained(self, known: Read) -> bool:
        """Tell whether something has happened that makes a gap be what it is."""
        is_unsettled = any(self.end > one.settled for one in self.mine)
        is_dead = any(self.tag in tags and start <= self.start < end for tags, start, end in known.dead)
        by_reason = {
            "budget": any(one.how == "budget" or (one.how == "broken off" and one.limited) for one in self.passes),
            "settling": is_unsettled,
            "left the reach unsettled": is_unsettled and self._is_out_of_reach(),
            "unparsed": any(one.soiled or one.unsure for one in self.mine),
            "capped": is_dead,
            "repeated": is_dead,
        }
        by_state = {
            State.NOT_TRIED: True,
            State.FAILED: any(self._went_wrong(one) for one in self.passes),
            State.LOST: self._is_out_of_reach(),
            State.PARTIAL: by_reason.get(self.row.reason, False),
        }
        return by_state[self.row.state]

    def _went_wrong(self, one: Pass) -> bool:
        is_wrong = one.how == "failed" or any(heard.page is None for heard in one.heard)
        return is_wrong and self.start < one.ended

    @property
    def is_wanted(self) -> bool:
        """Tell whether it lies within the campaign."""
        is_late = self.wish.starts_at is None or self.wish.starts_at <= self.start
        return is_late and (self.wish.ends_at is None or self.end <= self.wish.ends_at)

    def _is_out_of_reach(self) -> bool:
        return self.end <= max(self.wish.horizon(one.ended) for one in self.passes)

    def _of_passes(self) -> Iterator[str]:
        """Say what a pass has left undone that came to its end by itself."""
        is_unread = not any(self.start >= one.reach for one in self.mine)
        for one in self.passes:
            if one.how == "broken off":
                continue
            first, last = self.wish.span(one)
            if first <= self.start and self.end <= last:
                if self.row.state is State.NOT_TRIED:
                    yield f"the pass of {one.began} should have tried it"
                if one.how == "budget" and is_unread and self.row.state is not State.PARTIAL and self._is_late(one):
                    yield f"the budget has kept the pass of {one.began} from it"
            if one.pages and self._is_left_behind(one):
                yield f"it had left the reach by the pass of {one.began}"

    def _is_late(self, one: Pass) -> bool:
        """Tell whether nothing else went wrong in a pass: what has failed before the limit was met stays so."""
        return all(heard.page is not None for heard in one.heard)

    def _is_left_behind(self, one: Pass) -> bool:
        is_gone = self.known_from <= self.start and self.end <= self.wish.horizon(floor(one.pages[-1].at))
        is_open = self.row.state in {State.NOT_TRIED, State.FAILED} or self.row.reason == "settling"
        return is_gone and is_open and self.is_wanted


def shown(world: World, reading: Reading) -> set[str]:
    """Name the posts that X had of a stretch when it answered for it, each by its first version.

    What turned up only after the first page of its question may stand above the place where the others go on.
    """
    tags = {tag_key(tag) for tag in reading.heard.tags}
    authors = {one.id: one for one in world.authors}
    return {
        str(post.versions[0] if post.versions else post.id)
        for post in world.posts
        if reading.starts_at <= post.created_at < reading.ends_at
        and not tags_in(post).isdisjoint(tags)
        and is_shown(post, authors.get(post.author_id), reading.heard.at)
        and (post.shown_at is None or post.shown_at <= reading.first or post.created_at < reading.ends_at - SECOND)
    }


def is_shown(post: Post, author: Author | None, at: datetime) -> bool:
    """Say whether X's search has a post at a moment: posted, not yet edited, and nothing has become of it."""
    is_gone = (post.deleted_at is not None and post.deleted_at <= at) or (author is not None and author.fate(at))
    is_there = post.id < snowflake(at) and (post.shown_at is None or post.shown_at <= at)
    is_newest = not any(post.id < later < snowflake(at) for later in post.versions)
    return is_there and is_newest and not is_gone and not post.is_repost
