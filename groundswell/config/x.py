"""What a config.yaml may say of X: how it is asked, and what may be spent on it."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from groundswell.config.section import Section, unless_written
from groundswell.config.values import Length, refuse

_THOUSANDTHS: Final = 1_000

Dollars: TypeAlias = Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]


def thousandths(dollars: float) -> int:
    """Turn dollars into what money is counted in."""
    return round(dollars * _THOUSANDTHS)


class BudgetSection(Section):
    """What may be spent in a month: in US dollars, in posts that are read, or both."""

    dollars: Dollars | None = None
    posts: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _has_a_limit(self) -> "BudgetSection":
        if self.dollars is None and self.posts is None:
            raise refuse("it sets no limit", "write `dollars: 20`, `posts: 4000` or both: what a month may cost")
        return self


class PricesSection(Section):
    """What X charges, in US dollars, where that is not what its papers of November 2026 say."""

    post: Dollars = 0.005
    user: Dollars = 0.010
    counts_recent: Dollars = 0.005
    counts_all: Dollars = 0.010


class BringSection(Section):
    """What comes with the posts that are found, and may cost."""

    authors: bool = True
    referenced: bool = True
    referenced_authors: bool = False


class ChargesSection(Section):
    """What X charges for, where its papers leave that open: at worst all of it."""

    users: bool = True
    referenced: bool = True
    again_on_the_same_day: bool = False


class CountsSection(Section):
    """How often, and in which steps, X is asked how many posts there are: each time costs the same."""

    every: Length = unless_written("6h")
    step: Literal["minute", "hour", "day"] = "hour"


class DeletionsSection(Section):
    """How often X is asked, free of charge, which of all posts are gone."""

    every: Length = unless_written("1d")


class AgainSection(Section):
    """At which ages posts are read again, and of how many of a campaign's posts who reposted them."""

    after: tuple[Length, ...] = ()
    most_shared: int = Field(default=0, ge=0, le=1_000)
    every: Length = unless_written("1h")


class XSection(Section):
    """X's search and its counts; an `every` of None is the schedule's. Without `posts` only numbers are asked for."""

    budget: BudgetSection
    posts: bool = True
    counts: CountsSection = unless_written({})
    archive: Literal["recent", "all"] = "recent"
    month_begins_on: int = Field(default=1, ge=1, le=31)
    every: Length | None = None
    sample: bool = True
    seed: int = 0
    stream: bool = False
    deletions: DeletionsSection = unless_written({})
    again: AgainSection = unless_written({})
    bring: BringSection = unless_written({})
    prices: PricesSection = unless_written({})
    charges: ChargesSection = unless_written({})
    key_is_shared: bool = False
    names: Literal["tweet", "post"] = "tweet"
    url: str = "https://api.x.com"

    @property
    def takes_sample(self) -> bool:
        """Tell whether a part of the posts is read where the budget ends: weighed by counts of hours at most."""
        return self.sample and self.counts.step != "day"

    @field_validator("url")
    @classmethod
    def _is_asked_safely(cls, url: str) -> str:
        from collector.x.settings import Settings  # a config without X needs none of it

        try:
            Settings("unknown", url)
        except ValueError:
            raise refuse(
                "it is no address that may be asked", "write https:// and a host; http:// on this machine only"
            ) from None
        return url
