"""Addresses of stores: none may hold a secret, since they stand in files, command lines and messages."""

import re
from typing import Final

PASSWORD: Final = "a password stands in the store's address: PostgreSQL's is taken from PGPASSWORD or ~/.pgpass"  # noqa: S105
"""What is said of one; the address is not repeated."""

_SECRET: Final = re.compile(r"://[^@?#]*:[^@?#]*@|[?&][^=&]*password[^=&]*=", re.IGNORECASE)


def has_password(url: str) -> bool:
    """Tell whether a secret stands in an address, before its host or among its options, in whatever form it is."""
    return _SECRET.search(url) is not None
