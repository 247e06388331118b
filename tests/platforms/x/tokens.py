"""Page tokens: opaque to whoever reads them, and good for ever; all that the next page needs is in them."""

import base64
import binascii
import struct
from zlib import crc32

from tests.platforms.x.asking import Params
from tests.platforms.x.problems import invalid

LAYOUT = struct.Struct(">QII")
PREFIX = "b26v89c19zqg8o3f"


def token(before: int, of_what: str) -> str:
    """Write a token that goes on below a number, for one question only."""
    asked = crc32(of_what.encode())
    packed = LAYOUT.pack(before, asked, crc32(struct.pack(">QI", before, asked)))
    return PREFIX + base64.b32hexencode(packed).decode().rstrip("=").lower()


def read(params: Params, of_what: str, names: tuple[str, ...] = ("next_token", "pagination_token")) -> int | None:
    """Read a request's token, or refuse it; None: it has none."""
    given = [(name, value) for name in names if (value := params.text(name)) is not None]
    if not given:
        return None
    name, value = given[-1]
    if len(given) > 1:
        raise invalid("Only one of 'next_token' and 'pagination_token' may be given.", name, value)
    before = _unpacked(value, crc32(of_what.encode()))
    if before is None:
        raise invalid(f"Invalid '{name}': '{value}'.", name, value)
    return before


def _unpacked(value: str, asked: int) -> int | None:
    body = value.removeprefix(PREFIX).upper()
    try:
        packed = base64.b32hexdecode(body + "=" * (-len(body) % 8))
        before, of_what, check = LAYOUT.unpack(packed)
    except (binascii.Error, struct.error):
        return None
    return int(before) if of_what == asked and check == crc32(packed[:12]) else None
