"""Every request, watched from outside: a number for it, how long it took, what came of it; logged, counted.

A log line has the path and never the query, which may hold words of reports, nor any header.
"""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from rashomon.desk.access import Visit
from rashomon.desk.answers import for_programs, told
from rashomon.desk.forwarded import address_of
from rashomon.desk.security import HEADERS

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Send

    from rashomon.desk.measures import Measures

_log = logging.getLogger("rashomon.desk.requests")
_KEY = "rashomon.request"
_QUIET = ("/static/", "/health", "/metrics")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def noted(scope: Any, sign_in: str) -> None:
    """Say what came of a sign-in: in, out, wrong, waits."""
    seen = scope.get(_KEY)
    if isinstance(seen, dict):
        seen["sign_in"] = sign_in


def id_of(scope: Any) -> str | None:
    """The number of a request, as its answer's header x-request-id and the log have it."""
    seen = scope.get(_KEY)
    return seen["id"] if isinstance(seen, dict) else None


class Observed:
    """The application, watched."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass on one request, and tell what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen: dict[str, Any] = {"id": secrets.token_hex(8), "sign_in": None}
        scope[_KEY] = seen
        method, path, began = scope["method"], scope["path"], time.perf_counter()
        status = size = 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", seen["id"].encode())]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        self._measures.began()
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            _log.error("a request failed", extra={"request": seen["id"]}, exc_info=error)
            if status == 0:
                await _fail(watched, path, error)
        finally:
            taken = time.perf_counter() - began
            route = scope.get("path_template") or "none"
            kind = method if method in _METHODS else "other"
            self._measures.ended(kind, route, status, taken, seen["sign_in"])
            self._tell(scope, kind, path, status, size, taken)

    def _tell(self, scope: Any, method: str, path: str, status: int, size: int, taken: float) -> None:
        level = logging.WARNING if status >= 500 else logging.INFO
        if path.startswith(_QUIET) and status < 400:
            level = logging.DEBUG
        if not _log.isEnabledFor(level):
            return
        visit = scope.get("rashomon.visit")
        person = visit.person if isinstance(visit, Visit) else None
        _log.log(
            level,
            "request",
            extra={
                "request": scope[_KEY]["id"],
                "method": method,
                "path": path,
                "status": status,
                "ms": round(1000 * taken, 1),
                "bytes": size,
                "address": address_of(scope) or None,
                "person": person.name if person is not None and person.how in ("session", "token") else None,
                "how": person.how if person is not None else None,
                "sign_in": scope[_KEY]["sign_in"],
            },
        )


async def _fail(send: Any, path: str, error: Exception) -> None:
    status, headers, body = told(path if for_programs(path) else "/api/v1/", error)
    raw = [
        (name.encode(), value.encode("latin-1", "replace")) for name, value in {**HEADERS, **headers}.items()
    ]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})


__all__ = ["Observed", "id_of", "noted"]
