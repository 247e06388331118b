"""Made posts, by number: plain ones for tests that need some and do not care which."""

import orjson

from storage.post import Author, Counts, Item, Post


def item(
    number: int,
    *,
    text: str = "a post",
    tags: tuple[str, ...] = (),
    created_at: str = "2024-01-03T00:00:00.000000Z",
    author: str = "a",
    repost_of: str | None = None,
    observed_at: str | None = None,
) -> Item:
    """Make a found post and its author."""
    post = Post(
        platform="x",
        platform_id=str(number),
        server="x",
        author=author,
        created_at=created_at,
        time_resolution=1,
        url=f"https://x.com/i/status/{number}",
        observed_at=observed_at,
        ids=(("x", str(number)),),
        text=text,
        hashtags=tags,
        is_repost=repost_of is not None,
        repost_of=repost_of,
        counts=Counts(likes=number),
    )
    said = Author(platform="x", platform_id=author, server="x", handle=f"handle_{author}", carried_at=created_at)
    return Item(payload=orjson.dumps({"data": {"id": number, "text": text}}), post=post, authors=(said,))
