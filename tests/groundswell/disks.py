"""Disks for tests: small ones that fill up, and ones that cannot be written; where we may not mount, a skip."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*words: str) -> None:
    program = shutil.which("mount")
    if sys.platform != "linux" or program is None or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a disk")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of a size, such as '3m', at a folder."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run([str(shutil.which("umount")), str(folder)], check=True)


def make_read_only(disk: Path) -> None:
    """Have a mounted disk refuse every write from now on, also of root."""
    _mount("-o", "remount,ro", str(disk))


def fill(disk: Path, *, leaving: int = 0) -> Path:
    """Fill a disk with one file; take that away to make room again, if it is there.

    A program that writes at the same time may have filled it first.
    """
    ballast = disk / "ballast"
    room = shutil.disk_usage(disk).free - leaving
    try:
        ballast.write_bytes(b"\0" * max(0, room))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    return ballast
