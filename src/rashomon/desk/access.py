"""Who asks, and what they may: `person_of`, `need`, and the hidden field that every form carries.

    person = need(request, "correct")      # 401 or 403 in the desk's own form where they may not
    <form method="post">{{ csrf_field() }}...</form>

The gate (`rashomon.desk.gate`) finds out who asks before any page sees the request, lets nobody read without
the scope `read`, and refuses POST, PUT, PATCH and DELETE that do not carry what `csrf_field` gives.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

from rashomon.errors import InputError
from rashomon.store.scopes import SCOPES, Scope

How = Literal["nobody", "local", "open", "session", "token"]
FIELD, HEADER = "csrf", "x-csrf-token"
_KEY = "rashomon.visit"
_SIZE = 32


class SignInNeeded(InputError):
    """Nobody is signed in, or what they showed is good no more (401)."""


class Forbidden(InputError):
    """Whoever asks may not do this (403)."""


@dataclass(frozen=True)
class Person:
    """Who asks.

    `how` says how they are known: "local" is whoever sits at this machine while nobody has an account,
    "open" is anybody where reading was left open, "nobody" has no scopes. `account` tells accounts and tokens
    apart, for what is counted by them; it is empty where there is none.
    """

    name: str
    scopes: frozenset[Scope] = frozenset()
    how: How = "nobody"
    account: str = ""

    def may(self, scope: Scope) -> bool:
        """Whether they have a scope."""
        return scope in self.scopes

    @property
    def signed_in(self) -> bool:
        """Whether there is anything to sign out from."""
        return self.how == "session"


NOBODY = Person("nobody")


@dataclass(frozen=True)
class Visit:
    """One request's person, and the secret that its forms are checked with."""

    person: Person = NOBODY
    secret: bytes = field(default=b"", repr=False)


_STRANGER = Visit()
_visit: ContextVar[Visit] = ContextVar("rashomon_visit", default=_STRANGER)


def begin(scope: dict[str, Any], visit: Visit) -> None:
    """Keep who asks with their request: for `person_of`, and for the templates."""
    scope[_KEY] = visit
    _visit.set(visit)


def person_of(request: Any) -> Person:
    """Who asks; `NOBODY`, without any scope, where no gate let the request in."""
    visit = request.scope.get(_KEY)
    return visit.person if isinstance(visit, Visit) else NOBODY


def need(request: Any, scope: Scope) -> Person:
    """Who asks, if they have a scope.

    Raises:
        SignInNeeded: nobody is signed in.
        Forbidden: they do not have it.
    """
    return checked(person_of(request), scope)


def checked(person: Person, scope: Scope) -> Person:
    """The person, if they have a scope.

    Raises:
        SignInNeeded: nobody is signed in.
        Forbidden: they do not have it.
    """
    if person.may(scope):
        return person
    if person.how in ("nobody", "open"):
        raise SignInNeeded("sign in first", hint="people sign in at /sign-in; programs send a token")
    raise Forbidden(
        f"{person.name} may not do this", hint=f"it takes the scope {scope}: ask whoever runs the desk"
    )


def here() -> Person:
    """Who is asking just now, for the templates."""
    return _visit.get().person


def csrf_token() -> str:
    """What an unsafe request must carry, under a mask of its own each time: what is the same on every page
    could be guessed from the length of compressed pages (BREACH)."""
    return masked(_visit.get().secret)


def csrf_field() -> Markup:
    """The hidden field of a form that changes something."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def csrf_headers() -> str:
    """The same for htmx: `<body hx-headers="{{ csrf_headers() }}">`."""
    return f'{{"{HEADER}": "{csrf_token()}"}}'


def masked(secret: bytes) -> str:
    """A secret under a random mask, with the mask."""
    mask = secrets.token_bytes(_SIZE)
    return base64.urlsafe_b64encode(mask + _xor(mask, _digest(secret))).decode().rstrip("=")


def is_masked(given: str, secret: bytes) -> bool:
    """Whether something is `masked(secret)`; compared in constant time."""
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii") + b"==")
    except ValueError:
        return False
    if not secret or len(raw) != 2 * _SIZE:
        return False
    return hmac.compare_digest(_xor(raw[:_SIZE], raw[_SIZE:]), _digest(secret))


def _digest(secret: bytes) -> bytes:
    return hmac.digest(secret or b"nobody", b"rashomon csrf", "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


__all__ = [
    "FIELD",
    "HEADER",
    "NOBODY",
    "SCOPES",
    "Forbidden",
    "Person",
    "Scope",
    "SignInNeeded",
    "Visit",
    "begin",
    "checked",
    "csrf_field",
    "csrf_headers",
    "csrf_token",
    "here",
    "is_masked",
    "need",
    "person_of",
]
