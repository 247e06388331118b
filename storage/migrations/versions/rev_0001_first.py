"""The whole schema, as it was first."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.Double(), "postgresql")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")


def _key_on_sqlite(*columns: str, name: str) -> sa.Constraint:
    """Make a key of texts of any length, which a key of PostgreSQL may not have: there it is an index of post_id."""
    return sa.PrimaryKeyConstraint(*columns, name=name).ddl_if(dialect="sqlite")


def upgrade() -> None:
    """Bring the store up to this revision."""
    op.create_table(
        "authors",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.Column("handle", TEXT, nullable=True),
        sa.Column("display_name", TEXT, nullable=True),
        sa.Column("location", TEXT, nullable=True),
        sa.Column("created_at", TIME, nullable=True),
        sa.Column("followers", WHOLE, nullable=True),
        sa.Column("following", WHOLE, nullable=True),
        sa.Column("posts", WHOLE, nullable=True),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("observed_at", TIME, nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authors")),
        sa.UniqueConstraint("platform", "platform_id", name=op.f("uq_authors_platform_platform_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "campaigns",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaigns_slug")),
        sqlite_strict=True,
    )
    op.create_table(
        "counts",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("query", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("posts", WHOLE, nullable=False),
        sa.Column("observed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "server", "query", "kind", "starts_at", "ends_at", name=op.f("pk_counts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cursors",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("query", TEXT, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("cursor", TEXT, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "server", "query", "starts_at", "ends_at", name=op.f("pk_cursors")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deletions",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.Column("deleted_at", TIME, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "platform_id", name=op.f("pk_deletions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "field_ranks",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("rank", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "field", name=op.f("pk_field_ranks")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hashtags",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hashtags")),
        sa.UniqueConstraint("key", name=op.f("uq_hashtags_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "lake_parts",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", "platform", "part", name=op.f("pk_lake_parts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leases",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("pid", WHOLE, nullable=False),
        sa.Column("process_started_at", TEXT, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "server", name=op.f("pk_leases")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("url", name=op.f("uq_links_url")),
        sqlite_strict=True,
    )
    op.create_table(
        "meta",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "zstd_dictionaries",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zstd_dictionaries")),
        sqlite_strict=True,
    )
    op.create_table(
        "author_history",
        sa.Column("author_id", WHOLE, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("observed_at", TIME, nullable=True),
        sa.Column("handle", TEXT, nullable=True),
        sa.Column("followers", WHOLE, nullable=True),
        sa.Column("following", WHOLE, nullable=True),
        sa.Column("posts", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_author_history_author_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_author_history_observed",
        "author_history",
        ["author_id", "server", "observed_at"],
        unique=True,
        sqlite_where=sa.text("observed_at IS NOT NULL"),
        postgresql_where=sa.text("observed_at IS NOT NULL"),
    )
    op.create_index(
        "uq_author_history_unknown",
        "author_history",
        ["author_id", "server"],
        unique=True,
        sqlite_where=sa.text("observed_at IS NULL"),
        postgresql_where=sa.text("observed_at IS NULL"),
    )
    op.create_table(
        "campaign_tags",
        sa.Column("campaign_id", WHOLE, nullable=False),
        sa.Column("written", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("removed_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_tags_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "written", name=op.f("pk_campaign_tags")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "posts",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=False),
        sa.Column("author_id", WHOLE, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("claimed_at", TIME, nullable=True),
        sa.Column("time_resolution", WHOLE, nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("collected_at", TIME, nullable=False),
        sa.Column("observed_at", TIME, nullable=True),
        sa.Column("edited_at", TIME, nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.Column("text", TEXT, nullable=True),
        sa.Column("text_cut", FLAG, nullable=False),
        sa.Column("lang", TEXT, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("is_repost", FLAG, nullable=False),
        sa.Column("is_reply", FLAG, nullable=False),
        sa.Column("is_quote", FLAG, nullable=False),
        sa.Column("repost_of", TEXT, nullable=True),
        sa.Column("reply_to", TEXT, nullable=True),
        sa.Column("reply_to_author", TEXT, nullable=True),
        sa.Column("quote_of", TEXT, nullable=True),
        sa.Column("conversation", TEXT, nullable=True),
        sa.Column("latitude", NUMBER, nullable=True),
        sa.Column("longitude", NUMBER, nullable=True),
        sa.Column("place", TEXT, nullable=True),
        sa.Column("country", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_posts_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("platform", "platform_id", name=op.f("uq_posts_platform_platform_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_posts_platform_created_at"), "posts", ["platform", "created_at"], unique=False)
    op.create_index(
        "ix_posts_platform_repost_of",
        "posts",
        ["platform", "repost_of"],
        unique=False,
        sqlite_where=sa.text("repost_of IS NOT NULL"),
        postgresql_where=sa.text("repost_of IS NOT NULL"),
    )
    op.create_table(
        "runs",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("campaign_id", WHOLE, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("pages", WHOLE, nullable=False),
        sa.Column("posts_seen", WHOLE, nullable=False),
        sa.Column("posts_new", WHOLE, nullable=False),
        sa.Column("posts_late", WHOLE, nullable=False),
        sa.Column("unparsed", WHOLE, nullable=False),
        sa.Column("requests", WHOLE, nullable=False),
        sa.Column("error", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_runs_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sqlite_strict=True,
    )
    op.create_table(
        "campaign_posts",
        sa.Column("campaign_id", WHOLE, nullable=False),
        sa.Column("post_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_posts_campaign_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_campaign_posts_post_id")),
        sa.PrimaryKeyConstraint("campaign_id", "post_id", name=op.f("pk_campaign_posts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coverage",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("sampled_share", NUMBER, nullable=True),
        sa.Column("run_id", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_coverage_run_id")),
        sa.PrimaryKeyConstraint("platform", "source", "server", "tag", "kind", "starts_at", name=op.f("pk_coverage")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "engagement",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("observed_at", TIME, nullable=True),
        sa.Column("likes", WHOLE, nullable=True),
        sa.Column("reposts", WHOLE, nullable=True),
        sa.Column("replies", WHOLE, nullable=True),
        sa.Column("quotes", WHOLE, nullable=True),
        sa.Column("views", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_engagement_post_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_engagement_observed",
        "engagement",
        ["post_id", "server", "observed_at"],
        unique=True,
        sqlite_where=sa.text("observed_at IS NOT NULL"),
        postgresql_where=sa.text("observed_at IS NOT NULL"),
    )
    op.create_index(
        "uq_engagement_unknown",
        "engagement",
        ["post_id", "server"],
        unique=True,
        sqlite_where=sa.text("observed_at IS NULL"),
        postgresql_where=sa.text("observed_at IS NULL"),
    )
    op.create_table(
        "found",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("first_run_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["first_run_id"], ["runs.id"], name=op.f("fk_found_first_run_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_found_post_id")),
        sa.PrimaryKeyConstraint("post_id", "source", "server", name=op.f("pk_found")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "labels",
        sa.Column("campaign_id", WHOLE, nullable=False),
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("labelled_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_labels_campaign_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_labels_post_id")),
        sa.PrimaryKeyConstraint("campaign_id", "post_id", name=op.f("pk_labels")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "languages",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("lang", TEXT, nullable=True),
        sa.Column("confidence", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_languages_post_id")),
        sa.PrimaryKeyConstraint("post_id", "model", name=op.f("pk_languages")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "post_hashtags",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("hashtag_id", WHOLE, nullable=False),
        sa.Column("written", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["hashtag_id"], ["hashtags.id"], name=op.f("fk_post_hashtags_hashtag_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_hashtags_post_id")),
        _key_on_sqlite("post_id", "hashtag_id", "written", name=op.f("pk_post_hashtags")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "post_ids",
        sa.Column("server", TEXT, nullable=False),
        sa.Column("local_id", TEXT, nullable=False),
        sa.Column("post_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_ids_post_id")),
        sa.PrimaryKeyConstraint("server", "local_id", name=op.f("pk_post_ids")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "post_links",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("link_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_post_links_link_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_links_post_id")),
        sa.PrimaryKeyConstraint("post_id", "link_id", name=op.f("pk_post_links")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_post_links_link_id"), "post_links", ["link_id"], unique=False)
    op.create_table(
        "post_media",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_media_post_id")),
        _key_on_sqlite("post_id", "kind", "url", name=op.f("pk_post_media")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "post_mentions",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("handle", TEXT, nullable=False),
        sa.Column("platform_id", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_mentions_post_id")),
        sa.PrimaryKeyConstraint("post_id", "handle", name=op.f("pk_post_mentions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_post_ids_post_id"), "post_ids", ["post_id"], unique=False)
    op.create_table(
        "post_versions",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("version_id", TEXT, nullable=False),
        sa.Column("observed_at", TIME, nullable=True),
        sa.Column("text", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_versions_post_id")),
        sa.PrimaryKeyConstraint("post_id", "version_id", name=op.f("pk_post_versions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "raw_payloads",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("post_id", WHOLE, nullable=True),
        sa.Column("observed_at", TIME, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("dropped_why", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_raw_payloads_post_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_raw_payloads_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_payloads")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_raw_payloads_post",
        "raw_payloads",
        ["post_id", "sha256"],
        unique=True,
        sqlite_where=sa.text("post_id IS NOT NULL"),
        postgresql_where=sa.text("post_id IS NOT NULL"),
    )
    op.create_index(
        "uq_raw_payloads_unparsed",
        "raw_payloads",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("post_id IS NULL"),
        postgresql_where=sa.text("post_id IS NULL"),
    )
    op.create_table(
        "sentiment",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("negative", NUMBER, nullable=True),
        sa.Column("neutral", NUMBER, nullable=True),
        sa.Column("positive", NUMBER, nullable=True),
        sa.Column("why_not", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_sentiment_post_id")),
        sa.PrimaryKeyConstraint("post_id", "model", name=op.f("pk_sentiment")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spend",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("run_id", WHOLE, nullable=False),
        sa.Column("campaign_id", WHOLE, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("units", WHOLE, nullable=False),
        sa.Column("thousandths", WHOLE, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_spend_campaign_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_spend_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spend")),
        sqlite_strict=True,
    )
    op.create_table(
        "raw_payload_posts",
        sa.Column("post_id", WHOLE, nullable=False),
        sa.Column("raw_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_raw_payload_posts_post_id")),
        sa.ForeignKeyConstraint(["raw_id"], ["raw_payloads.id"], name=op.f("fk_raw_payload_posts_raw_id")),
        sa.PrimaryKeyConstraint("post_id", "raw_id", name=op.f("pk_raw_payload_posts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f("ix_post_hashtags_post_id"), "post_hashtags", ["post_id"], unique=False)
        op.create_index(op.f("ix_post_media_post_id"), "post_media", ["post_id"], unique=False)
