"""The contents of a store by natural keys: what must be equal whatever the order in which it was saved."""

from collections.abc import Callable
from typing import Any

import zstandard
from sqlalchemy import Engine, inspect, text

from storage.engine import reading

POST = "(SELECT platform || ':' || platform_id FROM posts WHERE id = {})"
AUTHOR = "(SELECT platform || ':' || platform_id FROM authors WHERE id = {})"

TABLES = {
    "authors": "SELECT platform, platform_id, handle, display_name, location, created_at, followers, following,"
    " posts, observed_at, deleted_at FROM authors",
    "author_history": f"SELECT {AUTHOR.format('author_id')}, server, observed_at, handle, followers, following,"
    " posts FROM author_history",
    "posts": f"SELECT platform, platform_id, {AUTHOR.format('author_id')}, created_at, claimed_at,"
    " time_resolution, observed_at, edited_at, deleted_at, text, text_cut, lang, url, is_repost, is_reply,"
    " is_quote, repost_of, reply_to, reply_to_author, quote_of, conversation, latitude, longitude, place, country"
    " FROM posts",
    "post_ids": f"SELECT server, local_id, {POST.format('post_id')} FROM post_ids",
    "post_versions": f"SELECT {POST.format('post_id')}, version_id, observed_at, text FROM post_versions",
    "field_ranks": f"SELECT kind, CASE kind WHEN 'post' THEN {POST.format('r.id')}"
    f" ELSE {AUTHOR.format('r.id')} END, field, rank FROM field_ranks AS r",
    "deletions": "SELECT platform, platform_id, deleted_at, reason FROM deletions",
    "author_deletions": "SELECT platform, platform_id, deleted_at, reason FROM author_deletions",
    "post_hashtags": f"SELECT {POST.format('post_id')}, (SELECT key FROM hashtags WHERE id = hashtag_id), written"
    " FROM post_hashtags",
    "hashtags": "SELECT key FROM hashtags",
    "links": "SELECT url, domain FROM links",
    "post_links": f"SELECT {POST.format('post_id')}, (SELECT url FROM links WHERE id = link_id) FROM post_links",
    "post_mentions": f"SELECT {POST.format('post_id')}, handle, platform_id FROM post_mentions",
    "post_media": f"SELECT {POST.format('post_id')}, kind, url FROM post_media",
    "engagement": f"SELECT {POST.format('post_id')}, server, observed_at, likes, reposts, replies, quotes, views"
    " FROM engagement",
    "raw_payloads": f"SELECT {POST.format('post_id')}, observed_at, source, sha256, body, dropped_why"
    " FROM raw_payloads",
    "raw_payload_posts": f"SELECT {POST.format('post_id')}, (SELECT sha256 FROM raw_payloads WHERE id = raw_id)"
    " FROM raw_payload_posts",
    "raw_payload_authors": f"SELECT {AUTHOR.format('author_id')}, (SELECT sha256 FROM raw_payloads WHERE id = raw_id)"
    " FROM raw_payload_authors",
    "found": f"SELECT {POST.format('post_id')}, source, server FROM found",
    "campaigns": "SELECT slug, title, time_zone FROM campaigns",
    "campaign_posts": "SELECT (SELECT slug FROM campaigns WHERE id = campaign_id),"
    f" {POST.format('post_id')} FROM campaign_posts",
    "coverage": "SELECT platform, source, server, tag, kind, starts_at, ends_at, state, reason, sampled_share"
    " FROM coverage",
    "cursors": "SELECT source, server, query, starts_at, ends_at, cursor FROM cursors",
}
"""The query of each table's natural contents. Left out: runs, spend, leases, meta, lake_parts, dictionaries."""


def contents(engine: Engine, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Read every table by natural keys, sorted; payload bodies are unpacked."""
    with reading(engine) as connection:
        unpack = _unpacker(dict(connection.execute(text("SELECT id, body FROM zstd_dictionaries")).all()))
        dump = {}
        for table, query in TABLES.items():
            if table in without:
                continue
            rows = [tuple(row) for row in connection.execute(text(query))]
            if table == "raw_payloads":
                rows = [(*row[:4], unpack(row[4]), row[5]) for row in rows]
            dump[table] = sorted(rows, key=repr)
    return dump


def _unpacker(dictionaries: dict[int, bytes]) -> Callable[[bytes | None], bytes | None]:
    made = {number: zstandard.ZstdCompressionDict(body) for number, body in dictionaries.items()}

    def unpack(body: bytes | None) -> bytes | None:
        if body is None:
            return None
        number = zstandard.get_frame_parameters(body).dict_id
        return zstandard.ZstdDecompressor(dict_data=made.get(number)).decompress(body)

    return unpack


def row_counts(engine: Engine) -> dict[str, int]:
    """Count the rows of every table of the store."""
    with reading(engine) as connection:
        names = inspect(connection).get_table_names()
        return {name: connection.scalar(text(f'SELECT COUNT(*) FROM "{name}"')) or 0 for name in names}
