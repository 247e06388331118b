"""The pictures of docs/reading-the-charts.md: `python -m groundswell.charts.gallery FOLDER` writes them.

Their campaigns are simulated: the demonstration's, and a smaller one for what takes two platforms, a platform that
counts, or two campaigns. Both are stored, counted and drawn by what does so with real posts. The same version of the
program writes the same bytes.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from msgspec import structs
from PIL import Image

from analysis.charts.about import Event
from analysis.files import put
from analysis.simulate import Scenario, Simulated, simulate
from analysis.simulated_pages import as_x_v2
from collector.x.payload import items
from groundswell.charts.draw import draw_all, draw_comparison, draw_one
from groundswell.charts.wanted import Drawn, Wanted
from groundswell.demo import LONG_OUTAGE, SEED
from storage.batch import Batch
from storage.campaign import Campaign
from storage.counts import Count, Counted, CountedOf
from storage.coverage import BUDGET, SETTLING, Key, State, Stretch
from storage.instant import from_text, to_text
from storage.post import Item
from storage.store import Store
from storage.tag import asked

Part: TypeAlias = tuple[timedelta, timedelta]
"""From when to when, after the campaign's start."""

OF_BOTH: Final = ("by-platform", "counted")
"""What is drawn of the smaller campaign."""
COLOURS: Final = 128
"""A chart has few; the fewer there are, the smaller is its file."""

_SMALLER: Final = Scenario(
    tags=("leave_it_on_the_shelf",),
    onset=timedelta(days=5, hours=2),
    peak=timedelta(days=5, hours=14),
    decay=timedelta(hours=14),
    quiet=3.0,
    burst=60.0,
    authors=500,
    arabic=0.2,
)
_HOUR: Final = timedelta(hours=1)
_GIVEN: Final = (timedelta(), timedelta(days=1))
_LOST: Final = (LONG_OUTAGE[0], LONG_OUTAGE[1] - timedelta(days=1))
_PARTIAL: Final = (timedelta(days=5, hours=16), timedelta(days=6))
_SETTLING: Final = timedelta(hours=3)
_LINKS: Final = tuple(f"https://{name}.example/tomatoes" for name in ("market", "recipes", "news", "radio", "gardens"))
_TAGS: Final = ("tomatoes", "recipes", "prices", "سوق_الحي", "rooftop_gardens")
_BEFORE, _AFTER = (0, 1), (2, 2, 3, 0, 2, 4, 1)
"""Which of them posts have in turn, before the onset and after it."""
_EVENT: Final = (timedelta(days=3), "prices go up")


@dataclass(frozen=True, slots=True)
class Made:
    """A made campaign, what of it was lost, and when only every other post was collected from X."""

    campaign: Campaign
    simulated: Simulated
    lost: Part | None = None
    partial: Part | None = None

    @property
    def starts_at(self) -> datetime:
        """Tell when it begins."""
        return self.simulated.scenario.starts_at

    @property
    def ends_at(self) -> datetime:
        """Tell when it ends."""
        return self.starts_at + self.simulated.scenario.lasts

    def lies_in(self, part: Part | None, at: datetime) -> bool:
        """Tell whether an instant lies in a part of it."""
        return part is not None and self.starts_at + part[0] <= at < self.starts_at + part[1]


def draw(folder: Path) -> list[Path]:
    """Draw one picture of each chart into a folder; returns where they are."""
    demo, smaller = _made("demo", Scenario(), lost=_LOST), _made("shelf", _SMALLER, partial=_PARTIAL)
    now = demo.ends_at
    with TemporaryDirectory() as made, Store.open(f"sqlite:///{made}/groundswell.db") as store:
        store.set_campaigns([demo.campaign, smaller.campaign], now)
        store.rebuild_membership()
        _fill(store, demo, now)
        _fill(store, smaller, now)
        _count(store, smaller, now)
        pictures = {one.name: _smaller(one.files.png) for one in _drawn(store, Path(made), demo, smaller, now)}
    paths = {folder / f"{name}.png": picture for name, picture in sorted(pictures.items())}
    put(folder, paths)
    return list(paths)


def _made(slug: str, scenario: Scenario, **parts: Part) -> Made:
    campaign = Campaign(slug, f"A made campaign, #{scenario.tags[0]}", scenario.zone, scenario.tags)
    return Made(campaign, simulate(scenario, SEED), **parts)


def _drawn(store: Store, folder: Path, demo: Made, smaller: Made, now: datetime) -> Iterator[Drawn]:
    """Draw all charts of the one campaign, some of the other, and both beside each other."""
    events = (Event(demo.starts_at + _EVENT[0], _EVENT[1]),)
    of_one, of_other = (Wanted(one.campaign, folder / "charts", every="1h") for one in (demo, smaller))
    yield from draw_all(store, folder / "lake", replace(of_one, events=events), now) or ()
    for name in OF_BOTH:
        one = draw_one(store, folder / "lake", of_other, name, now)
        yield from () if one is None else (one,)
    compared = draw_comparison(store, folder / "lake", (of_one, of_other), now, by_onset=True)
    yield from () if compared is None else (compared,)


def _fill(store: Store, made: Made, now: datetime) -> None:
    """Save what was collected of a campaign, and what is known of it."""
    run_id = store.begin_run("made", "", now, made.campaign.slug)
    found = list(_collected(made))
    keys = [
        Key(platform, "made", "", asked(tag), kind)
        for platform in sorted({item.post.platform for item in found if item.post})
        for tag in made.campaign.tags
        for kind in ("posts", "reposts")
    ]
    known = [(key, stretch) for key in keys for stretch in _known(made, key.platform)]
    store.save(Batch(run_id, "made", "", now, items=found, coverage=known))
    store.finish_run(run_id, now)


def _known(made: Made, platform: str) -> Iterator[Stretch]:
    """Tell what is known of a platform: all is complete but what a hole or the present says."""
    settles = made.ends_at - _SETTLING
    parts = [
        (made.lost and _GIVEN, State.GIVEN, ""),
        (made.lost, State.LOST, "the source was down"),
        (made.partial if platform == "x" else None, State.PARTIAL, BUDGET),
    ]
    at = made.starts_at
    for part, state, reason in parts:
        if part is None:
            continue
        starts_at, ends_at = made.starts_at + part[0], made.starts_at + part[1]
        if at < starts_at:
            yield Stretch(at, starts_at, State.COMPLETE)
        yield Stretch(starts_at, ends_at, state, reason)
        at = ends_at
    yield Stretch(at, settles, State.COMPLETE)
    yield Stretch(settles, made.ends_at, State.PARTIAL, SETTLING)


def _collected(made: Made) -> Iterator[Item]:
    """List the posts that were collected: none of what is lost, every other one of what is partial."""
    for number, item in enumerate(_items(made)):
        if item.post is None:
            continue
        at = from_text(item.post.created_at)
        is_left_out = item.post.platform == "x" and made.lies_in(made.partial, at) and number % 2
        if not made.lies_in(made.lost, at) and not is_left_out:
            yield item


def _items(made: Made) -> Iterator[Item]:
    """List the posts of a campaign; those of a third of the smaller one's authors are on Bluesky."""
    observed_at = to_text(made.ends_at - _HOUR)
    found = (item for page in as_x_v2(made.simulated) for item in items(page, observed_at))
    for number, item in enumerate(found):
        if item.post is None or item.post.is_repost:
            yield item
        elif made.partial and item.post.author and int(item.post.author) % 3 == 0:
            yield _on_bluesky(item)
        else:
            yield _with_more(item, number, is_late=from_text(item.post.created_at) >= made.simulated.truth.onset_at)


def _on_bluesky(item: Item) -> Item:
    place = {"platform": "bluesky", "server": "bluesky"}
    assert item.post  # noqa: S101  # who calls it has looked
    ids = (("bluesky", item.post.platform_id),)
    post = structs.replace(item.post, **place, ids=ids, reply_to=None, quote_of=None)
    return structs.replace(
        item, post=post, referred=(), authors=tuple(structs.replace(one, **place) for one in item.authors)
    )


def _with_more(item: Item, number: int, *, is_late: bool) -> Item:
    """Let some posts share a link or have another tag: after the onset other ones than before."""
    assert item.post  # noqa: S101
    turns = _AFTER if is_late else _BEFORE
    links = (_LINKS[turns[number // 2 % len(turns)]],) if number % 2 == 0 else ()
    tags = (_TAGS[turns[number // 3 % len(turns)]],) if number % 3 == 0 else ()
    return structs.replace(item, post=structs.replace(item.post, links=links, hashtags=(*item.post.hashtags, *tags)))


def _count(store: Store, made: Made, now: datetime) -> None:
    """Save what X itself counts of a campaign in each hour: the truth."""
    of_x = [from_text(one.post.created_at) for one in _items(made) if one.post and _is_counted(one)]
    hours = [made.starts_at + number * _HOUR for number in range((made.ends_at - made.starts_at) // _HOUR)]
    counts = [Count(hour, hour + _HOUR, sum(hour <= at < hour + _HOUR for at in of_x), now) for hour in hours]
    of = CountedOf("x-counts", "", " ".join(sorted(map(asked, made.campaign.tags))))
    run_id = store.begin_run("x-counts", "", now)
    store.save(Batch(run_id, "x-counts", "", now, counted=Counted(of, counts)))
    store.finish_run(run_id, now)


def _is_counted(item: Item) -> bool:
    return item.post is not None and item.post.platform == "x" and not item.post.is_repost


def _smaller(png: Path) -> bytes:
    """Write a picture in few colours."""
    file = BytesIO()
    with Image.open(png) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def main(arguments: Sequence[str]) -> None:
    """Write the pictures into the folder that is named."""
    for path in draw(Path(arguments[0])):
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
