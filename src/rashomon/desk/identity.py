"""Finding out who asks: by a token in the header, by the cookie of a session, or by being at this machine."""

from __future__ import annotations

import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rashomon.desk import bodies
from rashomon.desk.access import NOBODY, Person, SignInNeeded, Visit
from rashomon.desk.forwarded import Network, is_direct
from rashomon.desk.security import is_loopback, name_of
from rashomon.errors import RashomonError
from rashomon.store.desk import Desk
from rashomon.store.persons import TOKEN_MARK, Known
from rashomon.store.scopes import held

_LONGEST_SECRET = 200
_GIVEN_OUT = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)


@dataclass(frozen=True)
class Rules:
    """What whoever runs the desk decided.

    `anywhere`: it listens where others reach. `person`: how whoever sits at this machine is called while
    nobody has an account. `open_reading`: anybody reads, without an account. `trusted`: proxies.
    `per_minute`: requests of one person or token; strangers have a quarter of it by address.
    """

    anywhere: bool = False
    person: str = "local"
    open_reading: bool = False
    trusted: tuple[Network, ...] = ()
    per_minute: int = 1_200


class Identity:
    """Who asks, by what they show."""

    def __init__(self, desk: Desk, rules: Rules) -> None:
        self._desk = desk
        self._rules = rules
        self._here = secrets.token_bytes(32)
        self._later = ThreadPoolExecutor(1, "rashomon-seen")
        self._waiting: set[tuple[bool, int]] = set()
        self._lock = threading.Lock()

    async def __call__(self, scope: Any) -> Visit:
        """Who asks.

        Raises:
            SignInNeeded: they show a token that opens nothing.
            StoreError: the store cannot be read.
        """
        from anyio.to_thread import run_sync

        return await run_sync(self._look, scope)

    def _look(self, scope: Any) -> Visit:
        token = bearer(scope)
        if token is not None:
            known = self._desk.persons.of_token(token)
            if known is None:
                raise SignInNeeded(
                    "this token opens nothing", hint="it ended, was revoked, or is not whole: ask for another"
                )
            self._keep(known, token=True)
            return Visit(Person(known.name, known.scopes, "token", f"token {known.num}"))
        cookie = cookie_of(scope, session_cookie(scope))
        if cookie is not None and (known := self._desk.persons.of_session(cookie)) is not None:
            self._keep(known, token=False)
            person = Person(known.name, known.scopes, "session", f"person {known.name}")
            return Visit(person, b"session " + cookie.encode())
        if self._is_here(scope) and not self._desk.persons.any():
            return Visit(Person(self._rules.person, held("admin"), "local"), self._here)
        mark = cookie_of(scope, visit_cookie(scope))
        secret = b"" if mark is None else b"visit " + mark.encode()
        if self._rules.open_reading:
            return Visit(Person("reader", held("read"), "open"), secret)
        return Visit(NOBODY, secret)

    def _is_here(self, scope: Any) -> bool:
        return not self._rules.anywhere and sits_here(scope)

    def _keep(self, known: Known, *, token: bool) -> None:
        """Write when it was used; nobody waits for that, as others may be writing."""
        key = (token, known.num)
        with self._lock:
            if not known.stale or key in self._waiting:
                return
            self._waiting.add(key)
        with suppress(RuntimeError):  # the desk is being closed
            self._later.submit(self._write, known, key)

    def _write(self, known: Known, key: tuple[bool, int]) -> None:
        try:
            with suppress(RashomonError):
                self._desk.persons.used(known, token=key[0])
        finally:
            with self._lock:
                self._waiting.discard(key)

    def close(self) -> None:
        """Wait for what is being written."""
        self._later.shutdown()


def sits_here(scope: Any) -> bool:
    """Whether a request comes from this machine, under one of its own names, and through no proxy."""
    name = name_of(bodies.header(scope, b"host") or "")
    return name is not None and is_loopback(name) and is_direct(scope)


def bearer(scope: Any) -> str | None:
    """The token that a request shows; None where it shows none.

    Raises:
        SignInNeeded: there are several, or it is no token.
    """
    found = [each.strip() for each in bodies.headers_of(scope, b"authorization")]
    shown = [each[7:].strip() for each in found if each.partition(" ")[0].lower() == "bearer"]
    if not shown:
        return None
    if len(found) > 1 or not shown[0].startswith(TOKEN_MARK) or len(shown[0]) > _LONGEST_SECRET:
        raise SignInNeeded(
            "this is no token of the desk", hint=f"send one: Authorization: Bearer {TOKEN_MARK}..."
        )
    return shown[0]


def session_cookie(scope: Any) -> str:
    """The name of the cookie of a session. Browsers keep cookies by host, not by port, so the port is in it;
    a name with __Host- cannot be set by another host, and needs TLS."""
    return _cookie(scope, "rashomon")


def visit_cookie(scope: Any) -> str:
    """The name of the cookie that the form of the sign-in belongs to."""
    return _cookie(scope, "rashomon-visit")


def _cookie(scope: Any, name: str) -> str:
    port = (scope.get("server") or ("", 0))[1] or 0
    return f"{'__Host-' if scope.get('scheme') == 'https' else ''}{name}-{port}"


def cookie_of(scope: Any, name: str) -> str | None:
    """The value of a cookie; None where it is missing, there twice, or nothing that the desk gave out."""
    found: list[str] = []
    for line in bodies.headers_of(scope, b"cookie"):
        for piece in line.split(";"):
            key, _, value = piece.strip().partition("=")
            if key == name:
                found.append(value)
    return found[0] if len(found) == 1 and _GIVEN_OUT.fullmatch(found[0]) else None


__all__ = ["Identity", "Rules", "bearer", "cookie_of", "session_cookie", "sits_here", "visit_cookie"]
