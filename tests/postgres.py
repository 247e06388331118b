"""A PostgreSQL server for tests: one a process, started when first asked for, on 127.0.0.1 alone, gone at the end.

It runs as a user that is not root, from a folder of its own, and forgets everything (fsync=off). All roles have one
made password, which stands in PGPASSWORD, as users of a store have theirs.
"""

import atexit
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from storage.store import Store

NEWEST: Final = 15
"""The release that the store is tested with; another is taken where this one is not there."""
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "60",
    "log_min_messages": "fatal",
}
ADMIN: Final = "postgres"
OWNER: Final = "collector"
"""The role that the store's tables belong to; it may do nothing else."""
READER: Final = "reader"
"""A role that may only read."""


def _read(file: Path) -> bytes:
    """Read a file of the server's; a temporary one may be gone by now, and holds nothing any more."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


class Server:
    """A running server and the databases made on it."""

    def __init__(self, port: int, folder: Path) -> None:
        """Make the roles and the database that others are copied from."""
        self.port = port
        self.folder = folder
        self._numbers = count(1)
        self._free: list[str] = []
        self.run(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{os.environ['PGPASSWORD']}'")
        self.run(f"CREATE ROLE {READER} LOGIN PASSWORD '{os.environ['PGPASSWORD']}'")
        self.run(f"CREATE DATABASE blank OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        Store.open(self.url("blank")).close()
        self.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}", "blank")

    def url(self, database: str, role: str = OWNER) -> str:
        """Name a database as a store."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = ADMIN) -> None:
        """Run a statement as the server's administrator."""
        with psycopg.connect(self.url(database, ADMIN), autocommit=True) as connection:
            connection.execute(sql.encode())

    def bytes_of(self, database: str) -> bytes:
        """Read all files of a database, when all that changed is written there."""
        with psycopg.connect(self.url(database, ADMIN), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        files = self.folder / "data" / "base" / str(row and row[0])
        return b"".join(_read(file) for file in files.iterdir())

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Make an empty database for a test; it goes away again."""
        name = self._make("template0")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def blank(self) -> Iterator[str]:
        """Give a database that is an empty store; when it is given back, it is emptied for the next test."""
        name = self._free.pop() if self._free else self._make("blank")
        yield name
        self.run(_EMPTIED, name)
        self._free.append(name)

    def _make(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'")
        return name


_EMPTIED: Final = """
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'meta')
    LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences
    LOOP PERFORM setval(one::regclass, 1, false); END LOOP;
    DELETE FROM meta WHERE key NOT IN ('store_id', 'views');
END $$
"""


@cache
def server() -> Server:
    """Start the server of this process; skips the test where PostgreSQL or its driver is absent."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt-get install postgresql-15)")
    folder = Path(tempfile.mkdtemp(prefix="groundswell-postgres-"))
    os.environ["PGPASSWORD"] = secrets.token_hex(8)
    identity = _identity(folder)
    try:
        _init(programs, folder, identity)
        port, process = _start(programs, folder, identity)
    except BaseException:
        shutil.rmtree(folder)
        raise
    atexit.register(_stop, process, folder)
    return Server(port, folder)


def find_programs() -> Path | None:
    """Find the folder of the server's programs."""
    found = {path.parent.name: path for path in Path("/usr/lib/postgresql").glob("*/bin")}
    newest = found.get(str(NEWEST)) or next((found[name] for name in sorted(found, reverse=True)), None)
    on_path = shutil.which("postgres")
    return newest or (Path(on_path).parent if on_path else None)


def _identity(folder: Path) -> Mapping[str, Any]:
    """Choose whom the server runs as: root may not, so it is `postgres` or `nobody` there."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _init(programs: Path, folder: Path, identity: Mapping[str, Any]) -> None:
    told = folder / "password"
    told.write_text(os.environ["PGPASSWORD"])
    told.chmod(0o644)  # inside a folder that only the server's user may enter
    subprocess.run(
        [
            *(programs / "initdb", "--pgdata", folder / "data", "--username", ADMIN, "--auth", "scram-sha-256"),
            *("--pwfile", told, "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **identity,
    )


def _start(programs: Path, folder: Path, identity: Mapping[str, Any]) -> "tuple[int, subprocess.Popen[bytes]]":
    """Start the server on a port that is free; another process may take it first, then it is tried again."""
    for _ in range(5):
        port = _free_port()
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the tests: they stop it
            **identity,
        )
        if _answers(process, port):
            return port, process
    raise RuntimeError("the server of PostgreSQL did not start")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    until = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(f"postgresql://{ADMIN}@127.0.0.1:{port}/{ADMIN}", connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    process.kill()
    return False


def _stop(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
