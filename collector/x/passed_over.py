"""The fields of X's API v2 that are not read, and why: of all that stand in its specification or in real files."""

from typing import Final

PASSED_OVER: Final = {
    "Post": {
        "context_annotations": "X's guess at the topic; it fills half of a payload",
        "display_text_range": "layout",
        "edit_controls": "what may still be done, not what was",
        "source": "the app that was used; no measure asks for it",
        "possibly_sensitive": "X's own mark; no measure asks for it",
        "reply_settings": "who may answer; no measure asks for it",
        "withheld": "where X hides the post; the text then says so",
        "matching_rules": "which stream rule let it through",
        "article": "long articles are another kind of thing",
        "article_title": "long articles are another kind of thing",
        "card_uri": "layout",
        "community_id": "no measure asks for it",
        "matched_media_notes": "X's notes on its pictures",
        "media_metadata": "layout",
        "non_public_metrics": "told to the post's author only",
        "organic_metrics": "told to the post's author only",
        "promoted_metrics": "told to the post's author only",
        "note_request_suggestions": "a feature of X's community notes",
        "paid_partnership": "no measure asks for it",
        "scopes": "who may see it",
        "suggested_source_links": "a feature of X's community notes",
        "suggested_source_links_with_counts": "a feature of X's community notes",
        "username": "the author's handle, which the user object has with the rest",
        "__twarc": "when and how it was asked: taken off, and read as the line's",
    },
    "User": {
        "affiliation": "no measure asks for it",
        "connection_status": "about whoever asked",
        "confirmed_email": "about whoever asked",
        "description": "a profile text is no post; it stays in the payload",
        "entities": "what stands in the profile text",
        "is_identity_verified": "no measure asks for it",
        "most_recent_post_id": "a post that is not here",
        "most_recent_tweet_id": "a post that is not here",
        "parody": "no measure asks for it",
        "pinned_post_id": "a post that is not here",
        "pinned_tweet_id": "a post that is not here",
        "profile_banner_url": "a picture of a person",
        "profile_image_url": "a picture of a person",
        "protected": "a protected account's posts do not come",
        "receives_your_dm": "about whoever asked",
        "subscribes_to_you": "about whoever asked",
        "subscription": "about whoever asked",
        "subscription_type": "no measure asks for it",
        "url": "what stands in the profile",
        "verified": "its meaning changed with the years",
        "verified_followers_count": "no measure asks for it",
        "verified_type": "its meaning changed with the years",
        "withheld": "where X hides the account",
        "start": "where a mention stands in the text",
        "end": "where a mention stands in the text",
    },
    "UserMetrics": {
        "like_count": "what they liked; no measure asks for it",
        "listed_count": "no measure asks for it",
        "media_count": "no measure asks for it",
    },
    "Metrics": {
        "bookmark_count": "no measure asks for it",
    },
    "Entities": {
        "annotations": "X's guess at names in the text",
        "cashtags": "tags of shares ($TAG); campaigns are watched by hashtags",
    },
    "Hashtag": {
        "start": "where it stands in the text",
        "end": "where it stands in the text",
    },
    "Link": {
        "start": "where it stands in the text",
        "end": "where it stands in the text",
        "status": "how the linked page answered X",
        "title": "the linked page's words, not the post's",
        "description": "the linked page's words, not the post's",
        "images": "the linked page's pictures, not the post's",
    },
    "Medium": {
        "alt_text": "a description of the picture; it stays in the payload",
        "duration_ms": "no measure asks for it",
        "height": "layout",
        "width": "layout",
        "public_metrics": "views of the film, not of the post",
        "non_public_metrics": "told to the post's author only",
        "organic_metrics": "told to the post's author only",
        "promoted_metrics": "told to the post's author only",
    },
    "Variant": {
        "content_type": "the address shows it",
    },
    "Place": {
        "contained_within": "the ids of larger places",
        "country_code": "country says the same",
        "geo": "the outline of the place; a post's own coordinates are read",
        "name": "a part of full_name",
        "place_type": "no measure asks for it",
    },
    "Geo": {
        "id": "place_id says the same",
        "contained_within": "the ids of larger places",
        "country_code": "country says the same",
        "geo": "the outline of the place; a post's own coordinates are read",
        "name": "a part of full_name",
        "place_type": "no measure asks for it",
    },
    "Point": {
        "type": "it is always Point",
    },
    "Attachments": {
        "polls": "what was asked and voted; it stays in the payload",
    },
    "Poll": {
        "duration_minutes": "what was asked and voted; it stays in the payload",
        "end_datetime": "what was asked and voted; it stays in the payload",
        "options": "what was asked and voted; it stays in the payload",
        "voting_status": "what was asked and voted; it stays in the payload",
    },
    "Includes": {
        "topics": "X's guess at the topic; nothing read refers to them",
    },
    "Asked": {
        "url": "the question, not the answer",
        "version": "of the tool",
    },
    "Page": {
        "meta": "about the asking: how many came, and how to go on",
        "errors": "what was asked for and did not come",
        "matching_rules": "which stream rule let it through",
    },
}
"""Why a field of the payload is not read, by class and field.

Each item's payload keeps its post and what that refers to whole; of a page's own fields only `data` and `includes`.
"""
