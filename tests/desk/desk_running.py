"""A desk that runs, and how tests ask it."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rashomon.store.desk import Desk


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

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
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, body)
        finally:
            connection.close()


@contextmanager
def serving(desk: Desk, **options: Any) -> Iterator[Running]:
    """A real server in a thread of the tests; `options` are those of `create_app`."""
    import uvicorn

    from rashomon.desk import create_app

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    app: Any = create_app(desk, **options)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield Running(desk, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
