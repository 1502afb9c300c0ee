"""What a request is answered with: pages, data, files, and errors of one stable shape.

An error is `{"error": {"kind", "what", "hint", "where"}}` to programs and a page that says the same to
people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from rashomon.desk.access import Forbidden, SignInNeeded, here
from rashomon.desk.bodies import TooLarge, TooSlow
from rashomon.desk.limits import TooMany
from rashomon.desk.shown import render
from rashomon.errors import InputError, RashomonError, StoreBusy, StoreChanged, StoreError
from rashomon.exports.phrases import valid
from rashomon.store.passwords import TooBusy

Asking = Request[Any, Any, State]
_KINDS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 406: "not_acceptable"}
_WORDS = {
    404: ("there is nothing at this address", "look at the address, or begin from the first page"),
    405: ("this address takes requests of another kind", "a form? go back to its page; a program? see /api"),
}


class Missing(InputError):
    """What was asked for is not in the store."""


class Unacceptable(InputError):
    """Nobody writes answers in the form that was asked for."""


_FAULTS: tuple[tuple[type[InputError], tuple[int, str]], ...] = (
    (SignInNeeded, (401, "sign_in_needed")),
    (Forbidden, (403, "forbidden")),
    (Missing, (404, "not_found")),
    (Unacceptable, (406, "not_acceptable")),
    (TooSlow, (408, "too_slow")),
    (TooLarge, (413, "too_large")),
    (TooMany, (429, "too_many")),
    (TooBusy, (429, "too_many")),
)


class Fault(msgspec.Struct, frozen=True):
    """An error as programs get it: `kind` is stable, `what` and `hint` are for people, `where` is a field."""

    kind: str
    what: str
    hint: str | None = None
    where: str | None = None


class FaultBody(msgspec.Struct, frozen=True):
    """The body of every answer that is an error."""

    error: Fault


def page(name: str, status: int = 200, /, **values: Any) -> Response[bytes]:
    """A page from a template. The browser asks again each time whether it is still so, and keeps nothing that
    only somebody who is signed in may see."""
    body = render(f"{name}.html", values).encode("utf-8", "replace")
    kept = "private, no-cache" if here().how == "local" else "no-store"
    return Response(
        body,
        status_code=status,
        media_type="text/html",
        headers={"cache-control": kept, "vary": "HX-Request, Cookie, Authorization"},
    )


def data(
    value: Any, kind: str = "application/json", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """Data for programs."""
    body = value if isinstance(value, bytes) else encoded(value)
    kept = "private, no-cache" if here().how == "local" else "no-store"
    return Response(
        body,
        status_code=status,
        media_type=kind,
        headers={"cache-control": kept, "vary": "Accept, Cookie, Authorization", **(headers or {})},
    )


def encoded(value: Any) -> bytes:
    """JSON; what UTF-8 cannot hold becomes U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_clean(msgspec.to_builtins(value)))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in value]
    return value


def fault_of(error: Exception) -> tuple[int, Fault]:
    """The status and the shape of an error."""
    if isinstance(error, InputError):
        status, kind = next((told for each, told in _FAULTS if isinstance(error, each)), (400, "bad_request"))
        return status, Fault(kind, error.what, error.hint, error.where)
    if isinstance(error, StoreBusy):
        return 503, Fault("busy", "the store cannot be reached just now", "try again in a moment")
    if isinstance(error, StoreChanged):
        return 409, Fault("conflict", error.what, error.hint, error.where)
    if isinstance(error, StoreError):
        return 503, Fault("store", error.what, error.hint)
    if isinstance(error, RashomonError):
        return 500, Fault("installation", error.what, error.hint)
    if isinstance(error, HTTPException):
        status = error.status_code
        what, hint = _WORDS.get(status, (valid(error.detail or "this cannot be answered")[:300], None))
        return status, Fault(_KINDS.get(status, "error"), what, hint)
    return 500, Fault(
        "error", "the desk made a mistake", "the terminal it runs in says more; the store is as it was"
    )


def for_programs(path: str) -> bool:
    """Whether an address is asked by programs, which want data where people want a page."""
    return path in ("/health", "/metrics") or (path.startswith(("/api/", "/health/")) and path != "/api/")


def told(path: str, error: Exception) -> tuple[int, dict[str, str], bytes]:
    """The answer to a request that went wrong: its status, headers and body."""
    status, fault = fault_of(error)
    headers = {"cache-control": "no-store"}
    if status == 503:
        headers["retry-after"] = "2"
    if status == 429:
        headers["retry-after"] = str(getattr(error, "retry_after", 2))
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="Rashomon"'
    if for_programs(path):
        return status, {**headers, "content-type": "application/json"}, encoded(FaultBody(fault))
    body = render("error.html", {"fault": fault, "status": status}).encode("utf-8", "replace")
    return status, {**headers, "content-type": "text/html; charset=utf-8"}, body


def on_error(request: Asking, error: Exception) -> Response[bytes]:
    """The answer to a request that went wrong."""
    status, headers, body = told(request.url.path, error)
    if status == 500:
        request.app.state.complain(request.url.path, error)
    kind = headers.pop("content-type").partition(";")[0]  # Litestar adds the charset
    return Response(body, status_code=status, media_type=kind, headers=headers)


__all__ = [
    "Asking",
    "Fault",
    "FaultBody",
    "Missing",
    "Unacceptable",
    "data",
    "encoded",
    "fault_of",
    "for_programs",
    "on_error",
    "page",
    "told",
]
