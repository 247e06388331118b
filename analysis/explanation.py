"""What explains an episode: the words, tags, links and accounts that it has more of than the time before.

Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, Political Analysis 16:372, section 3.3):
how much likelier an item is in the episode than before, against what both together lead one to expect, by its standard
deviation. Posts are counted that have an item, not how often they have it, so that one long post is one voice.

Of rare items, and of a short episode after a long time, that score is too easily high: of 60 posts after 1,500 of the
same kind half of all episodes would be explained by chance. So an item must also be improbable by Fisher's exact test,
adjusted (Bonferroni) for all items that might have been named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.ask import Ask
from analysis.words_of import words_of
from analysis.zone import micros

Floats: TypeAlias = npt.NDArray[np.float64]
Sort: TypeAlias = Literal["word", "tag", "link", "account"]
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
_HALF: Final = 0.5
COLUMNS: Final = ("sort", "item", "posts", "before", "score")

_WITHIN: Final = """members.campaign = $campaign AND NOT members.is_repost
  AND members.created_at >= $since AND members.created_at < $until"""
_NUMBER_SQL: Final = f"""
SELECT COUNT(*) AS posts FROM campaign_posts AS members WHERE {_WITHIN}
"""  # noqa: S608  constants alone
_TEXTS_SQL: Final = f"""
SELECT text
FROM (SELECT posts.text AS text, ROW_NUMBER() OVER (ORDER BY members.post_id) AS place
      FROM campaign_posts AS members JOIN posts ON posts.id = members.post_id
      WHERE {_WITHIN} AND posts.text IS NOT NULL) AS told
WHERE place % $every = 0
"""  # noqa: S608
_ITEMS_SQL: Final[Mapping[Sort, str]] = {
    "tag": f"""
SELECT hashtags.key AS item, COUNT(DISTINCT members.post_id) AS posts
FROM campaign_posts AS members
JOIN post_hashtags AS uses ON uses.post_id = members.post_id
JOIN hashtags ON hashtags.id = uses.hashtag_id
WHERE {_WITHIN}
GROUP BY hashtags.key
""",  # noqa: S608
    "link": f"""
SELECT links.url AS item, COUNT(DISTINCT members.post_id) AS posts
FROM campaign_posts AS members
JOIN post_links AS uses ON uses.post_id = members.post_id
JOIN links ON links.id = uses.link_id
WHERE {_WITHIN} AND links.url IS NOT NULL
GROUP BY links.url
""",  # noqa: S608
    "account": f"""
SELECT authors.handle AS item, COUNT(*) AS posts
FROM campaign_posts AS members JOIN authors ON authors.id = members.author_id
WHERE {_WITHIN} AND authors.handle IS NOT NULL
GROUP BY authors.handle
""",  # noqa: S608
}
_EXAMPLES_SQL: Final = f"""
SELECT posts.url AS url, posts.text AS text, posts.created_at AS posted, authors.handle AS author,
       COUNT(reposts.id) AS reposts
FROM campaign_posts AS members
JOIN posts ON posts.id = members.post_id
LEFT JOIN authors ON authors.id = posts.author_id
LEFT JOIN posts AS reposts ON reposts.platform = posts.platform AND reposts.repost_of = posts.platform_id
WHERE {_WITHIN} AND posts.text IS NOT NULL
GROUP BY posts.id, posts.url, posts.text, posts.created_at, authors.handle
ORDER BY reposts DESC, posted, url
LIMIT $most
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Settings:
    """What explains an episode.

    Attributes:
        texts: so many posts are read on either side, at most: every n-th.
        least: posts of the episode that an item has at least.
        score: standard deviations by which it is over-represented at least (z).
        level: the chance, at most, that anything is named of an episode that is no different from the time before.
        prior: what the prior weighs, by the posts of the smaller side.
        most: items of a sort.
        compared: posts before the episode that there are at least; of fewer nothing is said.
    """

    texts: int = 20_000
    least: int = 5
    score: float = 3.0
    level: float = 0.05
    prior: float = 0.1
    most: int = 8
    compared: int = 20


@dataclass(frozen=True, slots=True)
class Times:
    """The times that are compared, half-open: an episode up to its peak's end, and before."""

    before: datetime
    onset: datetime
    until: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What explains an episode.

    Attributes:
        items: sort ('word', 'tag', 'link', 'account'), item, posts and before (Int64: posts that have it, in the
            episode and before; of words among those that were read), score (Float64: z). The greatest score of a sort
            first.
        posts, before: how many posts were compared.
        examples: url, author (handle), text, at (UTC), reposts (Int64: that are stored): the posts of the episode that
            were reposted most, else its first.
    """

    items: pd.DataFrame
    posts: int
    before: int
    examples: pd.DataFrame


def explain(
    ask: Ask, campaign: str, times: Times, *, without: tuple[str, ...] = (), settings: Settings | None = None
) -> Explanation:
    """Find what an episode has more of than the time before, and posts that show it.

    `without` are folded tags that explain nothing: the campaign's own. Without enough posts before, items is empty:
    there is nothing to compare with.
    """
    settings = settings or Settings()
    now, then = ({"campaign": campaign, **window} for window in _windows(times))
    windows = [(window, int(ask(_NUMBER_SQL, **window)["posts"].iloc[0])) for window in (now, then)]
    number, before = (posts for _, posts in windows)
    examples = _examples(ask(_EXAMPLES_SQL, most=3, **now))
    if before < settings.compared or number < settings.least:
        return Explanation(_table([]), number, before, examples)
    rows: list[tuple[Sort, str, int, int, float]] = []
    for sort in SORTS:
        of_now, of_then = (_counted(ask, sort, window, posts, settings) for window, posts in windows)
        rows += _over_represented(sort, of_now, of_then, settings, without)
    return Explanation(_table(rows), number, before, examples)


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many posts have each item, of so many."""

    items: Counter[str]
    posts: int


def log_odds(
    having: Floats,
    posts: int,
    having_before: Floats,
    before: int,
    prior: float,
) -> Floats:
    """Score how over-represented items are: z of the log-odds ratio, with a prior of both sides together.

    Arrays of one length: how many of `posts` have each item, and how many of `before`. The prior weighs as many posts
    as `prior` says. Source: Monroe et al. 2008, equations 15, 16, 20 and 22; as a post has an item or has it not, the
    variance counts those that have it not, too, which for their rare words is nothing.
    """
    expected = prior * (having + having_before) / (posts + before)

    def odds(count: Floats, of: int) -> tuple[Floats, Floats]:
        has, lacks = count + expected + _HALF, of - count + prior - expected + _HALF
        return np.log(has / lacks), 1 / has + 1 / lacks

    (now, spread), (then, spread_before) = odds(having, posts), odds(having_before, before)
    scores: Floats = (now - then) / np.sqrt(spread + spread_before)
    return scores


def _windows(times: Times) -> Iterator[dict[str, object]]:
    yield {"since": micros(times.onset), "until": micros(times.until)}
    yield {"since": micros(times.before), "until": micros(times.onset)}


def _counted(ask: Ask, sort: Sort, window: dict[str, object], number: int, settings: Settings) -> _Counted:
    if sort != "word":
        told = ask(_ITEMS_SQL[sort], **window)
        return _Counted(Counter(dict(zip(told["item"], told["posts"].astype(int), strict=True))), number)
    texts = ask(_TEXTS_SQL, every=max(1, -(-number // settings.texts)), **window)["text"]
    words: Counter[str] = Counter()
    for text in texts:
        words.update(words_of(text))
    return _Counted(words, len(texts))


def _over_represented(
    sort: Sort, now: _Counted, then: _Counted, settings: Settings, without: Iterable[str]
) -> list[tuple[Sort, str, int, int, float]]:
    """List the items of a sort that the episode has more of, the greatest score first."""
    left = set(without)
    items = sorted(item for item, posts in now.items.items() if posts >= settings.least and item not in left)
    if not items or not then.posts:
        return []
    having, having_before = (np.array([side.items[item] for item in items], np.float64) for side in (now, then))
    scores = log_odds(having, now.posts, having_before, then.posts, settings.prior * min(now.posts, then.posts))
    both = now.items + then.items
    chance = stats.hypergeom.sf(having - 1, now.posts + then.posts, having + having_before, now.posts)
    tried = len(SORTS) * sum(posts >= settings.least for posts in both.values())
    named = (scores >= settings.score) & (chance * tried <= settings.level)
    told = zip(items, having, having_before, scores, named, strict=True)
    ordered = sorted((one for one in told if one[4]), key=lambda one: (-one[3], one[0]))
    return [
        (sort, item, int(posts), int(before), float(score))
        for item, posts, before, score, _ in ordered[: settings.most]
    ]


def _table(rows: list[tuple[Sort, str, int, int, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"sort": "str", "item": "str", "posts": "Int64", "before": "Int64", "score": "Float64"})


def _examples(told: pd.DataFrame) -> pd.DataFrame:
    at = pd.to_datetime(told["posted"].astype("int64"), unit="us", utc=True).dt.as_unit("us")
    return told.assign(at=at, reposts=told["reposts"].astype("Int64"))[["url", "author", "text", "at", "reposts"]]
