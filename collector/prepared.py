"""Types made ready to be read.

What a Struct has msgspec finds out when one is first read, and the process crashes where two threads do so at once,
as two sources do. So it is found out where the types are made: a module is imported by one thread alone.
"""

import msgspec


def prepare(*types: type[msgspec.Struct]) -> None:
    """Make types ready, and all that they are made of."""
    for one in types:
        msgspec.json.Decoder(one)
