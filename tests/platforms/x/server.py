"""The stand-in on loopback: HTTP/1.1 that is kept alive, and everything that can go wrong with a connection."""

import gc
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.platforms.x.asking import Request
from tests.platforms.x.faults import Fault
from tests.platforms.x.settings import Settings
from tests.platforms.x.standin import Outcome, StandIn
from tests.platforms.x.stream import Stream
from tests.platforms.x.world import World

HTML = b"<!DOCTYPE html><html><body><h1>Something went wrong.</h1></body></html>"
LOOK_EVERY_S = 0.02
SLICES = 10


@contextmanager
def serving(world: World, settings: Settings | None = None, **changes: Any) -> Iterator[StandIn]:
    """Run a stand-in for X for as long as it is needed; what it wrote that X would not is an error at the end."""
    standin = StandIn(world, settings or Settings())
    standin.change(**changes)
    gc.freeze()  # else the collector walks the whole world again and again: a fifth of the time of a large one
    server = _Server(standin)
    standin.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.closing.set()
        server.shutdown()
        server.close_connections()
        server.server_close()
        thread.join(10)
        gc.unfreeze()
    assert standin.invalid == [], f"replies that X's document does not allow: {standin.invalid[:5]}"
    assert server.crashes == [], f"the stand-in crashed: {server.crashes[:5]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, standin: StandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.standin = standin
        self.closing = threading.Event()
        self.crashes: list[str] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def close_connections(self) -> None:
        """Cut what is still open, so that no thread of a handler outlives the server."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            self.crashes.append(repr(error))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            unquote(parts.path),
            tuple(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length) if length else b"",
        )
        outcome = self.server.standin.answer(request)
        fault = outcome.fault
        if outcome.stream is not None and (fault is None or fault.kind == "disconnect"):
            self._stream(outcome.stream, outcome.headers, fault)
        elif fault is None or fault.kind in {"status", "repeat", "disconnect"}:
            self._send(outcome.status, outcome.headers, outcome.body)
        else:
            if outcome.stream is not None:
                outcome.stream.ended.set()
            self._go_wrong(fault, outcome)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, length: int | None = None) -> None:
        self.wfile.write(self._head(status, {**headers, "content-length": str(length or len(body))}) + body)

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        now = self.server.standin.settings.now()
        date = format_datetime(now.astimezone(UTC), usegmt=True)
        phrase = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else "Said"
        lines = [f"HTTP/1.1 {status} {phrase}", f"date: {date}", "server: tsa_b"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _go_wrong(self, fault: Fault, outcome: Outcome) -> None:
        status, headers, body = outcome.status, outcome.headers, outcome.body
        match fault.kind:
            case "hang":
                self._wait()
            case "half":
                self._send(status, headers, body[: len(body) // 2], len(body))
                self._wait()
            case "close":
                self._reset()
            case "broken":
                self._send(status, headers, body[: -max(2, len(body) // 3)])
            case "html":
                self._send(fault.status or 200, {"content-type": "text/html"}, HTML)
            case "redirect":
                self._send(302, {"location": fault.target}, b"")
            case "huge":
                self._send_huge(fault, outcome)
            case "slow":
                self._send_slowly(fault, outcome)

    def _send_huge(self, fault: Fault, outcome: Outcome) -> None:
        length = {"content-length": str(fault.size + len(outcome.body))}
        self.wfile.write(self._head(outcome.status, {**outcome.headers, **length}))
        block = b" " * 65_536
        for _ in range(fault.size // len(block)):
            self.wfile.write(block)
        self.wfile.write(b" " * (fault.size % len(block)) + outcome.body)

    def _send_slowly(self, fault: Fault, outcome: Outcome) -> None:
        body = outcome.body
        self.wfile.write(self._head(outcome.status, {**outcome.headers, "content-length": str(len(body))}))
        size = max(1, -(-len(body) // SLICES))
        for at in range(0, len(body), size):
            self.server.closing.wait(fault.seconds / SLICES)
            self.wfile.write(body[at : at + size])

    def _wait(self) -> None:
        """Say nothing until the client goes, or the server does."""
        self.close_connection = True
        while not self.server.closing.is_set() and not self._is_left():
            time.sleep(LOOK_EVERY_S)

    def _is_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _stream(self, stream: Stream, headers: Mapping[str, str], fault: Fault | None) -> None:
        self.close_connection = True
        kind = {"content-type": "application/json; charset=utf-8", "transfer-encoding": "chunked"}
        self.wfile.write(self._head(200, {**headers, **kind}))
        ends_at = time.monotonic() + fault.seconds if fault else None
        try:
            for chunk in stream.chunks():
                if chunk:
                    self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
                is_over = ends_at is not None and time.monotonic() >= ends_at
                if is_over or self.server.closing.is_set() or self._is_left():
                    return
            if stream.ends_cleanly:
                self.wfile.write(b"0\r\n\r\n")
        finally:
            stream.ended.set()
