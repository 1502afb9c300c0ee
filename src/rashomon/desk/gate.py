"""The gate before the pages: who asks, whether they may, and whether a change was really asked for by them.

A page elsewhere can make a browser send a form to the desk with the cookies of whoever is signed in, and from
this machine with the rights of whoever sits at it. So what changes something must come from the desk's own
pages (Sec-Fetch-Site, Origin) and carry what only they know (`csrf_field`). JSON under `/api/` needs no such
field: a page elsewhere cannot send it without asking first, and the desk says no to that question. Nor do
requests with a token, which no browser sends by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from rashomon.desk import bodies
from rashomon.desk.access import (
    FIELD,
    HEADER,
    Forbidden,
    Person,
    SignInNeeded,
    Visit,
    begin,
    checked,
    is_masked,
)
from rashomon.desk.answers import for_programs, told
from rashomon.desk.forwarded import address_of
from rashomon.desk.limits import Buckets, place_of, too_many
from rashomon.errors import InputError, RashomonError, StoreError
from rashomon.store.persons import TOKEN_MARK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from litestar.types import ASGIApp, Receive, Send

SAFE = ("GET", "HEAD")
_OPEN = ("/static/", "/sign-in", "/health", "/health/", "/metrics")
"""Addresses that anybody may ask: files of the pages, the way in, whether the desk is well. `/metrics` asks
who it is by itself."""

_SAME_FOR_ALL = ("/static/", "/health/live")


class Gate:
    """The application behind its gate: nothing but the way in is answered to whoever has no scope `read`."""

    def __init__(self, app: ASGIApp, who: Callable[[Any], Awaitable[Visit]], per_minute: int = 1_200) -> None:
        self._app = app
        self._who = who
        self._known = Buckets(per_minute, max(10.0, per_minute / 4))
        self._strangers = Buckets(max(1.0, per_minute / 4), max(10.0, per_minute / 8))

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            receive = await self._let_in(scope, receive)
        except bodies.Gone:
            return
        except RashomonError as error:
            await _answer(send, scope, error)
            return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Any, receive: Receive) -> Receive:
        begin(scope, Visit())
        if scope["path"].startswith(_SAME_FOR_ALL) and scope["method"] in SAFE:
            return receive
        if TOKEN_MARK.encode() in scope["query_string"]:
            raise InputError(
                "a token has no place in an address, where others may read it",
                hint="revoke it (rashomon token revoke), and send a new one in the header Authorization",
            )
        try:
            visit = await self._who(scope)
        except SignInNeeded:
            self._count(Person(""), scope)  # guessing is limited as well
            raise
        except StoreError:
            if not is_open(scope["path"]):
                raise
            visit = Visit()  # whoever watches over the desk is told so by the page
        begin(scope, visit)
        self._count(visit.person, scope)
        if not is_open(scope["path"]):
            checked(visit.person, "read")
        if scope["method"] in SAFE:
            return receive
        check_origin(scope)
        body = await bodies.whole_body(scope, receive)
        check_token(scope, visit, body)
        return bodies.again(body, receive)

    def _count(self, person: Person, scope: Any) -> None:
        if person.how == "local":
            return
        if person.account:
            wait = self._known.take(person.account)
        else:
            wait = self._strangers.take(place_of(address_of(scope)))
        if wait > 0.0:
            raise too_many("too many requests", wait)


def is_open(path: str) -> bool:
    """Whether anybody may ask for an address."""
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in _OPEN)


async def _answer(send: Send, scope: Any, error: RashomonError) -> None:
    status, headers, body = told(scope["path"], error)
    if status == 401 and scope["method"] in SAFE and not for_programs(scope["path"]):
        query = scope["query_string"].decode("latin-1")
        asked = quote(scope["path"], safe="/") + (f"?{query}" if query else "")
        way_in = f"/sign-in?{urlencode({'next': asked})}"
        if bodies.header(scope, b"hx-request") is not None:
            headers["hx-redirect"] = way_in
        elif "text/html" in (bodies.header(scope, b"accept") or ""):
            status, body = 303, b""
            headers["location"] = way_in
            del headers["www-authenticate"]
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
