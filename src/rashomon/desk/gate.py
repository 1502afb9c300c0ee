"""The gate before the pages: who asks, whether they may, and whether a change was really asked for by them.

A page elsewhere can make a browser send a form to the desk with the cookies of whoever is signed in, and from
this machine with the rights of whoever sits at it. So what changes something must come from the desk's own
pages (Sec-Fetch-Site, Origin) and carry what only they know (`csrf_field`). JSON under `/api/` needs no such
field: a page elsewhere cannot send it without asking first, and the desk says no to that question. Nor do
requests with a token, which no browser sends by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rashomon.desk import bodies
from rashomon.desk.access import FIELD, HEADER, Forbidden, Visit, begin, checked, is_masked
from rashomon.desk.answers import told
from rashomon.errors import RashomonError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from litestar.types import ASGIApp, Receive, Send

SAFE = ("GET", "HEAD")
_OPEN = ("/static/", "/sign-in", "/health")
"""Addresses that anybody may ask: files of the pages, the way in, whether the desk is well."""


class Gate:
    """The application behind its gate: nothing but the way in is answered to whoever has no scope `read`."""

    def __init__(self, app: ASGIApp, who: Callable[[Any], Awaitable[Visit]]) -> None:
        self._app = app
        self._who = who

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            visit = await self._who(scope)
            begin(scope, visit)
            if scope["method"] not in SAFE:
                check_origin(scope)
                body = await bodies.whole_body(scope, receive)
                check_token(scope, visit, body)
                receive = bodies.again(body, receive)
            if not is_open(scope["path"]):
                checked(visit.person, "read")
        except bodies.Gone:
            return
        except RashomonError as error:
            await _answer(send, scope, error)
            return
        await self._app(scope, receive, send)


def is_open(path: str) -> bool:
    """Whether anybody may ask for an address."""
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in _OPEN)


async def _answer(send: Send, scope: Any, error: RashomonError) -> None:
    status, headers, body = told(scope["path"], error)
    raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def check_origin(scope: Any) -> None:
    """Whether a request that changes something comes from a page of the desk, or from no page.

    Raises:
        Forbidden: it comes from a page elsewhere.
    """
    site = bodies.headers_of(scope, b"sec-fetch-site")
    if any(each not in ("same-origin", "none") for each in site):
        raise _elsewhere()
    origins = bodies.headers_of(scope, b"origin")
    host = (bodies.header(scope, b"host") or "").lower()
    for origin in origins:
        try:
            parts = urlsplit(origin)
        except ValueError:
            raise _elsewhere() from None
        if parts.netloc.lower() != host or parts.scheme not in ("https", scope.get("scheme", "http")):
            raise _elsewhere()


def _elsewhere() -> Forbidden:
    return Forbidden(
        "this request comes from a page elsewhere, and was not done",
        hint="if you meant it, open the desk's own page and do it there",
    )


def check_token(scope: Any, visit: Visit, body: bytes) -> None:
    """Whether a request that changes something carries what only the desk's pages know.

    Raises:
        Forbidden: it does not.
    """
    if visit.person.how == "token":
        return
    if scope["path"].startswith("/api/") and (
        scope["method"] != "POST" or bodies.kind_of(scope) == "application/json"
    ):
        return
    given = bodies.header(scope, HEADER.encode()) or bodies.fields_of(scope, body).get(FIELD, "")
    if not is_masked(given, visit.secret):
        raise Forbidden(
            "this form is out of date, and was not sent on", hint="load the page again, then send it again"
        )


__all__ = ["SAFE", "Gate", "check_origin", "check_token", "is_open"]
