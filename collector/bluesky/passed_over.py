"""Why fields of Bluesky's payloads are not read, by the class of the object and the field; payloads are kept whole."""

from collections.abc import Mapping
from typing import Final

_KIND: Final = {"$type": "the kind of object, which its place and fields tell"}
_VERSION: Final = {"cid": "the hash of the version; a stream tells its order by rev"}
_VIEWER: Final = {"viewer": "about whoever asked"}
_DEBUG: Final = {"debug": "the server's notes to itself"}
_MODERATION: Final = {
    "labels": "marks of moderation services and of the author; none of them takes a post out of what is counted"
}
_PICTURE: Final = {"alt": "a description of what is shown; no measure asks for it", "aspectRatio": "layout"}
_THREAD_PLACE: Final = {
    "opThreadPostCount": "how long its author's own thread is",
    "opThreadPostIndex": "its place in its author's own thread",
}
_OTHER_RECORDS: Final = dict.fromkeys(
    (
        "acceptsInteractions",
        "avatar",
        "contentMode",
        "creator",
        "createdAt",
        "description",
        "descriptionFacets",
        "did",
        "displayName",
        "feeds",
        "joinedAllTimeCount",
        "joinedWeekCount",
        "list",
        "listItemCount",
        "listItemsSample",
        "name",
        "policies",
        "purpose",
        "updatedAt",
    ),
    "of a feed, a list, a labeler or a starter pack that is shown: no post",
)
_SHUT: Final = {
    "blocked": "why it is not shown; it is referred to all the same",
    "notFound": "why it is not shown; it is referred to all the same",
    "detached": "why it is not shown; it is referred to all the same",
}

PASSED_OVER: Final[Mapping[str, Mapping[str, str]]] = {
    "Ref": _KIND | _VERSION,
    "Feature": _KIND,
    "ByteSlice": _KIND,
    "Facet": _KIND,
    "BlobLink": _KIND,
    "Blob": _KIND | {"mimeType": "its embed tells what it is", "size": "no measure asks for it"},
    "Image": _KIND | _PICTURE | {"thumb": "a smaller one of the same", "thumbnail": "a smaller one of the same"},
    "External": _KIND
    | {
        "title": "a text of the page that is linked, not of the post",
        "description": "a text of the page that is linked, not of the post",
        "thumb": "a picture of the page that is linked, not of the post",
        "associatedProfiles": "of the page that is linked, not of the post",
        "associatedRefs": "of the page that is linked, not of the post",
        "createdAt": "of the page that is linked, not of the post",
        "labels": "of the page that is linked, not of the post",
        "readingTime": "of the page that is linked, not of the post",
        "source": "of the page that is linked, not of the post",
        "updatedAt": "of the page that is linked, not of the post",
    },
    "Embed": _KIND
    | _PICTURE
    | {
        "cid": "the hash of a film, which its address contains",
        "thumbnail": "a still of the film",
        "captions": "subtitles of a film, files of their own",
        "presentation": "layout",
    },
    "ReplyRef": _KIND,
    "Record": _MODERATION
    | {
        "entities": "what facets were before 2023, counted in other units",
        "bridgyOriginalText": "the post in the HTML of the network that a bridge took it from",
        "bridgyOriginalUrl": "the post's address on the network that a bridge took it from",
        "fullText": "the post in the HTML of the network that a bridge took it from",
        "fullUrl": "the post's address on the network that a bridge took it from",
        "via": "the app that was used; no measure asks for it",
    },
    "RepostRecord": _KIND | {"via": "the repost through which the post was seen; who saw what is not collected"},
    "Profile": _KIND
    | _VIEWER
    | _DEBUG
    | _MODERATION
    | {
        "avatar": "a picture of a person",
        "associated": "what the account offers (chat, lists, feeds)",
        "pronouns": "about a person; no measure asks for it",
        "status": "that it is live at the moment",
        "verification": "who vouches for the account; no measure asks for it",
    },
    "Embedded": _KIND | _VERSION | _VIEWER | _MODERATION | _THREAD_PLACE | _OTHER_RECORDS | _SHUT,
    "PostView": _KIND
    | _VERSION
    | _VIEWER
    | _DEBUG
    | _MODERATION
    | _SHUT
    | {
        "bookmarkCount": "how many keep it for themselves; no measure asks for it",
        "threadgate": "who may answer; no measure asks for it",
    },
    "FeedReply": _KIND,
    "Reason": _KIND | {"cid": "the hash of the repost"},
    "FeedViewPost": _KIND
    | _THREAD_PLACE
    | {
        "feedContext": "the feed's notes to itself",
        "reqId": "the feed's notes to itself",
    },
    "Commit": _VERSION,
    "Account": _KIND
    | {
        "did": "the event says it",
        "seq": "the relay's number of the event",
        "time": "the relay's time of the event, a moment before the stream's",
    },
    "Event": _KIND
    | {
        "seq": "the stream's number of the event",
        "identity": "that a handle may be another now; the next view of a post tells which",
    },
}
