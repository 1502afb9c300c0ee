"""Passwords: hashed with argon2id (RFC 9106, second recommendation), never kept.

One that is wrong and one of a person who is not there take the same time to refuse.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from rashomon.errors import InputError, MissingExtra

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 1_000
"""Characters of a password."""
_AT_ONCE = threading.BoundedSemaphore(2)  # each takes 64 MiB and a good part of a core
_PATIENCE_SECONDS = 3.0


class TooBusy(InputError):
    """Others sign in just now."""

    retryable = True


def checked(password: str, name: str) -> str:
    """A password that may be chosen.

    Raises:
        InputError: it is too short, too long, or the name.
    """
    password = _normal(password)
    if len(password) < SHORTEST:
        raise InputError(
            f"a password has {SHORTEST} characters or more", hint="a few words that do not belong together"
        )
    if len(password) > LONGEST:
        raise InputError(f"a password has at most {LONGEST:,} characters")
    if password.casefold() == name.casefold() or len(set(password)) < 5:
        raise InputError("this password is soon guessed", hint="a few words that do not belong together")
    return password


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(_normal(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether a password is the one that `kept` is of; with None, of nobody, it takes as long to say no.

    Raises:
        TooBusy: too many are asked at once.
    """
    from argon2.exceptions import Argon2Error, InvalidHashError

    nobody = _of_nobody()  # made before it is known whether it is needed: that time would tell names apart
    against = kept if kept is not None else nobody
    if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
        raise TooBusy("too many people sign in at once", hint="try again in a moment")
    try:
        _hasher().verify(against, _normal(password[: LONGEST + 1]))
    except (Argon2Error, InvalidHashError):
        return False
    finally:
        _AT_ONCE.release()
    return kept is not None


def is_weaker(kept: str) -> bool:
    """Whether a hash is of an older, weaker form: it is made anew when its password is next given."""
    return _hasher().check_needs_rehash(kept)


def _normal(password: str) -> str:
    """One form for what looks the same on all keyboards; what UTF-8 cannot hold is replaced."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")


@cache
def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "the package argon2-cffi is needed for passwords", hint="pip install 'rashomon[desk]'"
        ) from error
    return PasswordHasher()


@cache
def _of_nobody() -> str:
    import secrets

    return _hasher().hash(secrets.token_hex(32))


__all__ = ["LONGEST", "SHORTEST", "TooBusy", "checked", "hashed", "is_right", "is_weaker"]
