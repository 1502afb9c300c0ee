"""Who asks, and what they may; nothing is changed that a page elsewhere asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from desk_running import Running

from rashomon.desk import access
from rashomon.desk.access import Forbidden, Person, SignInNeeded, Visit, need, person_of
from rashomon.store.scopes import held


def request(person: Person | None) -> Any:
    scope: dict[str, Any] = {}
    if person is not None:
        access.begin(scope, Visit(person, b"secret"))
    return SimpleNamespace(scope=scope)


def test_without_a_gate_nobody_may_anything() -> None:
    assert person_of(request(None)) == access.NOBODY
    with pytest.raises(SignInNeeded):
        need(request(None), "read")


def test_a_scope_that_is_missing_is_named() -> None:
    reader = Person("Ana", held("read"), "session")
    assert need(request(reader), "read") == reader
    with pytest.raises(Forbidden) as refused:
        need(request(reader), "correct")
    assert "Ana" in refused.value.what and "correct" in (refused.value.hint or "")


def test_the_token_of_forms_differs_each_time_and_is_checked() -> None:
    one, other = access.masked(b"secret"), access.masked(b"secret")
    assert one != other and access.is_masked(one, b"secret") and access.is_masked(other, b"secret")
    for wrong in ("", "x", one[:-4], one[::-1], one + "AAAA", "\u00e9" * 86, access.masked(b"other")):
        assert not access.is_masked(wrong, b"secret")
    assert not access.is_masked(access.masked(b""), b"")


ELSEWHERE: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"origin": "http://["},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_what_pages_elsewhere_ask_for_is_not_done(running: Running, headers: dict[str, str]) -> None:
    got = running.post("/incidents", {}, origin=running.base)  # right but for there being nothing to post to
    assert got.status == 405
    token = access.masked(b"guess")
    for path, kind in (
        ("/incidents", "application/x-www-form-urlencoded"),
        ("/api/v1/x", "application/json"),
    ):
        got = running.ask("POST", path, b"csrf=" + token.encode(), content_type=kind, **headers)
        assert got.status == 403 and "elsewhere" in got.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_changes_need_the_token_of_a_page(running: Running, method: str) -> None:
    got = running.ask(method, "/incidents", b"a=1", content_type="application/x-www-form-urlencoded")
    assert got.status == 403 and "out of date" in got.text
    assert "content-security-policy" in got.headers
    got = running.ask("POST", "/api/v1/x", b"a=1", content_type="text/plain")
    assert got.status == 403 and set(got.json["error"]) == {"kind", "what", "hint", "where"}
