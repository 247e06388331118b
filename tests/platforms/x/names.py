"""The two sets of names: what may be asked for, and what it is called in replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TWEET_FIELDS = _set(
    "article attachments author_id card_uri community_id context_annotations conversation_id created_at"
    " display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang"
    " matched_media_notes media_metadata non_public_metrics note_request_suggestions note_tweet organic_metrics"
    " paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets reply_settings scopes"
    " source suggested_source_links suggested_source_links_with_counts text withheld"
)
TWEET_EXPANSIONS = _set(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet"
    " attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id"
    " in_reply_to_user_id entities.note.mentions.username referenced_tweets.id"
    " referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id"
)
USER_FIELDS = _set(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location"
    " most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics"
    " receives_your_dm subscription subscription_type url username verified verified_followers_count verified_type"
    " withheld"
)
MEDIA_FIELDS = _set(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics"
    " public_metrics type url variants width"
)
POLL_FIELDS = _set("duration_minutes end_datetime id options voting_status")
PLACE_FIELDS = _set("contained_within country country_code full_name geo id name place_type")
# With post names, these of a post come by an expansion alone.
ONLY_EXPANDED = {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "referenced_tweets"}
POST_FIELDS = TWEET_FIELDS - ONLY_EXPANDED - {"note_tweet"} | {"note_post", "article_title"}
POST_EXPANSIONS = _set(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet"
    " attachments.poll_ids author_id edit_history_post_ids entities.mentions.username geo.place_id"
    " in_reply_to_user_id referenced_posts username"
)
POST_USER_FIELDS = USER_FIELDS - {"affiliation", "most_recent_tweet_id", "pinned_tweet_id"} | {"subscribes_to_you"}

RENAMED: Mapping[str, str] = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "total_tweet_count": "total_post_count",
    "tweets": "posts",
    "tweet": "post",
    "pinned_tweet_id": "pinned_post_id",
    "most_recent_tweet_id": "most_recent_post_id",
}
OF_2_166: Mapping[str, str] = {
    "note_post": "note_tweet",
    "referenced_posts": "referenced_tweets.id",
    "edit_history_post_ids": "edit_history_tweet_ids",
}


@dataclass(frozen=True)
class Names:
    """A version's names.

    Attributes:
        fields: the parameters that choose fields, and what each may name.
        stream_fields: those of the stream, which keeps the old ones.
        expansions, stream_expansions: what may be expanded.
        host: whose problems' addresses begin with it.
        renamed: what is called otherwise than in 2.166.
    """

    version: str
    fields: Mapping[str, frozenset[str]]
    stream_fields: Mapping[str, frozenset[str]]
    expansions: frozenset[str]
    stream_expansions: frozenset[str]
    host: str
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_old_ones(self) -> bool:
        """Say whether posts are called tweets."""
        return not self.renamed

    def of(self, name: str) -> str:
        """Call a thing of 2.166 by its name here."""
        return self.renamed.get(name, name)

    def problem(self, name: str) -> str:
        """Write the address of a kind of problem."""
        return f"{self.host}/2/problems/{name}"


_BESIDE = {"media.fields": MEDIA_FIELDS, "poll.fields": POLL_FIELDS, "place.fields": PLACE_FIELDS}
_OLD_FIELDS = {"tweet.fields": TWEET_FIELDS, "user.fields": USER_FIELDS, **_BESIDE}
_NEW_FIELDS = {"post.fields": POST_FIELDS, "user.fields": POST_USER_FIELDS, **_BESIDE}

NAMES: Mapping[str, Names] = {
    "2.166": Names("2.166", _OLD_FIELDS, _OLD_FIELDS, TWEET_EXPANSIONS, TWEET_EXPANSIONS, "https://api.twitter.com"),
    "2.167": Names("2.167", _NEW_FIELDS, _OLD_FIELDS, POST_EXPANSIONS, TWEET_EXPANSIONS, "https://api.x.com", RENAMED),
}
