"""The tables of the store. Their names and columns are the users' interface: docs/schema.md is made of this module.

Every time is UTC: an instant of 27 characters on SQLite, timestamptz on PostgreSQL. Ids of platforms are text.
Texts sort by their bytes on both. Foreign keys are declared for readers and tools, on SQLite, which does not enforce
them: a reference may come before its target.
What a name alone does not tell stands beside it, as the comment of its table or column.
"""

from typing import Any, Final

import sqlalchemy
from sqlalchemy import (
    REAL,
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

Text: Final = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
Number: Final[TypeEngine[float]] = REAL().with_variant(Double(), "postgresql")
Time: Final = sqlalchemy.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
Whole: Final = Integer().with_variant(BigInteger(), "postgresql")
Flag: Final = Integer().with_variant(Boolean(), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _must(name: str, kind: Any, meaning: str | None = None, *, to: str | None = None) -> Column[Any]:
    """Make a column that always has a value; `to` names the column that it refers to."""
    return _column(name, kind, meaning, to, nullable=False)


def _may(name: str, kind: Any, meaning: str | None = None, *, to: str | None = None) -> Column[Any]:
    """Make a column that may be NULL, where it is not known or there is none."""
    return _column(name, kind, meaning, to, nullable=True)


def _column(name: str, kind: Any, meaning: str | None, to: str | None, *, nullable: bool) -> Column[Any]:
    refers = [ForeignKey(to)] if to else []
    return Column(name, kind, *refers, nullable=nullable, comment=meaning)


def _post_id() -> Column[Any]:
    return _must("post_id", Whole, to="posts.id")


def _campaign_id() -> Column[Any]:
    return _must("campaign_id", Whole, to="campaigns.id")


def _plain(name: str, meaning: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, comment=meaning, sqlite_strict=True)


def _numbered(name: str, meaning: str, *parts: Any) -> Table:
    """Make a table whose rows have an internal number, `id`."""
    return _plain(name, meaning, Column("id", Whole, primary_key=True), *parts)


def _keyed(name: str, meaning: str, *parts: Any, key: tuple[str, ...]) -> Table:
    """Make a table that is stored in the order of its key."""
    parts = (*parts, PrimaryKeyConstraint(*key))
    return Table(name, metadata, *parts, comment=meaning, sqlite_with_rowid=False, sqlite_strict=True)


def _index(name: str, table: Table, columns: tuple[str, ...], where: Any, *, unique: bool) -> None:
    """Make an index over a part of a table: in a whole one, NULL would never be a duplicate of NULL."""
    on = [table.c[column] for column in columns]
    Index(name, *on, unique=unique, sqlite_where=where, postgresql_where=where)


authors = _numbered(
    "authors",
    "Accounts, each with the newest that is known of it.",
    _must("platform", Text),
    _must("platform_id", Text, "its id there; of the IRA files: ira: and the author's number in the file"),
    _may("handle", Text, "its name without @; NULL where no source told it or it was forgotten"),
    _may("display_name", Text),
    _may("location", Text, "where it says that it is, in its own words"),
    _may("created_at", Time, "when the account was opened"),
    _may("followers", Whole),
    _may("following", Whole, "how many accounts it follows"),
    _may("posts", Whole, "how many posts it has written, as the platform counts them"),
    _must("first_seen_at", Time, "when this store first heard of it"),
    _may("observed_at", Time, "the latest moment at which a source saw it; NULL where none says when"),
    _may("deleted_at", Time, "when the platform said that the account is gone"),
    UniqueConstraint("platform", "platform_id"),
)

author_history = _plain(
    "author_history",
    "How accounts grew: what a server told of one at one moment. Compare moments of one server only.",
    _must("author_id", Whole, to="authors.id"),
    _must("server", Text, "who told it: a server of Mastodon, else the platform's name"),
    _may("observed_at", Time, "NULL in the one row whose moment is unknown"),
    _may("handle", Text),
    _may("followers", Whole),
    _may("following", Whole),
    _may("posts", Whole),
)

posts = _numbered(
    "posts",
    "Posts and reposts. Of a deleted one the row, its time, references and hashtags stay; its words are gone.",
    _must("platform", Text),
    _must("platform_id", Text, "its id there; of an edited X post the first, of a post of the IRA files a made one"),
    _may("author_id", Whole, to="authors.id"),
    _must("created_at", Time, "when it was posted, as well as that can be known"),
    _may("claimed_at", Time, "when its author's program says so, where that may be untrue (Bluesky)"),
    _must("time_resolution", Whole, "the seconds that created_at is good to: 60 in the IRA files"),
    _must("first_seen_at", Time, "when this store first heard of it"),
    _must("collected_at", Time, "when this store last wrote the row"),
    _may("observed_at", Time, "the latest moment at which a source saw it; NULL where none says when"),
    _may("edited_at", Time, "when its author last edited it, where the platform tells"),
    _may("deleted_at", Time, "when the platform said that it is gone; NULL also where it was seen after that"),
    _may("text", Text, "its own words; those of a repost may be cut, post_view shows its target's"),
    _must("text_cut", Flag, "the platform gave only a part of the text"),
    _may("lang", Text, "the platform's guess at the language, in the platform's codes"),
    _may("url", Text, "where it can be read"),
    _must("is_repost", Flag, "it passes on another post unchanged: a retweet, a boost"),
    _must("is_reply", Flag),
    _must("is_quote", Flag, "it shows another post and adds words of its own"),
    _may("repost_of", Text, "platform_id of the post passed on, which may itself be unknown here"),
    _may("reply_to", Text, "platform_id of the post that it answers"),
    _may("reply_to_author", Text, "platform_id of that post's author"),
    _may("quote_of", Text, "platform_id of the post that it quotes"),
    _may("conversation", Text, "platform_id of the post that began the thread"),
    _may("latitude", Number, "degrees, where its author told the place"),
    _may("longitude", Number, "degrees"),
    _may("place", Text, "the place that its author named"),
    _may("country", Text),
    UniqueConstraint("platform", "platform_id"),
)
Index(None, posts.c.platform, posts.c.created_at)
_index("ix_posts_platform_repost_of", posts, ("platform", "repost_of"), posts.c.repost_of.is_not(None), unique=False)

post_ids = _keyed(
    "post_ids",
    "All ids of a post: each version of an edited X post has its own, and so has each server of Mastodon.",
    _must("server", Text, "whose id it is: a server of Mastodon, else the platform's name"),
    _must("local_id", Text, "the id there"),
    _post_id(),
    key=("server", "local_id"),
)
Index(None, post_ids.c.post_id)
post_versions = _keyed(
    "post_versions",
    "The versions of posts whose edits the platform counts, as far as they were seen.",
    _post_id(),
    _must("version_id", Text, "the version's own id"),
    _may("observed_at", Time, "the latest moment at which a source saw it"),
    _may("text", Text),
    key=("post_id", "version_id"),
)
field_ranks = _keyed(
    "field_ranks",
    "The program's own: how good the reading is that a field comes from, so that no lesser one replaces it.",
    _must("kind", Text, "post or author"),
    _must("id", Whole, "posts.id or authors.id"),
    _must("field", Text, "a field or a group of fields; empty: all that have no row of their own"),
    _must("rank", Text, "JSON: version, observed_at, time of what carried it, whether it was erased"),
    key=("kind", "id", "field"),
)
deletions = _keyed(
    "deletions",
    "What the platforms said is gone. The post itself may be unknown here.",
    _must("platform", Text),
    _must("platform_id", Text, "any id of the post, see post_ids"),
    _must("deleted_at", Time),
    _must("reason", Text, "in the platform's words, empty where it gives none; or: forgotten on request"),
    key=("platform", "platform_id"),
)
author_deletions = _keyed(
    "author_deletions",
    "Accounts that the platforms said are gone, with all of their posts. The account may be unknown here.",
    _must("platform", Text),
    _must("platform_id", Text, "authors.platform_id"),
    _must("deleted_at", Time),
    _must("reason", Text, "in the platform's words, empty where it gives none; or: forgotten on request"),
    key=("platform", "platform_id"),
)

hashtags = _numbered(
    "hashtags",
    "Hashtags, one row for all spellings that a reader takes for the same.",
    _must("key", Text, "the spellings made one: no #, small letters, Arabic and Persian keyboards alike"),
    UniqueConstraint("key"),
)
post_hashtags = _keyed(
    "post_hashtags",
    "The hashtags of posts. Those of a repost may be cut like its text; post_view shows its target's.",
    _post_id(),
    _must("hashtag_id", Whole, to="hashtags.id"),
    _must("written", Text, "as the post spells it, without #"),
    key=("post_id", "hashtag_id", "written"),
)
links = _numbered(
    "links",
    "Addresses that posts link to.",
    _must("url", Text, "the full address, where the platform tells what its short one stands for"),
    _may("domain", Text, "its host, without www."),
    UniqueConstraint("url"),
)
post_links = _keyed(
    "post_links",
    "Which post links where.",
    _post_id(),
    _must("link_id", Whole, to="links.id"),
    key=("post_id", "link_id"),
)
Index(None, post_links.c.link_id)
post_mentions = _keyed(
    "post_mentions",
    "Accounts that posts name.",
    _post_id(),
    _must("handle", Text, "without @"),
    _may("platform_id", Text, "the account's id, where the platform tells it"),
    key=("post_id", "handle"),
)
post_media = _keyed(
    "post_media",
    "Pictures, films and sounds of posts. Only their addresses are kept.",
    _post_id(),
    _must("kind", Text, "in the platform's word, such as photo"),
    _must("url", Text),
    key=("post_id", "kind", "url"),
)
engagement = _plain(
    "engagement",
    "A post's counters as a server told them at one moment. NULL: not told, which is not zero.",
    _post_id(),
    _must("server", Text, "who told it: a server of Mastodon, else the platform's name"),
    _may("observed_at", Time, "NULL in the one row whose moment is unknown"),
    _may("likes", Whole),
    _may("reposts", Whole),
    _may("replies", Whole),
    _may("quotes", Whole),
    _may("views", Whole),
)

raw_payloads = _numbered(
    "raw_payloads",
    "What the sources sent, item by item, so that it can be checked and read again.",
    _must("run_id", Whole, "the run that first brought it", to="runs.id"),
    _must("seq", Whole, "its place among the items of that run"),
    _may("post_id", Whole, "the post it was returned for; NULL: it could not be read", to="posts.id"),
    _may("observed_at", Time, "the latest moment at which a source sent it"),
    _must("source", Text),
    _must("sha256", LargeBinary, "of the item as JSON with sorted keys; of its bytes where it could not be read"),
    _may("body", LargeBinary, "the item, compressed by zstd; NULL where it is no longer kept"),
    _may("dropped_why", Text, "why there is no body: deleted, or keep_raw: false in config.yaml"),
)
raw_payload_posts = _keyed(
    "raw_payload_posts",
    "All posts that an item contains, so that a deleted one can be taken out of each.",
    _post_id(),
    _must("raw_id", Whole, to="raw_payloads.id"),
    key=("post_id", "raw_id"),
)
raw_payload_authors = _keyed(
    "raw_payload_authors",
    "Accounts whose profile an item tells, besides its posts' authors, so that a deleted one can be taken out of each.",
    _must("author_id", Whole, to="authors.id"),
    _must("raw_id", Whole, to="raw_payloads.id"),
    key=("author_id", "raw_id"),
)
zstd_dictionaries = _numbered(
    "zstd_dictionaries",
    "What zstd needs to unpack the bodies of raw_payloads; each body names its dictionary's id.",
    _must("body", LargeBinary),
)

found = _keyed(
    "found",
    "Posts that a source returned as results. Any other post is only known because one of these refers to it.",
    _post_id(),
    _must("source", Text),
    _must("server", Text, "the server of Mastodon that was asked; else empty"),
    _must("first_run_id", Whole, "the run that found it first", to="runs.id"),
    key=("post_id", "source", "server"),
)
campaigns = _numbered(
    "campaigns",
    "The campaigns of config.yaml.",
    _must("slug", Text, "its short name, such as let-it-go"),
    _must("title", Text, "its name on charts"),
    _must("time_zone", Text, "the zone of its charts, such as Asia/Baghdad; times in the store stay UTC"),
    UniqueConstraint("slug"),
)
campaign_tags = _keyed(
    "campaign_tags",
    "The family of hashtags that makes a campaign.",
    _campaign_id(),
    _must("written", Text, "as config.yaml spells it, without #"),
    _must("key", Text, "as hashtags.key"),
    _must("asked", Text, "as platforms are asked for it, and as coverage.tag names it"),
    _must("added_at", Time),
    _may("removed_at", Time, "when it was taken out of config.yaml; NULL while it stands there"),
    key=("campaign_id", "written"),
)
campaign_posts = _keyed(
    "campaign_posts",
    "The posts and reposts that belong to each campaign; every count of a campaign is taken of these.",
    _campaign_id(),
    _post_id(),
    key=("campaign_id", "post_id"),
)

runs = _numbered(
    "runs",
    "Each collection and each import: what it did, and how it ended.",
    _may("campaign_id", Whole, "the campaign that it was for, where one was named", to="campaigns.id"),
    _must("source", Text),
    _must("server", Text),
    _must("started_at", Time),
    _may("finished_at", Time, "NULL while it runs"),
    _must("state", Text, "running, done, failed or stopped"),
    _must("pages", Whole, "answers that were stored"),
    _must("posts_seen", Whole, "posts that the source returned, known or not"),
    _must("posts_new", Whole, "of them, those that no source had returned before"),
    _must("posts_late", Whole, "of those, the ones in a stretch of time that was held for complete"),
    _must("unparsed", Whole, "items that could not be read; raw_payloads keeps them"),
    _must("requests", Whole),
    _may("error", Text, "what went wrong"),
)
unknown_fields = _keyed(
    "unknown_fields",
    "Fields of payloads that this version does not know: a platform may have brought something new.",
    _must("run_id", Whole, "the run that met them", to="runs.id"),
    _must("field", Text, "the kind of object and the field's name in it, such as Post.colour"),
    _must("items", Whole, "how many items of that run had it"),
    key=("run_id", "field"),
)
coverage = _keyed(
    "coverage",
    "What is known of each stretch of time, by the sources' word. Where there is no row nothing was tried.",
    _must("platform", Text),
    _must("source", Text),
    _must("server", Text),
    _must("tag", Text, "as campaign_tags.asked; * stands for every tag, in what archives have given"),
    _must("kind", Text, "posts or reposts: a source may have the one and not the other"),
    _must("starts_at", Time, "the first instant of the stretch"),
    _must("ends_at", Time, "the first instant after it"),
    _must("state", Text, "complete, partial, given, lost or failed"),
    _must("reason", Text, "why, such as settling or an error's text; empty where there is nothing to say"),
    _may("sampled_share", Number, "the part of its hour that is here, where a sample was read; else NULL"),
    _may("run_id", Whole, "the run that found it so", to="runs.id"),
    key=("platform", "source", "server", "tag", "kind", "starts_at"),
)
asked_servers = _keyed(
    "asked_servers",
    "The servers of Mastodon that config.yaml names: a stretch is complete when it is so for each of them.",
    _must("platform", Text),
    _must("server", Text, "as coverage.server"),
    _must("added_at", Time),
    _may("removed_at", Time, "when it was taken out of config.yaml; NULL while it stands there"),
    key=("platform", "server"),
)
counts = _keyed(
    "counts",
    "How many posts a platform says that there are, where it can be asked for the number alone.",
    _must("source", Text),
    _must("server", Text),
    _must("query", Text, "what was asked"),
    _must("kind", Text, "posts or reposts"),
    _must("starts_at", Time),
    _must("ends_at", Time, "the first instant after the stretch"),
    _must("posts", Whole),
    _must("observed_at", Time),
    key=("source", "server", "query", "kind", "starts_at", "ends_at"),
)
spend = _numbered(
    "spend",
    "What was paid to the platforms.",
    _must("run_id", Whole, to="runs.id"),
    _may("campaign_id", Whole, "the campaign that pays", to="campaigns.id"),
    _must("source", Text),
    _must("at", Time),
    _must("unit", Text, "what is paid for"),
    _must("units", Whole, "how many of it"),
    _must("thousandths", Whole, "the price, in thousandths of a US dollar"),
    _must("state", Text, "reserved before asking, settled when paid, released when not needed"),
)
Index(None, spend.c.source, spend.c.at)
billed = _keyed(
    "billed",
    "The program's own: what a platform charged for today, and does not charge for again on the same day.",
    _must("day", Text, "the platform's UTC day"),
    _must("unit", Text, "as spend.unit"),
    _must("platform_id", Text, "of the post or the author"),
    key=("day", "unit", "platform_id"),
)
cursors = _keyed(
    "cursors",
    "The program's own: where an answer that came only in part goes on.",
    _must("source", Text),
    _must("server", Text),
    _must("query", Text),
    _must("starts_at", Time),
    _must("ends_at", Time),
    _must("cursor", Text, "the source's own word for the place"),
    _must("updated_at", Time),
    key=("source", "server", "query", "starts_at", "ends_at"),
)
leases = _keyed(
    "leases",
    "The program's own: which process collects from a source, so that no two do.",
    _must("source", Text),
    _must("server", Text),
    _must("host", Text),
    _must("pid", Whole, "the process's number on that host"),
    _must("process_started_at", Text, "as the host writes it; numbers are used again, this is not"),
    _must("until", Time, "when another may take over, unless it is renewed"),
    key=("source", "server"),
)

alerts = _numbered(
    "alerts",
    "What `groundswell run` noticed: a burst, a silence, a source that does not answer, a budget or a disk at its end.",
    _must("kind", Text, "burst, silence, source, budget or disk"),
    _must("key", Text, "what it is about: of one kind and key no two are on at once"),
    _may("campaign", Text, "the slug of the campaign that it is about, where it is about one"),
    _may("source", Text, "the source that it is about, as config.yaml and `status` name it"),
    _must("since", Time, "when it began; of a burst or a silence in the time of the posts"),
    _may("until", Time, "up to when it is known to go on, of a burst or a silence"),
    _must("raised_at", Time, "when it was noticed"),
    _may("ended_at", Time, "when it was noticed that it is over; NULL while it is on"),
    _must("words", Text, "as it was told"),
)
alert_channels = _keyed(
    "alert_channels",
    "Where each alert is told: the addresses that config.yaml had when it was raised.",
    _must("alert_id", Whole, to="alerts.id"),
    _must("channel", Text, "as config.yaml writes the address: with {NAME} for a secret, never the secret"),
    _may("told_at", Time, "NULL while it was not told there yet"),
    key=("alert_id", "channel"),
)

languages = _keyed(
    "languages",
    "The language of posts by a model, beside the platform's guess.",
    _post_id(),
    _must("model", Text),
    _may("lang", Text, "NULL: the model could not tell"),
    _may("confidence", Number, "0 to 1"),
    key=("post_id", "model"),
)
sentiment = _keyed(
    "sentiment",
    "The tone of posts by a model: how likely each of three is, 0 to 1.",
    _post_id(),
    _must("model", Text),
    _may("negative", Number),
    _may("neutral", Number),
    _may("positive", Number),
    _may("why_not", Text, "why the post has none, such as a language that the model was not tested on"),
    key=("post_id", "model"),
)
labels = _keyed(
    "labels",
    "What people said of posts, to check the models against.",
    _campaign_id(),
    _post_id(),
    _must("label", Text),
    _must("labelled_at", Time),
    key=("campaign_id", "post_id"),
)

lake_parts = _keyed(
    "lake_parts",
    "The program's own: when each part of the lake, the copy for analysis, last changed in the store.",
    _must("name", Text, "posts, authors, hashtags or links"),
    _must("platform", Text, "empty but for posts"),
    _must("part", Text, "a day (UTC) of posts; the number of a hundred thousand of the others"),
    _must("revision", Whole, "the store's revision at its last change"),
    key=("name", "platform", "part"),
)
meta = _keyed(
    "meta",
    "The program's own notes, such as the store's revision, which grows with all that is saved.",
    _must("key", Text),
    _must("value", Text),
    key=("key",),
)


def _observed_once(table: Table, owner: str) -> None:
    """Allow one row per (owner, server, observed_at), and one whose time is unknown."""
    seen, of = table.c.observed_at, (owner, "server")
    _index(f"uq_{table.name}_observed", table, (*of, "observed_at"), seen.is_not(None), unique=True)
    _index(f"uq_{table.name}_unknown", table, of, seen.is_(None), unique=True)


_observed_once(engagement, "post_id")
_observed_once(author_history, "author_id")
_index("uq_alerts_on", alerts, ("kind", "key"), alerts.c.ended_at.is_(None), unique=True)
_index("uq_raw_payloads_post", raw_payloads, ("post_id", "sha256"), text("post_id IS NOT NULL"), unique=True)
_index("uq_raw_payloads_unparsed", raw_payloads, ("sha256",), text("post_id IS NULL"), unique=True)

# Tags and addresses have any length, the keys of PostgreSQL's unique indexes have not.
for _wide in (post_hashtags, post_media):
    _wide.primary_key.ddl_if(dialect="sqlite")
    Index(None, _wide.c.post_id).ddl_if(dialect="postgresql")
