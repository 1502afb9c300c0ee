"""The way in and out: signing in with a name and a password, signing out, and who is signed in."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response, post, route
from litestar.datastructures import Cookie, State
from litestar.params import RawBody
from litestar.response import Redirect

from rashomon.desk import bodies
from rashomon.desk.access import Visit, begin, person_of
from rashomon.desk.answers import Asking, page
from rashomon.desk.forwarded import address_of
from rashomon.desk.identity import cookie_of, session_cookie, visit_cookie
from rashomon.desk.limits import SignIns, TooMany, place_of
from rashomon.desk.observing import noted
from rashomon.desk.pages import desk_of
from rashomon.store.passwords import TooBusy
from rashomon.store.persons import WHOLE_HOURS, key_of

_LONGEST_ADDRESS = 4_000


# one handler of both: Litestar wraps handlers of one path twice, and then answers with a coroutine
@route("/sign-in", http_method=["GET", "POST"], sync_to_thread=True, include_in_schema=False, status_code=200)
def sign_in(request: Asking, state: State, body: RawBody) -> Response[Any]:
    """The form to sign in with, and who is signed in; or begin a session. A name that is not there and a
    password that is wrong get the same answer."""
    if request.method == "GET":
        return _form(request, state, safe_next(request.query_params.get("next")))
    fields = bodies.fields_of(request.scope, body)
    name, where = fields.get("name", "").strip()[:200], safe_next(fields.get("next"))
    limits: SignIns = state.sign_ins
    account, address = key_of(name), place_of(address_of(request.scope))
    persons = desk_of(state).persons
    try:
        limits.begin(account, address)
        secret = persons.sign_in(name, fields.get("password", ""))
    except (TooMany, TooBusy) as error:
        noted(request.scope, "waits")
        return _form(request, state, where, error.what, error.hint, 429, getattr(error, "retry_after", 2))
    if secret is None:
        noted(request.scope, "wrong")
        return _form(request, state, where, "the name or the password is wrong", None, 403)
    limits.succeeded(account, address)
    noted(request.scope, "in")
    if (before := cookie_of(request.scope, session_cookie(request.scope))) is not None:
        persons.sign_out(before)
    answer = Redirect(where, status_code=303)
    answer.set_cookie(_cookie(request, session_cookie(request.scope), secret, WHOLE_HOURS * 3_600))
    answer.set_cookie(_cookie(request, visit_cookie(request.scope), "", 0))
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/sign-out", sync_to_thread=True, include_in_schema=False, status_code=303)
def sign_out(request: Asking, state: State, body: RawBody) -> Response[Any]:
    """End the session; all of the person's, where the form says so."""
    fields = bodies.fields_of(request.scope, body)
    person = person_of(request)
    persons = desk_of(state).persons
    if person.signed_in and fields.get("everywhere"):
        persons.sign_out_everywhere(person.name)
    elif (secret := cookie_of(request.scope, session_cookie(request.scope))) is not None:
        persons.sign_out(secret)
    noted(request.scope, "out")
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(_cookie(request, session_cookie(request.scope), "", 0))
    answer.headers["cache-control"] = "no-store"
    answer.headers["clear-site-data"] = '"cache"'
    return answer


def safe_next(given: str | None) -> str:
    """An address of the desk to go to after signing in; the first page for all that is elsewhere."""
    if not given or len(given) > _LONGEST_ADDRESS or not given.startswith("/") or given.startswith("//"):
        return "/"
    if not given.isprintable() or "\\" in given:
        return "/"
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith(("//", "/sign-")):
        return "/"
    return quote(given, safe="/?&=%+,:;@!$'()*-._~#[]")


def _form(
    request: Asking, state: State, where: str, what: str | None = None, hint: str | None = None,
    status: int = 200, retry_after: int | None = None,
) -> Response[Any]:  # fmt: skip
    name = visit_cookie(request.scope)
    mark = cookie_of(request.scope, name)
    fresh = mark is None and not person_of(request).signed_in
    if fresh:
        mark = secrets.token_urlsafe(32)
        begin(request.scope, Visit(person_of(request), b"visit " + mark.encode()))  # type: ignore[arg-type]
    known = status != 200 or desk_of(state).persons.any()
    answer = page("sign_in", status, where=where, what=what, hint=hint, known=known)
    if fresh and mark is not None:
        answer.set_cookie(_cookie(request, name, mark, 3_600))
    if retry_after is not None:
        answer.headers["retry-after"] = str(retry_after)
    answer.headers["cache-control"] = "no-store"
    return answer


def _cookie(request: Asking, name: str, value: str, seconds: int) -> Cookie:
    secure = request.scope.get("scheme") == "https"
    made = Cookie(key=name, value=value, path="/", max_age=seconds, samesite="lax")
    made.secure, made.httponly = secure, True
    return made


__all__ = ["safe_next", "sign_in", "sign_out"]
