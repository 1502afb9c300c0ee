"""A desk that runs, and how tests ask it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rashomon.store.desk import Desk

WORDS = "mule over seven hills"


@contextmanager
def served(desk: Desk, rules: Any = None, names: tuple[str, ...] = ()) -> Iterator[Running]:
    """A real server in a thread of the tests."""
    import uvicorn

    from rashomon.desk import create_app
    from rashomon.desk.patience import Patient

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    config = uvicorn.Config(
        create_app(desk, names, rules),
        http=Patient,
        log_level="error",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield Running(desk, listener.getsockname()[1])
    server.should_exit = True
    thread.join(10)
    listener.close()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Running:
    """A desk that runs, and how it is asked."""

    desk: Desk
    port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, fields: dict[str, str], page: str = "/", **headers: str) -> Answer:
        """Send a form as a page of the desk does, with the token that stands in `page`."""
        token = re.search(r"x-csrf-token&#34;: &#34;([^&]+)&#34;", self.get(page, **headers).text)
        assert token is not None
        body = urlencode({"csrf": token[1], **fields}).encode()
        return self.ask(
            "POST", path, body, **{"content_type": "application/x-www-form-urlencoded", **headers}
        )

    def sign_in(self, name: str, password: str, where: str = "", cookie: str = "", **headers: str) -> Answer:
        """Fill in the form of the sign-in and send it, as a browser does."""
        form = self.get("/sign-in", **({"cookie": cookie} if cookie else {}), **headers)
        jar = "; ".join(filter(None, (cookie, *(each.partition(";")[0] for each in form.cookies))))
        token = re.search(r'name="csrf" value="([^"]+)"', form.text)
        assert token is not None
        fields = {"csrf": token[1], "name": name, "password": password, "next": where}
        return self.ask("POST", "/sign-in", urlencode(fields).encode(), cookie=jar,
                        content_type="application/x-www-form-urlencoded", **headers)  # fmt: skip

    def cookie(self, name: str) -> str:
        """Sign somebody in: the cookie they have then."""
        got = self.sign_in(name, WORDS)
        assert got.status == 303, got.text
        return got.cookies[0].partition(";")[0]

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return self.ask(method, path, **headers)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            got = connection.getresponse()
            body = got.read().decode("utf-8", "replace")
            cookies = tuple(value for name, value in got.getheaders() if name.lower() == "set-cookie")
            return Answer(
                got.status, {name.lower(): value for name, value in got.getheaders()}, body, cookies
            )
        finally:
            connection.close()
