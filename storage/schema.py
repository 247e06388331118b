"""The tables of the store. Their names and columns are the users' interface: see docs/schema.md.

Every time is UTC: an instant of 27 characters on SQLite, timestamptz on PostgreSQL. Ids of platforms are text.
Foreign keys are declared for readers and tools; they are not enforced (a reference may come before its target).
"""

from typing import Any, Final

from sqlalchemy import (
    REAL,
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

Time: Final = Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
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


def _must(name: str, kind: Any, *more: Any) -> Column[Any]:
    return Column(name, kind, *more, nullable=False)


def _keyed(name: str, *parts: Any, key: tuple[str, ...]) -> Table:
    """Make a table that is stored in the order of its key."""
    return Table(
        name, metadata, *parts, PrimaryKeyConstraint(*key), sqlite_with_rowid=False, sqlite_strict=True
    )


def _numbered(name: str, *parts: Any) -> Table:
    """Make a table whose rows have an internal number, `id`."""
    return Table(name, metadata, Column("id", Whole, primary_key=True), *parts, sqlite_strict=True)


def _plain(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


def _post_id() -> Column[Any]:
    return _must("post_id", Whole, ForeignKey("posts.id"))


authors = _numbered(
    "authors",
    _must("platform", Text),
    _must("platform_id", Text),
    Column("handle", Text),
    Column("display_name", Text),
    Column("location", Text),
    Column("created_at", Time),
    Column("followers", Whole),
    Column("following", Whole),
    Column("posts", Whole),
    _must("first_seen_at", Time),
    Column("observed_at", Time),
    Column("deleted_at", Time),
    UniqueConstraint("platform", "platform_id"),
)

author_history = _plain(
    "author_history",
    _must("author_id", Whole, ForeignKey("authors.id")),
    _must("server", Text),
    Column("observed_at", Time),
    Column("handle", Text),
    Column("followers", Whole),
    Column("following", Whole),
    Column("posts", Whole),
)

posts = _numbered(
    "posts",
    _must("platform", Text),
    _must("platform_id", Text),
    Column("author_id", Whole, ForeignKey("authors.id")),
    _must("created_at", Time),
    Column("claimed_at", Time),
    _must("time_resolution", Whole),
    _must("first_seen_at", Time),
    _must("collected_at", Time),
    Column("observed_at", Time),
    Column("edited_at", Time),
    Column("deleted_at", Time),
    Column("text", Text),
    _must("text_cut", Flag),
    Column("lang", Text),
    Column("url", Text),
    _must("is_repost", Flag),
    _must("is_reply", Flag),
    _must("is_quote", Flag),
    Column("repost_of", Text),
    Column("reply_to", Text),
    Column("reply_to_author", Text),
    Column("quote_of", Text),
    Column("conversation", Text),
    Column("latitude", REAL),
    Column("longitude", REAL),
    Column("place", Text),
    Column("country", Text),
    UniqueConstraint("platform", "platform_id"),
)
Index(
    "ix_posts_platform_repost_of",
    posts.c.platform,
    posts.c.repost_of,
    sqlite_where=posts.c.repost_of.is_not(None),
    postgresql_where=posts.c.repost_of.is_not(None),
)

post_ids = _keyed(
    "post_ids",
    _must("server", Text),
    _must("local_id", Text),
    _post_id(),
    key=("server", "local_id"),
)
post_versions = _keyed(
    "post_versions",
    _post_id(),
    _must("version_id", Text),
    Column("observed_at", Time),
    Column("text", Text),
    key=("post_id", "version_id"),
)
field_ranks = _keyed(
    "field_ranks",
    _must("kind", Text),
    _must("id", Whole),
    _must("field", Text),
    _must("rank", Text),
    key=("kind", "id", "field"),
)
deletions = _keyed(
    "deletions",
    _must("platform", Text),
    _must("platform_id", Text),
    _must("deleted_at", Time),
    _must("reason", Text),
    key=("platform", "platform_id"),
)

hashtags = _numbered("hashtags", _must("key", Text), UniqueConstraint("key"))
post_hashtags = _keyed(
    "post_hashtags",
    _post_id(),
    _must("hashtag_id", Whole, ForeignKey("hashtags.id")),
    _must("written", Text),
    key=("post_id", "hashtag_id", "written"),
)
links = _numbered("links", _must("url", Text), Column("domain", Text), UniqueConstraint("url"))
post_links = _keyed(
    "post_links",
    _post_id(),
    _must("link_id", Whole, ForeignKey("links.id")),
    key=("post_id", "link_id"),
)
Index(None, post_links.c.link_id)
post_mentions = _keyed(
    "post_mentions",
    _post_id(),
    _must("handle", Text),
    Column("platform_id", Text),
    key=("post_id", "handle"),
)
post_media = _keyed(
    "post_media", _post_id(), _must("kind", Text), _must("url", Text), key=("post_id", "kind", "url")
)
engagement = _plain(
    "engagement",
    _post_id(),
    _must("server", Text),
    Column("observed_at", Time),
    Column("likes", Whole),
    Column("reposts", Whole),
    Column("replies", Whole),
    Column("quotes", Whole),
    Column("views", Whole),
)

raw_payloads = _numbered(
    "raw_payloads",
    _must("run_id", Whole, ForeignKey("runs.id")),
    _must("seq", Whole),
    Column("post_id", Whole, ForeignKey("posts.id")),
    Column("observed_at", Time),
    _must("source", Text),
    _must("sha256", LargeBinary),
    Column("body", LargeBinary),
    Column("dropped_why", Text),
)
raw_payload_posts = _keyed(
    "raw_payload_posts",
    _post_id(),
    _must("raw_id", Whole, ForeignKey("raw_payloads.id")),
    key=("post_id", "raw_id"),
)
zstd_dictionaries = _numbered("zstd_dictionaries", _must("body", LargeBinary))

found = _keyed(
    "found",
    _post_id(),
    _must("source", Text),
    _must("server", Text),
    _must("first_run_id", Whole, ForeignKey("runs.id")),
    key=("post_id", "source", "server"),
)
campaigns = _numbered(
    "campaigns", _must("slug", Text), _must("title", Text), _must("time_zone", Text), UniqueConstraint("slug")
)
campaign_tags = _keyed(
    "campaign_tags",
    _must("campaign_id", Whole, ForeignKey("campaigns.id")),
    _must("written", Text),
    _must("key", Text),
    _must("asked", Text),
    _must("added_at", Time),
    Column("removed_at", Time),
    key=("campaign_id", "written"),
)
campaign_posts = _keyed(
    "campaign_posts",
    _must("campaign_id", Whole, ForeignKey("campaigns.id")),
    _post_id(),
    key=("campaign_id", "post_id"),
)

runs = _numbered(
    "runs",
    Column("campaign_id", Whole, ForeignKey("campaigns.id")),
    _must("source", Text),
    _must("server", Text),
    _must("started_at", Time),
    Column("finished_at", Time),
    _must("state", Text),
    _must("pages", Whole),
    _must("posts_seen", Whole),
    _must("posts_new", Whole),
    _must("posts_late", Whole),
    _must("unparsed", Whole),
    _must("requests", Whole),
    Column("error", Text),
)
coverage = _keyed(
    "coverage",
    _must("platform", Text),
    _must("source", Text),
    _must("server", Text),
    _must("tag", Text),
    _must("kind", Text),
    _must("starts_at", Time),
    _must("ends_at", Time),
    _must("state", Text),
    _must("reason", Text),
    Column("sampled_share", REAL),
    Column("run_id", Whole, ForeignKey("runs.id")),
    key=("platform", "source", "server", "tag", "kind", "starts_at"),
)
counts = _keyed(
    "counts",
    _must("source", Text),
    _must("server", Text),
    _must("query", Text),
    _must("kind", Text),
    _must("starts_at", Time),
    _must("ends_at", Time),
    _must("posts", Whole),
    _must("observed_at", Time),
    key=("source", "server", "query", "kind", "starts_at", "ends_at"),
)
spend = _numbered(
    "spend",
    _must("run_id", Whole, ForeignKey("runs.id")),
    Column("campaign_id", Whole, ForeignKey("campaigns.id")),
    _must("source", Text),
    _must("at", Time),
    _must("unit", Text),
    _must("units", Whole),
    _must("thousandths", Whole),
    _must("state", Text),
)
cursors = _keyed(
    "cursors",
    _must("source", Text),
    _must("server", Text),
    _must("query", Text),
    _must("starts_at", Time),
    _must("ends_at", Time),
    _must("cursor", Text),
    _must("updated_at", Time),
    key=("source", "server", "query", "starts_at", "ends_at"),
)
leases = _keyed(
    "leases",
    _must("source", Text),
    _must("server", Text),
    _must("host", Text),
    _must("pid", Whole),
    _must("process_started_at", Text),
    _must("until", Time),
    key=("source", "server"),
)

languages = _keyed(
    "languages",
    _post_id(),
    _must("model", Text),
    Column("lang", Text),
    Column("confidence", REAL),
    key=("post_id", "model"),
)
sentiment = _keyed(
    "sentiment",
    _post_id(),
    _must("model", Text),
    Column("negative", REAL),
    Column("neutral", REAL),
    Column("positive", REAL),
    Column("why_not", Text),
    key=("post_id", "model"),
)
labels = _keyed(
    "labels",
    _must("campaign_id", Whole, ForeignKey("campaigns.id")),
    _post_id(),
    _must("label", Text),
    _must("labelled_at", Time),
    key=("campaign_id", "post_id"),
)

lake_parts = _keyed(
    "lake_parts",
    _must("name", Text),
    _must("platform", Text),
    _must("part", Text),
    _must("revision", Whole),
    key=("name", "platform", "part"),
)
meta = _keyed("meta", _must("key", Text), _must("value", Text), key=("key",))


def _observed_once(table: Table, owner: str) -> None:
    """Allow one row per (owner, server, observed_at), and one whose time is unknown."""
    seen = table.c.observed_at
    for name, columns, where in (
        (f"uq_{table.name}_observed", (owner, "server", "observed_at"), seen.is_not(None)),
        (f"uq_{table.name}_unknown", (owner, "server"), seen.is_(None)),
    ):
        on = [table.c[column] for column in columns]
        Index(name, *on, unique=True, sqlite_where=where, postgresql_where=where)


_observed_once(engagement, "post_id")
_observed_once(author_history, "author_id")
for _name, _columns, _where in (
    ("uq_raw_payloads_post", ("post_id", "sha256"), text("post_id IS NOT NULL")),
    ("uq_raw_payloads_unparsed", ("sha256",), text("post_id IS NULL")),
):
    Index(
        _name,
        *(raw_payloads.c[column] for column in _columns),
        unique=True,
        sqlite_where=_where,
        postgresql_where=_where,
    )
