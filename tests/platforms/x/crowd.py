"""The authors of a made world, and the times at which they post."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, sin, tau

from tests.platforms.x.texts import chatter
from tests.platforms.x.world import Author, milliseconds

BIN = timedelta(minutes=10)
BINS_A_DAY = 144
BURST_LASTS_BINS = 18


def crowd(rng: random.Random, count: int, gone: float, starts_at: datetime, ends_at: datetime) -> list[Author]:
    """Make authors, of whom a share is deleted, suspended or protected in the end."""
    made = [_author(rng, number) for number in range(count)]
    for turn, number in enumerate(rng.sample(range(count), round(count * gone))):
        at = starts_at + (ends_at - starts_at) * rng.uniform(0.3, 2)
        match turn % 3:
            case 0:
                made[number] = replace(made[number], deleted_at=at)
            case 1:
                made[number] = replace(made[number], suspended_at=at)
            case _:
                made[number] = replace(made[number], protected_at=at)
    return made


def times(rng: random.Random, count: int, starts_at: datetime, ends_at: datetime, outbreaks: int) -> list[int]:
    """Draw moments by a daily rhythm with outbreaks in it: epoch milliseconds, in no order."""
    bins = max(1, (ends_at - starts_at) // BIN)
    bursts = [(rng.randrange(bins), rng.uniform(4, 25)) for _ in range(outbreaks)]
    weights = [1 + 0.8 * sin(tau * number / BINS_A_DAY) + _heat(number, bursts) for number in range(bins)]
    first, width = milliseconds(starts_at), int(BIN.total_seconds() * 1_000)
    last = milliseconds(ends_at) - 1
    chosen = rng.choices(range(bins), weights, k=count)
    return [min(last, first + number * width + int(rng.random() * width)) for number in chosen]


def _author(rng: random.Random, number: int) -> Author:
    return Author(
        id=1_000_000 + number * 7,
        username=f"crowd_{number}",
        name=f"Crowd {number} ✊",
        created_at=datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(8_000_000)),
        description=chatter(rng, "en"),
        location="Erbil" if number % 4 == 0 else "",
        followers=int(rng.paretovariate(1.1) * 20),
        following=rng.randrange(2_000),
        posts=rng.randrange(100_000),
        listed=rng.randrange(20),
    )


def _heat(number: int, bursts: list[tuple[int, float]]) -> float:
    return sum(height * exp((at - number) / BURST_LASTS_BINS) for at, height in bursts if number >= at)
