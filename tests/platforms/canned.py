"""A server on loopback that answers as a test says: for what no real server does on demand."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """An answer; without a Date header where it does not give one."""

    body: bytes = b"[]"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json; charset=utf-8"})


def recorded(response: Mapping[str, Any]) -> Reply:
    """Make an answer of a response as vcrpy writes it down: a body that was text was unpacked before."""
    body = response["body"]["string"]
    headers = {name.title(): values[0] for name, values in response["headers"].items()}
    if isinstance(body, str):
        headers.pop("Content-Encoding", None)
        body = body.encode()
    return Reply(body, response["status"]["code"], headers)


def is_packed(body: bytes) -> bool:
    """Tell whether a body is gzip's."""
    return body.startswith(b"\x1f\x8b")


@dataclass
class Canned:
    """A running server.

    Attributes:
        log: what it was asked, in order.
    """

    url: str
    log: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Tell its name."""
        return urlsplit(self.url).netloc


@contextmanager
def answering(answer: Callable[[Asked], Reply]) -> Iterator[Canned]:
    """Run a server for as long as it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(unquote(parts.path), parse_qs(parts.query), dict(self.headers))
            canned.log.append(asked)
            reply = answer(asked)
            self.wfile.write(f"HTTP/1.1 {reply.status} Said\r\n".encode())
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body)), "Connection": "close"}.items():
                self.wfile.write(f"{name}: {value}\r\n".encode())
            self.wfile.write(b"\r\n" + reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    canned = Canned(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
