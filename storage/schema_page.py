"""docs/schema.md, made of the schema itself: `python -m storage.schema_page FILE` writes it (see `make docs`)."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, Index, Table, UniqueConstraint, create_engine, make_url, text

from storage import schema
from storage.views import VIEWS, make_views

ViewColumns: TypeAlias = Mapping[str, Sequence[str]]
"""The names of each view's columns, in order."""

TOPICS: Final = {
    "Campaigns": (schema.campaigns, schema.campaign_tags, schema.campaign_posts),
    "Posts and their authors": (
        *(schema.posts, schema.authors, schema.author_history, schema.engagement),
        *(schema.post_ids, schema.post_versions, schema.deletions, schema.author_deletions),
    ),
    "What posts contain": (
        *(schema.hashtags, schema.post_hashtags, schema.links, schema.post_links),
        *(schema.post_mentions, schema.post_media),
    ),
    "How it was collected": (
        *(schema.coverage, schema.asked_servers, schema.runs, schema.found, schema.counts, schema.spend),
        *(schema.raw_payloads, schema.raw_payload_posts, schema.raw_payload_authors, schema.zstd_dictionaries),
        schema.unknown_fields,
    ),
    "What was noticed": (schema.alerts, schema.alert_channels),
    "What models and people said": (schema.languages, schema.sentiment, schema.labels),
    "The program's own": (
        *(schema.field_ranks, schema.billed, schema.cursors, schema.leases, schema.lake_parts, schema.meta),
    ),
}
"""The tables in the order of the page."""

_TYPES: Final = {
    'TEXT COLLATE "C"': "text",
    "BIGINT": "whole number",
    "DOUBLE PRECISION": "number",
    "BOOLEAN": "flag",
    "TIMESTAMP WITH TIME ZONE": "time",
    "BYTEA": "bytes",
}
"""Words for PostgreSQL's types: they tell times from texts and flags from numbers, as SQLite's do not."""
_POSTGRESQL: Final = make_url("postgresql://").get_dialect()()

_INTRODUCTION: Final = """\
# The store: views and tables

Made of the schema by `make docs`; do not edit it by hand.

A store is one SQLite file, by default `groundswell.db`. `groundswell query "SELECT ..."` asks it, and can only read;
any other program that opens SQLite can ask it too. The [views](#views) are made for reading, the [tables](#tables)
hold all that they are made of.

With the extra `postgres` a store may be a database of PostgreSQL instead (`store.url: postgresql://ROLE@HOST/DATABASE`;
the password comes from `PGPASSWORD` or `~/.pgpass`). Names, columns and views are the same. There a time is a
`timestamptz` and a flag a `boolean`, which `groundswell query` writes as it does those of a file; NULL sorts last
unless a query says otherwise; and foreign keys are not declared.

## Three questions to begin with

How many posts were there in each day, and which of the days can be relied on?

```sql
SELECT starts_at, posts, authors, state FROM daily_volume WHERE campaign = 'let-it-go' ORDER BY starts_at
```

Which posts of the campaign are liked most?

```sql
SELECT likes, author, created_at, text, url
FROM post_view
WHERE NOT is_repost AND id IN (
    SELECT m.post_id FROM campaigns AS c JOIN campaign_posts AS m ON m.campaign_id = c.id WHERE c.slug = 'let-it-go'
)
ORDER BY likes DESC NULLS LAST LIMIT 20
```

Which sites does it link to?

```sql
SELECT l.domain, COUNT(DISTINCT m.post_id) AS posts
FROM campaigns AS c
JOIN campaign_posts AS m ON m.campaign_id = c.id
JOIN post_links AS pl ON pl.post_id = m.post_id
JOIN links AS l ON l.id = pl.link_id
WHERE c.slug = 'let-it-go'
GROUP BY l.domain ORDER BY posts DESC LIMIT 20
```

## What holds everywhere

- **NULL** means *not known* or *not told*, never zero.
- A **time** is UTC, written like `2026-11-23T09:00:00.123456Z`: always 27 characters, so that times compare as text.
  Stretches of time are half-open: `starts_at` belongs to them, `ends_at` does not any more.
- A **flag** is 1 or 0; its column tells what it is 1 for. In views, columns in `_at` are times, those in `is_` flags.
- **id**, and what refers to it (`post_id`, `author_id` ...), are numbers of this store alone: another store has others.
  What the platform calls a post or an account is its `platform_id`, a text. To cite one, write `platform:platform_id`.
- **platform** is the network (`x`, `bluesky`, `mastodon`). **source** is what posts came through: `archive` for
  imported files, else a source of config.yaml. **server** is the server of Mastodon that was asked; other platforms
  are one server and have none, or in columns that say who told something the platform's own name.
- **kind** is `posts` (not reposts; replies and quotes are posts) or `reposts`.
- **state** says what is known of a stretch of time: *complete*, all that the source has is stored; *partial*, some may
  be missing; *given*, it is from an archive and cannot be checked; *lost*, it can no longer be had; *failed*, it was
  asked for in vain and may still be had; *not tried*, nothing was asked.
- One row is put together from **all readings** of a post or account: each field is from the best of them, and the order
  in which they came makes no difference.
"""

_END: Final = """\
One table more, `alembic_version`, holds the number of the schema, by which a newer program knows what to change.
"""


def write_page(view_columns: ViewColumns) -> str:
    """Write the page as Markdown."""
    return "\n".join(_lines(view_columns))


def _lines(view_columns: ViewColumns) -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Views"
    yield ""
    for name, columns in view_columns.items():
        yield from _view(name, columns)
    yield "## Tables"
    yield ""
    for topic, tables in TOPICS.items():
        links = ", ".join(f"[{table.name}](#{table.name})" for table in tables)
        yield f"**{topic}**: {links}."
        yield ""
    for tables in TOPICS.values():
        for table in tables:
            yield from _table(table)
    yield _END


def _view(name: str, columns: Sequence[str]) -> Iterator[str]:
    view = VIEWS[name]
    yield from _headed(name, view.meaning)
    yield from _grid(("column", "meaning"), [(f"`{column}`", view.columns.get(column, "")) for column in columns])
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield from _headed(table.name, str(table.comment))
    yield from _grid(("column", "type", "", "meaning"), [_row(column) for column in table.columns])
    yield ""
    if keys := sorted([*_uniques(table), *map(_index, filter(_is_own, table.indexes))]):
        yield from (*keys, "")


def _headed(name: str, meaning: str) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    yield meaning
    yield ""


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _joined(head)
    yield _joined(["---"] * len(head))
    yield from map(_joined, rows)


def _joined(cells: Sequence[str]) -> str:
    escaped = [cell.replace("|", r"\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _row(column: Column[Any]) -> tuple[str, str, str, str]:
    kind = _TYPES[column.type.compile(dialect=_POSTGRESQL)]
    role = "key" if column.primary_key else "may be NULL" if column.nullable else ""
    refers = [f"a row of [{key.column.table.name}](#{key.column.table.name})" for key in column.foreign_keys]
    return f"`{column.name}`", kind, role, ": ".join([*refers, *filter(None, [column.comment])])


def _uniques(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield f"- Unique: {_listed(constraint.columns.keys())}"


def _is_own(index: Index) -> bool:
    """Tell an index from one that stands in for the beginning of a key on PostgreSQL (see storage/schema.py)."""
    columns = index.columns.keys()
    return index.table is None or columns != index.table.primary_key.columns.keys()[: len(columns)]


def _index(index: Index) -> str:
    where = index.dialect_options["sqlite"]["where"]
    condition = "" if where is None else f", where {str(where).rpartition('.')[2]}"
    return f"- {'Unique' if index.unique else 'Index'}: {_listed(index.columns.keys())}{condition}"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def read_view_columns() -> ViewColumns:
    """Make an empty store in memory and read what its views have."""
    with create_engine("sqlite://").connect() as connection:
        schema.metadata.create_all(connection)
        make_views(connection)
        told = text("SELECT name FROM pragma_table_info(:view) ORDER BY cid")
        return {view: connection.scalars(told, {"view": view}).all() for view in VIEWS}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(write_page(read_view_columns()), encoding="utf-8")
