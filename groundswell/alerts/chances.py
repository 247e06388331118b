"""How sure an alert is, in words."""

import math
from typing import Final

LEAST: Final = 1e-9
"""No model of posts is so true that a smaller number would mean anything."""


def write_chance(chance: float) -> str:
    """Say how probable it is that chance alone brings so much somewhere in the time watched; rounded up, never down."""
    if chance >= 1:
        return "Chance alone may well bring that."
    chance = max(chance, LEAST)
    size = 10.0 ** math.floor(math.log10(chance))
    bound = math.ceil(chance / size - LEAST) * size
    return (
        f"The probability that chance alone brings that, at some time of all that was watched, is at most {bound:.1g}"
        f" (1 in {1 / bound:,.0f})."
    )
