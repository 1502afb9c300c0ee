"""Receivers on this machine: a webhook that can fail, hang and redirect, and a mail server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a secret of the tests, 32 chars!"


@dataclass
class Hook:
    """What came to a webhook, and how it answers: a list of statuses, the last for ever."""

    port: int = 0
    answers: list[int] = field(default_factory=lambda: [200])
    location: str | None = None
    hang: float = 0.0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/t0ken-of-the-path#secret={SECRET.replace(' ', '%20')}"

    @property
    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for headers, _ in self.got]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


@contextmanager
def hook(**given: Any) -> Iterator[Hook]:
    """A webhook that listens."""
    told = Hook(**given)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with told.lock:
                told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
            time.sleep(told.hang)
            self.send_response(status)
            if told.location:
                self.send_header("location", told.location)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
