"""The tables of tools that many use, each a mapping: what their columns mean, and why some are not read."""

from typing import Final

from collector.archive.tables.mapping import TableMapping

_NOT_ASKED: Final = "no measure asks for it"
_LAYOUT: Final = "a picture of a person"
_GUESS: Final = "X's own mark; no measure asks for it"
_NAME_OF_TARGET: Final = "a handle; the post's text begins with it, or its mentions have it"
_WITHHELD: Final = "where X hides the post"
_PROFILE: Final = "what stands in the profile; no measure asks for it"

MAYWEATHER: Final = TableMapping(
    name="Mayweather",
    platform="x",
    columns={"id": "id", "created_at": "created_at", "text": "text", "author_handle": "screen_name"},
    needed=frozenset({"id", "created_at", "text", "screen_name", "emojis", "retweeted"}),
    # Its times are New York's: by the time in its id each of the 12,118 posts was made just then.
    time_zone="America/New_York",
    is_html=True,
    breaks_off=True,
    reposts_begin="RT @",
    passed_over={
        "emojis": "what the collectors looked for: true of every post",
        "link": "made of the id",
        "retweeted": "whether the collectors' own account had reposted it: false of every post",
    },
    is_closed=True,
)
"""Posts of a boxing match with emoji in them, as a newsroom published them in 2017."""

FOUR_CAT_X: Final = TableMapping(
    name="4CAT",
    platform="x",
    columns={
        "id": "id",
        "conversation": "thread_id",
        "created_at": "timestamp",
        "text": "body",
        "author_handle": "author",
        "author_name": "author_fullname",
        "author_id": "author_id",
        "lang": "language_guess",
        "reposts": "retweet_count",
        "replies": "reply_count",
        "likes": "like_count",
        "quotes": "quote_count",
        "views": "impression_count",
        "is_repost": "is_retweet",
        "is_quote": "is_quote_tweet",
        "is_reply": "is_reply",
        "hashtags": "hashtags",
        "links": "urls",
        "mentions": "mentions",
        "pictures": "images",
        "films": "videos",
        "longitude_latitude": "long_lat",
        "place": "place_name",
    },
    needed=frozenset({"id", "thread_id", "timestamp", "body", "author", "author_id", "is_retweet", "language_guess"}),
    is_html=True,
    passed_over={
        "unix_timestamp": "timestamp says the same, and does not hang on where the server's clock stood",
        "link": "made of the id",
        "subject": "empty for posts",
        "source": "the app that was used; no measure asks for it",
        "possibly_sensitive": _GUESS,
        "bookmark_count": _NOT_ASKED,
        "retweeted_user": _NAME_OF_TARGET,
        "quoted_user": "a handle, without the post",
        "replied_user": _NAME_OF_TARGET,
        "author_avatar_url": _LAYOUT,
        "author_banner_url": _LAYOUT,
        "is_withheld": _WITHHELD,
        "is_quote_withheld": _WITHHELD,
    },
    is_closed=True,
)
"""What 4CAT exports of posts from X's API v2, and of those that its browser extension Zeeschuimer collected."""

FOUR_CAT_BLUESKY: Final = TableMapping(
    name="4CAT Bluesky",
    platform="bluesky",
    columns={
        "id": "id",
        "conversation": "thread_id",
        "created_at": "created_at",
        "author_handle": "author",
        "author_id": "author_id",
        "author_name": "author_display_name",
        "author_created_at": "author_created_at",
        "text": "body",
        "hashtags": "tags",
        "likes": "like_count",
        "quotes": "quote_count",
        "replies": "reply_count",
        "reposts": "repost_count",
        "is_quote": "quoted_post",
        "is_reply": "replied_to_user",
        "mentions": "mentions",
        "links": "links",
        "pictures": "images",
        "lang": "languages",
    },
    needed=frozenset({"id", "thread_id", "created_at", "author", "author_id", "body", "tags", "quoted_post"}),
    values={"is_quote": ("*",), "is_reply": ("*",)},
    passed_over={
        "collected_at": "a time of 4CAT's server, whose zone is not told",
        "query": "what was asked",
        "rank": "its place in the answer",
        "link": "made of the id",
        "quoted_user": "a handle, without the post's own address",
        "replied_to_post": "a link by handle, not the post's own address",
        "replies_allowed": "who may answer; no measure asks for it",
        "labels": "moderation; no measure asks for it",
        "has_poll": _NOT_ASKED,
        "author_profile": "made of the handle",
        "author_avatar": _LAYOUT,
        "timestamp": "created_at says the same",
    },
    is_closed=True,
)
"""What 4CAT exports of a search on Bluesky."""

DMI_TCAT: Final = TableMapping(
    name="DMI-TCAT",
    platform="x",
    columns={
        "id": "id",
        "created_at": "created_at",
        "text": "text",
        "text_cut": "truncated",
        "lang": "lang",
        "reposts": "retweet_count",
        "likes": "favorite_count",
        "reply_to": "in_reply_to_status_id",
        "is_reply": "to_user_name",
        "quote_of": "quoted_status_id",
        "latitude": "lat",
        "longitude": "lng",
        "author_id": "from_user_id",
        "author_handle": "from_user_name",
        "author_name": "from_user_realname",
        "author_location": "location",
        "author_created_at": "from_user_created_at",
        "author_posts": "from_user_tweetcount",
        "author_followers": "from_user_followercount",
        "author_following": "from_user_friendcount",
        "links": "urls_expanded",
        "mentions": "mentions",
        "hashtags": "hashtags",
    },
    needed=frozenset({"id", "time", "created_at", "from_user_name", "from_user_id", "text"}),
    separator=";",
    values={"is_reply": ("*",)},
    # All 2,327 real posts that begin so are reposts, and of 2,358 others none is one that X's v1.1 gave.
    reposts_begin="RT @",
    passed_over={
        "time": "created_at says the same",
        "filter_level": "how the stream was filtered",
        "possibly_sensitive": _GUESS,
        "withheld_copyright": _WITHHELD,
        "withheld_scope": _WITHHELD,
        "source": "the app that was used; no measure asks for it",
        "from_user_verified": "its meaning changed with the years",
        "from_user_description": _PROFILE,
        "from_user_url": _PROFILE,
        "from_user_profile_image_url": _LAYOUT,
        "from_user_utcoffset": "what the profile says of its zone; X no longer tells it",
        "from_user_timezone": "what the profile says of its zone; X no longer tells it",
        "from_user_lang": "the language of the app; X no longer tells it",
        "from_user_favourites_count": _NOT_ASKED,
        "from_user_listed": _NOT_ASKED,
        "from_user_withheld_scope": _WITHHELD,
        "urls": "short links; urls_expanded says where they lead",
        "urls_followed": "where the tool was led on to, later",
        "domains": "part of the links",
        "HTTP status code": "how the tool's own request went",
        "media_id": "a picture's number, without its address",
        "media_urls": "in one list with the kinds of media_type, from which nothing can be told apart when one lacks",
        "media_type": "see media_urls",
        "media_indice_start": "where a link stands in the text",
        "media_indice_end": "where a link stands in the text",
        "photo_sizes_width": "layout",
        "photo_sizes_height": "layout",
        "photo_resize": "layout",
    },
    is_closed=True,
)
"""The full export of DMI-TCAT, with or without the columns that it adds for links, media, mentions and hashtags."""

BUILT_IN: Final = {
    "mayweather": MAYWEATHER,
    "4cat": FOUR_CAT_X,
    "4cat-bluesky": FOUR_CAT_BLUESKY,
    "dmi-tcat": DMI_TCAT,
}
"""By the names that --format takes."""
