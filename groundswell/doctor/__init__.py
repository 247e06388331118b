"""What may keep a collection from going on, looked at check by check: a line each, and the cure."""

from groundswell.doctor.examination import examine
from groundswell.doctor.finding import Finding

__all__ = ["Finding", "examine"]
