"""Strategies for readings of a few posts and authors: small worlds, so that they meet."""

import msgspec
from hypothesis import strategies as st

from storage.merge import ON_REQUEST
from storage.post import Author, Counts, Deletion, Item, Media, Mention, Post

MOMENTS = [f"2024-01-0{day}T00:00:00.000000Z" for day in range(1, 8)]
moments = st.sampled_from(MOMENTS)
maybe_moment = st.none() | moments
TAGS = ["Rot", "ROT", "rot", "خليها_تخيس", "خلّيها_تخيس", "other"]
LANGUAGES = ["en", "ar"]
NUMBERS = ["1", "2", "3", "4"]
AUTHORS = {"1": "a", "1v1": "a", "2": "b", "3": "b", "4": "a"}
TARGETS = {"2": "1v1", "3": "4", "4": "9"}
"""Who wrote each post and what it passes on: a reading may not tell, but no two tell differently."""
small = st.none() | st.integers(0, 3)


@st.composite
def authors(draw: st.DrawFn, number: str, carried_at: str) -> Author:
    """Draw a reading of one of a few authors."""
    return Author(
        platform="x",
        platform_id=number,
        server="x",
        handle=draw(st.none() | st.sampled_from(["ann", "bob"])),
        location=draw(st.none() | st.sampled_from(["here", "there"])),
        followers=draw(small),
        posts=draw(small),
        observed_at=draw(maybe_moment),
        carried_at=carried_at,
    )


@st.composite
def posts(draw: st.DrawFn) -> Post:
    """Draw a reading of one of a few posts, edited or not, known for a repost or not, whole or cut."""
    number = draw(st.sampled_from([*NUMBERS, "1v1"]))
    version = None if number == "1v1" else draw(st.sampled_from([None, None, None, 0, 1]))
    text = draw(st.none() | st.sampled_from(["one", "two"]))
    repost_of = draw(st.sampled_from([None, TARGETS.get(number)]))
    worded = text is not None
    return Post(
        platform="x",
        platform_id=number,
        server="x",
        author=draw(st.sampled_from([None, AUTHORS[number]])),
        created_at=draw(moments),
        time_resolution=draw(st.sampled_from([1, 60])),
        url=f"https://x.com/i/status/{number}",
        observed_at=draw(maybe_moment),
        version=version,
        version_id=None if version is None else f"{number}v{version}",
        ids=tuple(("x", one) for one in ([number] if version is None else [number, f"{number}v1"])),
        text=text,
        text_cut=worded and draw(st.booleans()),
        lang=draw(st.none() | st.sampled_from(LANGUAGES)) if worded else None,
        hashtags=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=2))) if worded else (),
        links=tuple(draw(st.lists(st.sampled_from(["https://a.org/1", "https://b.org"]), max_size=1))),
        mentions=tuple(draw(st.lists(st.builds(Mention, st.just("ann"), st.none() | st.just("a")), max_size=2))),
        media=draw(st.none() | st.just(()) | st.just((Media("photo", "https://pic/1"),))),
        is_repost=repost_of is not None,
        repost_of=repost_of,
        place=draw(st.none() | st.sampled_from(["Erbil", "Baghdad"])),
        counts=draw(st.none() | st.builds(Counts, likes=small, views=small)),
    )


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Draw a returned item; its payload tells different items apart."""
    post = draw(st.none() | posts())
    referred = tuple(draw(st.lists(posts(), max_size=1))) if post is not None else ()
    told = []
    if post is not None:
        for name in draw(st.lists(st.sampled_from(["a", "b", "c"]), max_size=2)):
            told.append(draw(authors(name, post.created_at)))
    return Item(
        payload=_payload(post, referred, told),
        post=post,
        referred=referred,
        authors=tuple(told),
        error=None if post else "line 1: broken",
    )


def _payload(post: Post | None, referred: tuple[Post, ...], told: list[Author]) -> bytes:
    """Make the payload that such readings would come from: it may be seen again at another time."""
    unseen = [msgspec.structs.replace(one, observed_at=None) for one in (post, *referred, *told) if one is not None]
    return msgspec.json.encode(unseen, order="sorted")


_named = st.tuples(st.just("post"), st.sampled_from([*NUMBERS, "1v1", "9"]))
_accounts = st.tuples(st.just("author"), st.sampled_from(["a", "b", "c"]))
deletions = st.builds(
    lambda named, deleted_at, reason: Deletion(
        platform="x", platform_id=named[1], deleted_at=deleted_at, reason=reason, of=named[0]
    ),
    _named | _accounts,
    moments,
    st.sampled_from(["", "author", ON_REQUEST]),
)
