"""The saving of a batch's authors: readings merged into what is known of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from storage import schema
from storage.author_rows import TABLES, AuthorRows, Key, Row, load, merged_of_rows, rows_of_merged
from storage.engine import any_of, delete_rows, insert_rows, update_rows
from storage.graves import gone_authors, is_nothing_gone
from storage.instant import Instant
from storage.merge import (
    AUTHOR_FIELDS,
    UNKNOWN,
    Gone,
    MergedAuthor,
    Profile,
    greater_profile,
    mask_author,
    merge_authors,
    of_author,
)
from storage.post import Author, Deletion
from storage.ranks import read_base, write_base


class SavedAuthors(msgspec.Struct, frozen=True):
    """What the saving of authors did.

    `numbers` has the number of each author named; `changed` those whose row or history is other than before; `gone`
    the deletion of each of them that has one.
    """

    numbers: Mapping[Key, int]
    changed: frozenset[int]
    renamed: frozenset[int]
    gone: Mapping[int, Gone]


def save_authors(
    connection: Connection,
    readings: Iterable[Author],
    named: Iterable[Key],
    deletions: Iterable[Deletion],
    now: Instant,
) -> SavedAuthors:
    """Merge readings of authors into the store; authors that are only named get a row without a profile.

    `deletions` are those that came with this batch.
    """
    grouped = _group(readings)
    for key in sorted(set(named) - grouped.keys()):
        grouped[key] = []
    deleted = {(one.platform, one.platform_id) for one in deletions if one.of == "author"}
    numbers = _numbers_of(connection, grouped.keys() | deleted)
    for key in sorted((deleted & numbers.keys()) - grouped.keys()):
        grouped[key] = []
    gone_at = {} if is_nothing_gone(connection) else gone_authors(connection, grouped)
    known = load(connection, list(numbers.values()))
    into: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    gone: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    updated: list[Row] = []
    renamed: set[int] = set()
    number = connection.execute(select(func.coalesce(func.max(schema.authors.c.id), 0))).scalar_one()
    fresh: list[int] = []
    for key, told in grouped.items():
        if key not in numbers:
            number += 1
            numbers[key] = number
            fresh.append(number)
            _insert(told, key, number, now, into, gone_at.get(key))
        elif told or key in deleted:
            before = known[numbers[key]]
            after = _merged_rows(told, key, before, gone_at.get(key))
            _compare(before, after, into, gone, updated)
            if before.author[3] != after.author[3]:
                renamed.add(numbers[key])
    for table in TABLES:
        delete_rows(connection, table, gone[table.name])
        insert_rows(connection, table, into[table.name])
    update_rows(connection, schema.authors, schema.authors.c.id, updated)
    return SavedAuthors(
        numbers,
        frozenset(fresh).union(row[0] for row in chain(updated, into["author_history"], gone["author_history"])),
        frozenset(renamed),
        {numbers[key]: deletion for key, deletion in gone_at.items()},
    )


def _group(readings: Iterable[Author]) -> dict[Key, list[Author]]:
    """Gather readings by author; of readings that differ only in what carried them the latest carrier's stays."""
    grouped: dict[Key, list[Author]] = {}
    for author in readings:
        key = (author.platform, author.platform_id)
        told = grouped.get(key)
        if told is None:
            grouped[key] = [author]
            continue
        for place, other in enumerate(told):
            if _say_the_same(author, other):
                if (other.carried_at or "") < (author.carried_at or ""):
                    told[place] = author
                break
        else:
            told.append(author)
    return grouped


def _say_the_same(one: Author, other: Author) -> bool:
    return (
        one.observed_at == other.observed_at
        and one.followers == other.followers
        and one.posts == other.posts
        and one.following == other.following
        and one.handle == other.handle
        and one.display_name == other.display_name
        and one.location == other.location
        and one.created_at == other.created_at
        and one.server == other.server
    )


def _numbers_of(connection: Connection, keys: Iterable[Key]) -> dict[Key, int]:
    by_platform: dict[str, list[str]] = defaultdict(list)
    for platform, platform_id in keys:
        by_platform[platform].append(platform_id)
    numbers: dict[Key, int] = {}
    columns = schema.authors.c
    for platform, ids in by_platform.items():
        query = select(columns.platform_id, columns.id).where(
            columns.platform == platform, columns.platform_id.in_(any_of(ids))
        )
        for platform_id, number in connection.execute(query):
            numbers[platform, platform_id] = number
    return numbers


def _insert(
    told: Sequence[Author], key: Key, number: int, now: Instant, into: Mapping[str, list[Row]], deletion: Gone | None
) -> None:
    """Append the rows of a new author; where one reading speaks for all, the usual case, it is written as it is."""
    one = _spokesman(told)
    if one is None or deletion is not None:
        rows = rows_of_merged(mask_author(_merge(told), deletion), key, number, now)
        into["authors"].append(rows.author)
        into["author_history"] += rows.history
        into["field_ranks"] += rows.ranks
        return
    fields = _fields(one)
    into["authors"].append((number, *key, *fields, now, one.observed_at, None))
    for (server, seen), profile in _history(told).items():
        into["author_history"].append((number, server, seen, *profile))
    if one.carried_at and fields != _NOTHING:
        rank = f'[-1,"{one.observed_at or ""}","{one.carried_at}"]'
        into["field_ranks"].append(("author", number, "", rank))


def _spokesman(told: Sequence[Author]) -> Author | None:
    """Find the reading that stands above all others and tells every field that any tells; None where none does."""
    if len(told) <= 1:
        return told[0] if told else None
    best = max(told, key=_standing)
    fields = _fields(best)
    for other in told:
        if other is not best and (_standing(other) == _standing(best) or not _tells_all(fields, _fields(other))):
            return None
    return best


def _standing(author: Author) -> tuple[Instant, Instant]:
    return author.observed_at or UNKNOWN, author.carried_at or UNKNOWN


def _tells_all(mine: Sequence[object], theirs: Sequence[object]) -> bool:
    return None not in mine or all(one is not None or other is None for one, other in zip(mine, theirs, strict=True))


_fields: Final[Callable[[Author], tuple[Any, ...]]] = attrgetter(*AUTHOR_FIELDS)
_NOTHING: Final = (None,) * len(AUTHOR_FIELDS)


def _history(told: Iterable[Author]) -> dict[tuple[str, Instant | None], tuple[Any, ...]]:
    history: dict[tuple[str, Instant | None], tuple[Any, ...]] = {}
    for one in told:
        profile = _profile(one)
        if profile != _NO_PROFILE:
            at = (one.server, one.observed_at)
            history[at] = greater_profile(history[at], profile) if at in history else profile
    return history


_profile: Final[Callable[[Author], tuple[Any, ...]]] = attrgetter(*Profile._fields)
_NO_PROFILE: Final = (None,) * len(Profile._fields)


def _merge(told: Iterable[Author], known: MergedAuthor | None = None) -> MergedAuthor:
    """Join readings, and what was known before; of an author who is only named nothing is known."""
    merged = known or MergedAuthor({}, None, {})
    for author in told:
        merged = merge_authors(merged, of_author(author))
    return merged


def _merged_rows(told: Sequence[Author], key: Key, before: AuthorRows, deletion: Gone | None) -> AuthorRows:
    """Merge readings into what is known of an author."""
    renewed = _renewed(told, before) if deletion is None else None
    if renewed is not None:
        return renewed
    merged = mask_author(_merge(told, merged_of_rows(before)), deletion)
    return rows_of_merged(merged, key, before.author[0], before.author[10])


def _renewed(told: Sequence[Author], before: AuthorRows) -> AuthorRows | None:
    """Write an author anew where one reading, or the row as it is, says all that is known: None in any other case."""
    number, platform, key, *fields, first_seen_at, observed_at, deleted_at = before.author
    one, base = _spokesman(told), read_base({field: rank for _, _, field, rank in before.ranks}, observed_at)
    if one is None or base is None or deleted_at is not None:
        return None
    mine, standing = _fields(one), (-1, *_standing(one))
    if standing > base and mine != _NOTHING and _tells_all(mine, fields):
        fields, base = list(mine), standing
    elif not (standing < base and _tells_all(fields, mine)) and (standing, list(mine)) != (base, fields):
        return None
    latest = max(observed_at or UNKNOWN, one.observed_at or UNKNOWN) or None
    return AuthorRows(
        (number, platform, key, *fields, first_seen_at, latest, None),
        _longer(number, before.history, told),
        {("author", number, field, rank) for field, rank in write_base(base, latest).items()},
    )


def _longer(number: int, rows: Iterable[Row], told: Sequence[Author]) -> set[Row]:
    """Join what readings tell to the rows of an author's history."""
    history: dict[tuple[str, Instant | None], Sequence[Any]] = {
        (server, seen): profile for _number, server, seen, *profile in rows
    }
    for at, profile in _history(told).items():
        history[at] = greater_profile(history[at], profile) if at in history else profile
    return {(number, *at, *profile) for at, profile in history.items()}


def _compare(
    before: AuthorRows,
    after: AuthorRows,
    into: Mapping[str, list[Row]],
    gone: Mapping[str, list[Row]],
    updated: list[Row],
) -> None:
    if before.author != after.author:
        updated.append(after.author)
    for name, old, new in (
        ("author_history", before.history, after.history),
        ("field_ranks", before.ranks, after.ranks),
    ):
        gone[name] += old - new
        into[name] += new - old
