"""Write how long files are."""

from typing import Final

_UNITS: Final = ("kB", "MB", "GB", "TB")
_STEP: Final = 1_000


def write_size(count: int) -> str:
    """Write a number of bytes for people, such as '0 bytes', '12.3 MB' or '4.0 GB'."""
    if count < _STEP:
        return f"{count} bytes"
    size, unit = count / _STEP, 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    return f"{size:,.1f} {_UNITS[unit]}"
