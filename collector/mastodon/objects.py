"""The objects of Mastodon's API as far as they are read, as Mastodon and the servers that speak its API write them.

A field is None where the object says nothing: other servers leave out what Mastodon always tells, and numbers that
are hidden come as -1. Ids are text; servers of 2017 wrote them as numbers. Fields that are not declared are passed
over; `passed_over` says why, so that a field nobody knows of can be noticed.
"""

from typing import TypeAlias

import msgspec

from collector.prepared import prepare

LocalId: TypeAlias = str | int
"""The id that a server gave to something; another server has another id for it."""


class Account(msgspec.Struct, frozen=True, gc=False):
    """An account; `acct` is user@host, or user alone for an account of the server that was asked."""

    id: LocalId | None = None
    username: str | None = None
    acct: str | None = None
    display_name: str | None = None
    uri: str | None = None
    url: str | None = None
    created_at: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None
    moved: "Account | None" = None


class Tag(msgspec.Struct, frozen=True, gc=False):
    """A hashtag of a status, without its '#'; its `url` is on the server that was asked."""

    name: str
    url: str | None = None


class Mention(msgspec.Struct, frozen=True, gc=False):
    """An account that a status mentions."""

    acct: str | None = None
    username: str | None = None
    url: str | None = None


class Medium(msgspec.Struct, frozen=True, gc=False):
    """A picture, film or sound; `remote_url` is where its own server has it, None for one of the server asked."""

    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    preview_url: str | None = None
    text_url: str | None = None


class Quote(msgspec.Struct, frozen=True, gc=False):
    """What a status quotes, and whether the quoted author agreed; one level down only the id is told."""

    state: str | None = None
    quoted_status: "Status | None" = None
    quoted_status_id: LocalId | None = None


class Byline(msgspec.Struct, frozen=True, gc=False):
    """Who wrote what a link leads to, as far as they have an account."""

    account: Account | None = None


class Card(msgspec.Struct, frozen=True, gc=False):
    """The preview that a server made of a link."""

    authors: list[Byline] | None = None


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a picture is from, on Pixelfed."""

    name: str | None = None
    country: str | None = None


class Status(msgspec.Struct, frozen=True, gc=False):
    """A post, or the boost of one."""

    id: LocalId
    uri: str | None = None
    url: str | None = None
    visibility: str | None = None
    local_only: bool | None = None
    created_at: str | None = None
    edited_at: str | None = None
    account: Account | None = None
    content: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    tags: list[Tag] | None = None
    mentions: list[Mention] | None = None
    media_attachments: list[Medium] | None = None
    in_reply_to_id: LocalId | None = None
    in_reply_to_account_id: LocalId | None = None
    reblog: "Status | None" = None
    quote: Quote | None = None
    quote_id: LocalId | None = None
    card: Card | None = None
    place: Place | None = None
    favourites_count: int | None = None
    reblogs_count: int | None = None
    replies_count: int | None = None
    quotes_count: int | None = None


prepare(Status)
