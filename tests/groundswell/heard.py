"""A server on this machine that hears what Apprise posts to it, as json://127.0.0.1:PORT."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hearing:
    """What a server has heard; `code` is what it answers."""

    port: int = 0
    code: int = 200
    messages: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Write where it is told."""
        return f"json://127.0.0.1:{self.port}"


@contextmanager
def hearing(code: int = 200) -> Iterator[Hearing]:
    """Serve until the end of the block."""
    heard = Hearing(code=code)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.paths.append(self.path)
            if heard.code == 200:
                heard.messages.append(json.loads(body))
            self.send_response(heard.code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()
