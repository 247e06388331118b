"""When charts are drawn again: after something moved, by one thread, and not so often that it crowds out the rest."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

REST: Final = 3
"""After the first charts there are none for so many times as long as they took: a quarter of a core goes into them."""
SHORTEST_REST: Final = timedelta(seconds=1)
LONGEST_REST: Final = timedelta(minutes=1)
BETWEEN_ALL: Final = timedelta(minutes=10)
"""A campaign's first chart is drawn whenever something moved. The others take ten times as long, and wait so long."""


class Redrawing:
    """The pacing of the charts' job."""

    def __init__(
        self,
        draw_first: Callable[[], None],
        draw_all: Callable[[], None],
        schedule: Callable[[datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Make ready; `schedule` is told when `run` is to be called."""
        self._draw_first = draw_first
        self._draw_all = draw_all
        self._schedule = schedule
        self._clock = clock
        self._guard = threading.Lock()
        self._is_drawing = False
        self._is_due = False
        self._rests_until = clock()
        self._all_from = clock()

    def ask(self) -> None:
        """Have the charts drawn, soon; may be asked from any thread."""
        with self._guard:
            self._is_due = True
            if not self._is_drawing:
                self._schedule(max(self._clock(), self._rests_until))

    def run(self) -> None:
        """Draw, once; what is asked for meanwhile, and charts that are not due yet, come after a rest."""
        with self._guard:
            self._is_drawing, self._is_due = True, False
        is_for_all = self._clock() >= self._all_from
        began = time.thread_time()
        rest = timedelta()
        try:
            self._draw_first()
            rest = timedelta(seconds=REST * (time.thread_time() - began))
            if is_for_all:
                self._all_from = self._clock() + BETWEEN_ALL
                self._draw_all()
        finally:
            with self._guard:
                self._is_drawing = False
                self._rests_until = self._clock() + min(max(rest, SHORTEST_REST), LONGEST_REST)
                if self._is_due:
                    self._schedule(self._rests_until)
                elif not is_for_all:
                    self._schedule(max(self._rests_until, self._all_from))
