"""What stands before every page: which hosts and methods are answered, and the headers that answers carry.

Pages run no script but the desk's own files and send nothing anywhere else. A name that is not this machine's
is refused, so that a page elsewhere that rebinds its name to this address reads nothing (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from rashomon.desk import bodies
from rashomon.errors import InputError

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer browsers hide where a form is from, even here
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
_LONGEST_QUERY = 8_192
_LONGEST_HEAD = 32_768
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def check_bind(host: str, anybody_known: bool, open_reading: bool = False) -> None:
    """Refuse to listen where others reach while nobody could sign in.

    Raises:
        InputError: the address is not of this machine alone, and nobody has an account or a token.
    """
    if is_loopback(host) or anybody_known or open_reading:
        return
    raise InputError(
        "others reach this address, and nobody has an account yet",
        where=f"--host {host}",
        hint="add one: rashomon person add NAME; or leave --host away and come through an SSH tunnel; or let "
        "anyone read all of it: --anyone-may-read",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def name_of(host: str) -> str | None:
    """The name in a Host header, without its port; None where it is none."""
    match = _HOST.fullmatch(host)
    return None if match is None else match["name"].lower().rstrip(".")


class Guard:
    """The application behind its guard: hosts, methods and the length of queries are checked, headers added.

    `names` are host names that are answered besides `localhost` and this machine's own addresses; with
    `anywhere` any address of numbers is answered, for names alone can be rebound.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] = (), *, anywhere: bool = False) -> None:
        self._app = app
        self._names = {name.lower() for name in names} | {"localhost"}
        self._anywhere = anywhere

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        asked_head = scope["method"] == "HEAD"
        added = dict(HEADERS)
        if scope.get("scheme") == "https" and not is_loopback(
            name_of(bodies.header(scope, b"host") or "") or ""
        ):
            added["strict-transport-security"] = "max-age=31536000"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(key, value) for key, value in message["headers"] if key.lower() != b"server"]
                known = {key.lower() for key, _ in kept}
                kept += [
                    (key.encode(), value.encode())
                    for key, value in added.items()
                    if key.encode() not in known
                ]
                message["headers"] = kept
            elif asked_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refused = self._refusal(scope)
        if refused is not None:
            await _refuse(with_headers, *refused)
            return
        if asked_head:
            scope["method"] = "GET"
        await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Any) -> tuple[int, str, str, str] | None:
        hosts = [value for key, value in scope["headers"] if key == b"host"]
        if len(hosts) != 1 or not self.answers(hosts[0].decode("latin-1")):
            return (
                421,
                "unknown_host",
                "the desk does not answer to this host name",
                "open it as http://127.0.0.1 with its port; for another name start it with --allow-host NAME",
            )
        if scope["method"] not in METHODS:
            return (
                405,
                "method_not_allowed",
                "the desk does nothing of that kind",
                f"use {', '.join(METHODS)}",
            )
        if sum(len(key) + len(value) for key, value in scope["headers"]) > _LONGEST_HEAD:
            return 431, "too_long", "the head of this request is too long", "send fewer or shorter cookies"
        if len(scope["query_string"]) > _LONGEST_QUERY:
            return 414, "too_long", "this address is too long", "ask for less at once"
        return None

    def answers(self, host: str) -> bool:
        """Whether requests for a host, with its port or without, are answered."""
        name = name_of(host)
        if name is None:
            return False
        if name in self._names or is_loopback(name):
            return True
        if not self._anywhere:
            return False
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


async def _refuse(send: Send, status: int, kind: str, what: str, hint: str) -> None:
    body = json.dumps({"error": {"kind": kind, "what": what, "hint": hint, "where": None}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 405:
        headers.append((b"allow", ", ".join(METHODS).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


__all__ = ["HEADERS", "POLICY", "Guard", "check_bind", "is_loopback", "name_of"]
