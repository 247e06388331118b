"""The program as its users have it: a process in a folder of its own, with a config.yaml, a store and a log."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
"""Seconds that anything may take on a machine that does much else."""


@dataclass(frozen=True)
class Place:
    """A folder with a config.yaml in it, and what the program makes there."""

    folder: Path

    @property
    def store(self) -> Path:
        """The store's file."""
        return self.folder / "groundswell.db"

    def write(self, config: str) -> None:
        """Write the config.yaml, at once and as if some time ago: a fresh one is perhaps still being written."""
        aside = self.folder / "config.aside"
        aside.write_text(config, encoding="utf-8")
        age(aside)
        aside.replace(self.folder / "config.yaml")

    def drop(self, name: str, content: bytes) -> None:
        """Put a file into the inbox, as if some time ago."""
        inbox = self.folder / "inbox"
        inbox.mkdir(exist_ok=True)
        aside = inbox / f".{name}"
        aside.write_bytes(content)
        age(aside)
        aside.replace(inbox / name)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the store, without a word of the program's own; of a store that is not there yet, nothing."""
        try:
            with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
                return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "unable to open" in str(error) or "no such table" in str(error):
                return []
            raise

    def number(self, sql: str, *values: Any) -> int:
        """Ask the store for one number; 0 where there is none."""
        rows = self.ask(sql, *values)
        return int(rows[0][0] or 0) if rows else 0

    def found(self) -> set[str]:
        """The platform ids of all posts that a source returned."""
        return {row[0] for row in self.ask("SELECT platform_id FROM posts JOIN found ON post_id = id")}

    def log(self) -> str:
        """All that the log says."""
        path = self.folder / "groundswell.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def is_closed(self) -> bool:
        """Tell whether the store was closed as it should be; asking it anything leaves a file beside it too."""
        return not self.store.with_name(self.store.name + "-wal").exists()

    def is_whole(self) -> bool:
        """Tell whether SQLite finds nothing wrong with the store, if there is one."""
        return not self.store.exists() or self.ask("PRAGMA integrity_check") == [("ok",)]

    def do(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the program to its end."""
        with self.started(*words, **environment) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def status(self) -> Any:
        """What `status --json` says."""
        done = self.do("status", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    @contextmanager
    def started(self, *words: str, script: str = "", **environment: str) -> Iterator["subprocess.Popen[str]"]:
        """Start the program, or a script that starts it in its own way; it is gone at the end of the block."""
        program = ["-c", script] if script else ["-m", "groundswell"]
        process = subprocess.Popen(
            [sys.executable, *program, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                    process.communicate()


def age(path: Path) -> None:
    """Have a file look a minute old."""
    at = time.time() - 60
    os.utime(path, (at, at))


def until(condition: Callable[[], object], *processes: "subprocess.Popen[str]", patience: float = PATIENCE) -> None:
    """Wait until something is so, while the processes run that are to bring it about."""
    deadline = time.monotonic() + patience
    while not condition():
        for process in processes:
            assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def stopped(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[int, float, str]:
    """Send a signal to a process; returns its exit code, how many seconds it took, and what it said on stderr."""
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, time.monotonic() - began, err
