"""A desk that runs, and how tests ask it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

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

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            got = connection.getresponse()
            body = got.read().decode("utf-8", "replace")
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, body)
        finally:
            connection.close()
