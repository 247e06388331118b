"""Worlds that are made: a campaign with its crowd, and what stands around it."""

import gc
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from tests.platforms.x.crowd import crowd, times
from tests.platforms.x.texts import Draft, chatter, passed_on, tagged
from tests.platforms.x.world import (
    EPOCH_MS,
    LOW_BITS,
    Author,
    Media,
    Metrics,
    Post,
    Reference,
    World,
    snowflake,
)

OUTSIDE_TAG = "otherthings"
UNTOLD = 0.03
COUNTED = Metrics(reposts=None)


@dataclass(frozen=True)
class Campaign:
    """What is to be made.

    Attributes:
        posts: of the campaign itself: reposts among them, what they refer to outside not.
        tags: spellings and how often each is used.
        languages: how often each is written.
        reposts, replies, quotes, reply_quotes: shares of all posts.
        outside: the share of replies and quotes whose target carries no tag of the campaign.
        decoys: posts that a search for the tags must not find, per post.
        late, deleted, edited, pictured, long: shares of posts that are no reposts.
        gone_authors: the share of authors that are deleted, suspended or protected in the end.
        bursts: how many outbreaks there are.
    """

    seed: int = 1
    posts: int = 1_000
    starts_at: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    ends_at: datetime = datetime(2026, 11, 6, tzinfo=UTC)
    tags: Mapping[str, float] = field(default_factory=lambda: {"خليها_تخيس": 6, "خلوها_تخيس": 2, "LetItRot": 2})
    languages: Mapping[str, float] = field(default_factory=lambda: {"ar": 6, "en": 2, "fa": 1, "fr": 1, "qht": 0.2})
    authors: int | None = None
    reposts: float = 0.35
    replies: float = 0.12
    quotes: float = 0.08
    reply_quotes: float = 0.01
    outside: float = 0.5
    decoys: float = 0.05
    late: float = 0.01
    deleted: float = 0.02
    edited: float = 0.005
    pictured: float = 0.1
    long: float = 0.01
    gone_authors: float = 0.01
    bursts: int = 2


def made(campaign: Campaign) -> World:
    """Make a world; the same campaign makes the same one."""
    was_on = gc.isenabled()
    gc.disable()  # nothing that is made here is thrown away, and looking for it takes half of the time
    try:
        return _Maker(campaign).world()
    finally:
        if was_on:
            gc.enable()


class _Maker:
    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.rng = random.Random(campaign.seed)  # noqa: S311  the same seed must make the same world
        count = campaign.authors or max(3, campaign.posts // 5)
        self.authors = crowd(self.rng, count, campaign.gone_authors, campaign.starts_at, campaign.ends_at)
        self.by_id = {author.id: author for author in self.authors}
        self.languages = list(campaign.languages)
        self.language_weights = list(accumulate(campaign.languages.values()))
        self.tags = list(campaign.tags)
        self.tag_weights = list(accumulate(campaign.tags.values()))
        self.posts: list[Post] = []
        self.sources: list[Post] = []

    def world(self) -> World:
        """Make it all, in the order of time."""
        campaign = self.campaign
        decoys = int(campaign.posts * campaign.decoys)
        drawn = [(at, True) for at in self._times(campaign.posts)]
        drawn += [(at, False) for at in self._times(decoys)]
        for number, (at, is_of_it) in enumerate(sorted(drawn)):
            post_id = (at - EPOCH_MS << LOW_BITS) + (self.rng.getrandbits(9) << 13) + number % 8_192
            if is_of_it:
                self._one(post_id)
            else:
                self.posts.append(self._decoy(post_id))
        return World(tuple(self.posts), tuple(self.authors))

    def _times(self, count: int) -> list[int]:
        campaign = self.campaign
        return times(self.rng, count, campaign.starts_at, campaign.ends_at, campaign.bursts)

    def _one(self, post_id: int) -> None:
        campaign, rng = self.campaign, self.rng
        kind, author = rng.random(), self._anyone()
        if kind < campaign.reposts and self.sources:
            post = self._repost(post_id, author)
        else:
            kind -= campaign.reposts
            post = self._own(post_id, author, kind)
            self.sources.append(post)
        self.posts.append(post)
        if not post.is_repost and rng.random() < campaign.edited:
            self._edit(post)

    def _own(self, post_id: int, author: Author, kind: float) -> Post:
        campaign = self.campaign
        is_reply = kind < campaign.replies + campaign.reply_quotes
        is_quote = campaign.replies <= kind < campaign.replies + campaign.quotes + campaign.reply_quotes
        answered = self._target(post_id) if kind >= 0 and is_reply else None
        quoted = self._target(post_id) if kind >= 0 and is_quote else None
        mentions = [self._name(answered)] if answered else []
        lang = self._lang()
        draft = tagged(self.rng, lang, self._some_tags(), mentions)
        if quoted:
            self._quote(draft, quoted)
        # Of some replies X tells whom they answer, and not what.
        is_told = self.rng.random() >= UNTOLD
        references = [Reference("replied_to", answered.id)] if answered and is_told else []
        references += [Reference("quoted", quoted.id)] if quoted else []
        post = Post(
            id=post_id,
            author_id=author.id,
            text=draft.text,
            lang=lang,
            entities=draft.entities,
            references=tuple(references),
            reply_to_user=answered.author_id if answered else None,
            conversation=answered.conversation_id if answered else None,
            metrics=self._metrics(author),
        )
        return self._with_luck(post)

    def _with_luck(self, post: Post) -> Post:
        campaign, rng = self.campaign, self.rng
        if rng.random() < campaign.late:
            post = replace(post, shown_at=post.created_at + timedelta(minutes=rng.randint(2, 300)))
        if rng.random() < campaign.deleted:
            post = replace(post, deleted_at=post.created_at + timedelta(hours=rng.expovariate(1 / 20)))
        if rng.random() < campaign.pictured:
            post = replace(post, media=(self._picture(post.id),))
        if rng.random() < campaign.long:
            words = " ".join(chatter(rng, post.lang if post.lang != "qht" else "en") for _ in range(8))
            whole = {"text": f"{post.text} {words}", "entities": {"hashtags": post.entities["hashtags"]}}
            post = replace(post, extra={"note_tweet": whole})
        return post

    def _picture(self, post_id: int) -> Media:
        key = f"3_{post_id}"
        return Media(key, "photo", f"https://pbs.example/media/{post_id}.jpg", alt_text="A market without buyers")

    def _repost(self, post_id: int, author: Author) -> Post:
        # Posts of the last hours are passed on most.
        target = self.sources[int(len(self.sources) * self.rng.random() ** 0.25)]
        name, name_id = self._name(target)
        draft = passed_on(name, name_id, target.text, target.entities)
        references = (Reference("retweeted", target.id),)
        return Post(post_id, author.id, draft.text, target.lang, draft.entities, references, metrics=COUNTED)

    def _edit(self, post: Post) -> None:
        later = snowflake(post.created_at + timedelta(minutes=self.rng.randint(1, 25)), self.rng.getrandbits(22))
        versions = (post.id, later)
        self.posts[-1] = replace(post, versions=versions)
        if self.sources and self.sources[-1].id == post.id:
            self.sources[-1] = self.posts[-1]
        conversation = post.conversation or post.id
        self.posts.append(
            replace(post, id=later, text=f"{post.text} ✏", versions=versions, conversation=conversation, shown_at=None)
        )

    def _decoy(self, post_id: int) -> Post:
        tag = self._tag()
        draft = tagged(self.rng, self._lang(), [f"{tag}_2"])
        draft.say(tag.replace("_", " "))
        return Post(post_id, self._anyone().id, draft.text, "und", draft.entities)

    def _target(self, post_id: int) -> Post:
        if self.sources and self.rng.random() >= self.campaign.outside:
            return self.sources[int(len(self.sources) * self.rng.random())]
        before = post_id - (self.rng.randrange(60_000, 86_400_000) << LOW_BITS)
        author, lang = self._anyone(), self._lang()
        draft = tagged(self.rng, lang, [OUTSIDE_TAG] if self.rng.random() < 0.3 else [])
        post = Post(before, author.id, draft.text or "…", lang, draft.entities, metrics=self._metrics(author))
        self.posts.append(post)
        return post

    def _quote(self, draft: Draft, quoted: Post) -> None:
        username, _ = self._name(quoted)
        draft.link(f"https://t.co/{quoted.id % 10**10:010}", f"https://twitter.com/{username}/status/{quoted.id}")

    def _metrics(self, author: Author) -> Metrics:
        likes = int(self.rng.paretovariate(1) + author.followers / 500)
        return Metrics(likes, None, likes // 6, likes // 12, likes // 20, likes * 40, 3_600.0)

    def _name(self, post: Post) -> tuple[str, int]:
        return self.by_id[post.author_id].username, post.author_id

    def _anyone(self) -> Author:
        return self.authors[int(len(self.authors) * self.rng.random() ** 2)]

    def _lang(self) -> str:
        return self.rng.choices(self.languages, cum_weights=self.language_weights)[0]

    def _tag(self) -> str:
        return self.rng.choices(self.tags, cum_weights=self.tag_weights)[0]

    def _some_tags(self) -> list[str]:
        tags = [self._tag()]
        if self.rng.random() < 0.1 and (other := self._tag()) not in tags:
            tags.append(other)
        return [tag.upper() if self.rng.random() < 0.1 else tag for tag in tags]
