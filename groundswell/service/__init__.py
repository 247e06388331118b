"""What keeps `groundswell run` running: the words of the system's own keeper of services; nothing is installed."""

from groundswell.service.kinds import KINDS, Told, kind_here, tell
from groundswell.service.program import Unwritable, program_here

__all__ = ["KINDS", "Told", "Unwritable", "kind_here", "program_here", "tell"]
