"""What a request carries: its headers, and its body, read whole within limits of size and of time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from rashomon.errors import InputError

if TYPE_CHECKING:
    from litestar.types import Receive

LARGEST_BODY = 262_144
"""Bytes of a body: forms and corrections are short."""
BODY_SECONDS = 20.0
"""How long a body may take to come."""
FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 2_000


class TooLarge(InputError):
    """The body is over the limit (413)."""


class TooSlow(InputError):
    """The body did not come in time (408)."""


class Gone(Exception):
    """Whoever asked has left."""


def headers_of(scope: Any, name: bytes) -> list[str]:
    """All values of a header, by its name in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def header(scope: Any, name: bytes) -> str | None:
    """The value of a header; None where it is missing, or given more than once."""
    found = headers_of(scope, name)
    return found[0].strip() if len(found) == 1 else None


def kind_of(scope: Any) -> str:
    """The media type of the body, without parameters."""
    return (header(scope, b"content-type") or "").partition(";")[0].strip().lower()


async def whole_body(scope: Any, receive: Receive) -> bytes:
    """The body.

    Raises:
        TooLarge: it is, or says that it is, over the limit.
        TooSlow: it did not come in time.
        Gone: whoever sent it has left.
    """
    told = header(scope, b"content-length")
    if told is not None and told.isascii() and told.isdigit() and int(told[:19]) > LARGEST_BODY:
        raise TooLarge("this is more than the desk takes at once", hint=f"at most {LARGEST_BODY:,} bytes")
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message: Any = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                piece = message.get("body", b"")
                size += len(piece)
                if size > LARGEST_BODY:
                    raise TooLarge(
                        "this is more than the desk takes at once", hint=f"at most {LARGEST_BODY:,} bytes"
                    )
                pieces.append(piece)
                if not message.get("more_body"):
                    return b"".join(pieces)
    except TimeoutError:
        raise TooSlow("the request did not come in time", hint="send it again") from None


def again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read again by whoever comes next."""
    given = False

    async def given_again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return given_again


def fields_of(scope: Any, body: bytes) -> dict[str, str]:
    """The fields of a form, the first of each name; none where the body is no form."""
    if kind_of(scope) != FORM:
        return {}
    try:
        pairs = pairs_of(body)
    except InputError:  # said where the form is read
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def pairs_of(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in order, empty ones too.

    Raises:
        InputError: there are too many.
    """
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InputError("this form has too many fields", hint=f"at most {_MOST_FIELDS:,}") from error


__all__ = ["FORM", "Gone", "TooLarge", "TooSlow", "again", "fields_of", "header", "headers_of", "kind_of",
           "pairs_of", "whole_body"]  # fmt: skip
