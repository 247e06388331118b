"""What a burst is taken to be: the settings of Kleinberg's model, with the values that were measured."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What a burst is taken to be.

    Attributes:
        scaling: s; each state's rate is so many times that of the state below it. Above 1.
        gamma: going up a state costs gamma ln n, n being how many gaps or seen bins there are. Above 0.
        margin: a burst is shown if it saves so much more than going up costs: without it chance alone shows some.
        levels: how many states there are above the base, where counts of bins are looked at; gaps of time have
            as many as they need.
        bridge: so many unseen bins in a row may lie inside a burst; more of them end it.
        refits: how often the season is fitted anew without the bins that were in a burst.
    """

    scaling: float = 2.5
    gamma: float = 1.0
    margin: float = 3.0
    levels: int = 1
    bridge: int = 6
    refits: int = 2

    def __post_init__(self) -> None:
        """Refuse what the model has no meaning for."""
        if self.scaling <= 1 or self.gamma <= 0:
            raise ValueError(f"scaling {self.scaling} must be above 1, and gamma {self.gamma} above 0")

    def climb(self, number: int) -> float:
        """Give the cost of going up one state, of so many gaps or seen bins."""
        return self.gamma * math.log(max(number, 1))
