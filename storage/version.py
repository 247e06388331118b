"""Which shape of the store this program knows; a module of its own, so that a reader needs no SQLAlchemy."""

from typing import Final

HEAD: Final = "0006"
"""The newest migration: a store at this revision needs none, a store at a later one is not read."""
