"""Leaving Python's cyclic garbage be while a batch is made: its objects are many, and hardly any are in cycles.

But statements of SQL are, and each holds all ids that it was run with: after many batches that is to be swept up.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_left() -> Iterator[None]:
    """Hold the cyclic collector off; what is no longer referred to is freed at once all the same."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def sweep() -> None:
    """Free the cycles that were made since the last sweep; it costs little, as what is older is not looked at."""
    gc.collect(0)
