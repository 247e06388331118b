"""What an archive would bring, told before anything is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from collector.archive.forms import Form, recognise
from collector.archive.reading import read_from
from storage.campaign import Campaign
from storage.instant import from_text
from storage.membership import Rule, rule_of
from storage.post import Item, Post
from storage.tag import fold

Progress: TypeAlias = Callable[[int, int], None]
"""Told (bytes read, bytes in all) from time to time; what it raises ends the reading."""

NAMED_ERRORS: Final = 20
"""So many broken lines are named; all are counted."""

_REPORT_EVERY: Final = 2_000


def silent(_done: int, _whole: int) -> None:
    """Make nothing of the progress."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in an archive.

    Attributes:
        form: its form.
        found: posts that it returns, each once.
        authors: who wrote them.
        referred: posts known only because a found one refers to them.
        first, last: the times of the earliest and the latest found post; None where there is none.
        unparsed: lines, rows and posts that cannot be read.
        errors: the first of them, by line number and reason.
        members: how many found posts each campaign would have of this file alone, by slug.
    """

    form: Form
    found: int
    authors: int
    referred: int
    first: datetime | None
    last: datetime | None
    unparsed: int
    errors: tuple[str, ...]
    members: Mapping[str, int]


def survey(
    path: Path, campaigns: Sequence[Campaign] = (), *, form: Form | None = None, progress: Progress = silent
) -> Survey:
    """Read a file and tell what is in it; nothing is written.

    It takes some hundred bytes of memory for each post of the file: repetitions have to be known.

    Raises:
        NotPosts, NotAnArchive: see `recognise`; not where the form is given.
    """
    form = form or recognise(path)
    census = _Census([rule_of(campaign, number) for number, campaign in enumerate(campaigns)])
    whole = path.stat().st_size
    with path.open("rb") as file:
        for number, item in enumerate(read_from(file, form), 1):
            census.count(item)
            if number % _REPORT_EVERY == 0:
                progress(file.tell(), whole)
    progress(whole, whole)
    return census.result(form)


class _Told(NamedTuple):
    """What decides a post's membership, as its best reading tells it; sets of rules are bits of a number."""

    standing: tuple[int, bool, str]
    in_time: int
    carried: int
    excluded_by_tag: int
    excluded: int
    repost_of: str | None


class _Census:
    """Counts the posts of a file, and for each rule those that it admits."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._told: dict[str, _Told] = {}
        self._first_ids: dict[str, str] = {}
        self._found: set[str] = set()
        self._authors: set[str] = set()
        self._times: list[str] = []
        self._unparsed = 0
        self._errors: list[str] = []

    def count(self, item: Item) -> None:
        post = item.post
        if post is None:
            self._unparsed += 1
            if len(self._errors) < NAMED_ERRORS:
                self._errors.append(item.error or "")
            return
        self._found.add(post.platform_id)
        self._authors.add(post.author or "")
        self._times = [min([post.created_at, *self._times]), max([post.created_at, *self._times])]
        handles = {author.platform_id: author.handle for author in item.authors}
        for one in (post, *item.referred):
            self._note(one, handles.get(one.author or ""))

    def _note(self, post: Post, handle: str | None) -> None:
        standing = (post.version or 0, not post.text_cut, post.observed_at or "")
        before = self._told.get(post.platform_id)
        if before is None or before.standing < standing:
            self._told[post.platform_id] = self._tell(post, handle, standing)
        if len(post.ids) > 1:
            self._first_ids.update((local_id, post.platform_id) for _server, local_id in post.ids)

    def _tell(self, post: Post, handle: str | None, standing: tuple[int, bool, str]) -> _Told:
        keys = {fold(tag) for tag in post.hashtags}
        names = {(handle or "").lower(), (post.author or "").lower()}
        rules = self._rules
        return _Told(
            standing=standing,
            in_time=_bits(_in_time(rule, post.created_at) for rule in rules),
            carried=_bits(not keys.isdisjoint(rule.keys) for rule in rules),
            excluded_by_tag=_bits(not keys.isdisjoint(rule.excluded_keys) for rule in rules),
            excluded=_bits(
                post.lang in rule.excluded_languages or not names.isdisjoint(rule.excluded_authors) for rule in rules
            ),
            repost_of=post.repost_of,
        )

    def _admitted(self, platform_id: str) -> int:
        """Tell which rules admit a found post; a repost goes by its target's tags and is excluded with it."""
        post = self._told[platform_id]
        target = None
        if post.repost_of is not None:
            target = self._told.get(self._first_ids.get(post.repost_of, post.repost_of))
        tagged = target or post
        return (
            post.in_time
            & tagged.carried
            & ~tagged.excluded_by_tag
            & ~post.excluded
            & ~(target.excluded if target else 0)
        )

    def result(self, form: Form) -> Survey:
        members = dict.fromkeys((rule.slug for rule in self._rules), 0)
        for platform_id in self._found:
            admitted = self._admitted(platform_id)
            for number, rule in enumerate(self._rules):
                members[rule.slug] += admitted >> number & 1
        return Survey(
            form=form,
            found=len(self._found),
            authors=len(self._authors),
            referred=len(self._told.keys() - self._found),
            first=from_text(self._times[0]) if self._times else None,
            last=from_text(self._times[1]) if self._times else None,
            unparsed=self._unparsed,
            errors=tuple(self._errors),
            members=members,
        )


def _in_time(rule: Rule, created_at: str) -> bool:
    begun = rule.starts_at is None or rule.starts_at <= created_at
    return begun and (rule.ends_at is None or created_at < rule.ends_at)


def _bits(flags: Iterable[bool]) -> int:
    return sum(flag << place for place, flag in enumerate(flags))
