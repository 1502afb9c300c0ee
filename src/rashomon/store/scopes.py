"""What people and programs may: three steps, each with all that the ones before it hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from rashomon.errors import InputError

Scope = Literal["read", "correct", "admin"]
"""Reading; correcting what was read wrongly too; and all the rest too, as metrics."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


def highest(scopes: Iterable[str]) -> Scope:
    """The highest of some scopes.

    Raises:
        InputError: there is none, or one that is no scope.
    """
    given = list(scopes)
    for scope in given:
        if scope not in SCOPES:
            raise InputError(f"there is no scope {scope[:40]!r}", hint=f"there are {', '.join(SCOPES)}")
    if not given:
        raise InputError("without a scope nobody may anything", hint=f"give one of {', '.join(SCOPES)}")
    return max((scope for scope in SCOPES if scope in given), key=SCOPES.index)


def held(scope: str) -> frozenset[Scope]:
    """A scope with those that it holds: who may correct may read, an admin may all; none for no scope."""
    return frozenset(SCOPES[: SCOPES.index(scope) + 1]) if scope in SCOPES else frozenset()


__all__ = ["SCOPES", "Scope", "held", "highest"]
