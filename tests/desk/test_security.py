"""Whom the desk answers, and what it refuses."""

from __future__ import annotations

import pytest
from desk_running import Running

from rashomon.desk.security import Guard, check_bind
from rashomon.errors import InputError


async def _nobody(*_: object) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "a b", ""]
)
def test_other_host_names_are_refused(running: Running, host: str) -> None:
    got = running.get("/", host=host)
    assert got.status in (400, 421) and "incident" not in got.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:99", "[::1]:8765"])
def test_this_machine_is_answered(running: Running, host: str) -> None:
    assert running.get("/health", host=host).status == 200


def test_numbers_are_answered_only_where_others_may_reach() -> None:
    assert not Guard(_nobody).answers("10.0.0.7:8765")
    assert Guard(_nobody, anywhere=True).answers("10.0.0.7:8765")
    assert not Guard(_nobody, anywhere=True).answers("desk.example")
    assert Guard(_nobody, ["desk.example"]).answers("DESK.example:80")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "desk.example"])
def test_listening_where_others_reach_needs_an_account_or_a_word(host: str) -> None:
    with pytest.raises(InputError, match="person add"):
        check_bind(host, False)
    check_bind(host, True)
    check_bind(host, False, open_reading=True)


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_odd_methods_are_refused(running: Running, method: str) -> None:
    got = running.get("/incidents", method=method)
    assert got.status == 405 and "GET, HEAD, POST" in got.headers["allow"]
    assert "content-security-policy" in got.headers


def test_files_are_kept_by_browsers_and_pages_are_not(running: Running) -> None:
    assert "no-cache" in running.get("/").headers["cache-control"]
    assert "immutable" in running.get("/static/desk.css?v=1").headers["cache-control"]
    assert "immutable" not in running.get("/static/desk.css").headers["cache-control"]


def test_head_is_answered_as_get_without_a_body(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/", "/nothing", "/api/v1/incidents", "/static/desk.css"):
        got, whole = running.ask("HEAD", path), running.get(path)
        assert (got.status, got.text) == (whole.status, "")
        assert got.headers["content-type"] == whole.headers["content-type"]
    assert not [each for each in caplog.records if each.levelname == "ERROR"]
