"""A web of one's own on this machine: pages by path, and what was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rashomon.sources.guard import Guard

Answer = tuple[int, dict[str, str], bytes]
Page = bytes | str | Answer | Callable[["Asked"], Answer]


class Asked:
    """One request: path and headers (names in lower case)."""

    def __init__(self, path: str, headers: dict[str, str]) -> None:
        self.path, self.headers = path, headers


class Web:
    """Serves `pages`; `asked` has every request in order. Hosts that are named resolve to it by `resolve`."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.host, self.port = address
        self.base = f"http://{self.host}:{self.port}"
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []

    @property
    def guard(self) -> Guard:
        return Guard(also=frozenset({(self.host, self.port)}))

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def url(self, path: str, host: str | None = None) -> str:
        return f"http://{host or self.host}:{self.port}{path}"

    async def resolve(self, host: str, port: int) -> list[str]:
        return [self.host]

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        page = self.pages.get(asked.path)
        if page is None:
            return 404, {}, b"nothing here"
        if callable(page):
            return page(asked)
        if isinstance(page, tuple):
            return page
        kind = "text/html; charset=utf-8"
        return 200, {"Content-Type": kind}, page.encode() if isinstance(page, str) else page


@contextmanager
def web(port: int = 0) -> Iterator[Web]:
    """A server on 127.0.0.1 that ends with the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told, body = served.answer(Asked(self.path, headers))
            self.send_response(status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    served = Web(("127.0.0.1", server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
