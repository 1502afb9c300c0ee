"""Logs, counts and health; connections that are slow; what is too large."""

from __future__ import annotations

import io
import json
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_running import WORDS, Running

from rashomon import logs
from rashomon.desk import patience
from rashomon.desk.limits import Backoff, Buckets, SignIns, TooMany, place_of
from rashomon.errors import InputError, StoreError


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.set_up("json", logging.DEBUG, stream)
    yield stream
    logger = logging.getLogger("rashomon")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def lines(stream: io.StringIO, count: int = 1) -> list[dict[str, object]]:
    deadline = time.monotonic() + 10
    while stream.getvalue().count("\n") < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_a_line_with_a_number(guarded: Running, logged: io.StringIO) -> None:
    cookie = guarded.cookie("Ana")
    got = guarded.get("/voices?name=secret+words+of+a+report", cookie=cookie)
    told = next(each for each in lines(logged, 4) if each.get("path") == "/voices")
    assert told["request"] == got.headers["x-request-id"] and told["status"] == got.status
    assert told["person"] == "Ana" and told["how"] == "session" and told["method"] == "GET"
    assert isinstance(told["ms"], float) and told["address"] == "127.0.0.1"
    secret, _ = guarded.desk.persons.add_token("export", ["read"], 1)
    guarded.get("/", authorization=f"Bearer {secret}")
    guarded.get(f"/incidents/{secret}", cookie=cookie)
    guarded.get(f"/?t={secret}", cookie=cookie)
    guarded.sign_in("Ana", "not the right words")
    told_all = json.dumps(lines(logged, 9))
    for word in ("secret words", WORDS, "not the right words", secret, secret[12:], cookie.partition("=")[2]):
        assert word not in told_all


def test_a_line_cannot_be_forged(logged: io.StringIO) -> None:
    logging.getLogger("rashomon.desk").info(
        "a\nb", extra={"path": "/x\r\n\u202e\x1b[2J" + "y" * 999, "count": 3, "none": None}
    )
    (told,) = lines(logged)
    assert told["event"] == "a\ufffdb" and len(str(told["path"])) <= 300 and "\x1b" not in str(told["path"])
    assert told["count"] == 3 and "none" not in told


def test_lines_for_people_and_errors_without_their_words() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines("text"))
    record = logging.LogRecord("rashomon.desk", logging.ERROR, "", 0, "it failed", (), None)
    record.path = 'a "b" c'
    try:
        raise ValueError("words of a report")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    handler.emit(record)
    told = stream.getvalue()
    assert "error it failed path=" in told and "error=ValueError" in told and "words" not in told
    assert told.count("\n") == 1


def test_counts_for_prometheus(guarded: Running) -> None:
    cookie = guarded.cookie("Cleo")
    guarded.sign_in("Ana", "not the right words")
    guarded.get("/incidents/nothing", cookie=cookie)
    guarded.get("/no/such/page/at/all", cookie=cookie)
    guarded.ask("HEAD", "/incidents/nothing", cookie=cookie)
    told = guarded.get("/metrics")  # from this machine, without an account
    assert told.status == 200 and told.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert told.headers["cache-control"] == "no-store"
    for line in ('rashomon_http_requests_total{method="GET",route="/incidents/{ref}",status="404"} 1.0',
                 'rashomon_http_requests_total{method="HEAD",route="/incidents/{ref}",status="404"} 1.0',
                 'rashomon_sign_ins_total{outcome="wrong"} 1.0', 'rashomon_sign_ins_total{outcome="in"} 1.0',
                 "rashomon_store_up 1.0", 'rashomon_store_rows{what="reports"} 3.0',
                 'rashomon_store_rows{what="persons"} 3.0'):  # fmt: skip
        assert line in told.text, line
    assert "/no/such" not in told.text  # addresses are without number
    elsewhere = {"x_forwarded_for": "203.0.113.9"}
    assert guarded.get("/metrics", **elsewhere).status == 401
    assert guarded.get("/metrics", cookie=guarded.cookie("Bo"), **elsewhere).status == 403
    assert guarded.get("/metrics", cookie=cookie, **elsewhere).status == 200


def test_health_tells_live_from_ready(guarded: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/health", "/health/live", "/health/ready"):
        got = guarded.get(path)
        assert got.status == 200 and got.json["status"] == "ok" and "version" not in got.json
    assert "version" in guarded.get("/health", cookie=guarded.cookie("Bo")).json

    def broken() -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(guarded.desk.store, "reading", broken)
    assert guarded.get("/health/ready").status == 503
    told = guarded.get("/metrics")
    assert told.status == 200 and "rashomon_store_up 0.0" in told.text


def test_what_is_too_large_is_refused(guarded: Running) -> None:
    cookie = guarded.cookie("Ana")
    kind = "application/x-www-form-urlencoded"
    got = guarded.ask("POST", "/sign-out", b"a=" + b"x" * 300_000, cookie=cookie, content_type=kind)
    assert got.status == 413 and "at most" in got.text
    got = guarded.ask("POST", "/sign-out", b"&".join([b"a=1"] * 5000), cookie=cookie, content_type=kind)
    assert got.status == 403 and guarded.get("/", cookie=cookie).status == 200
    assert guarded.get("/?" + "a=1&" * 3000, cookie=cookie).status == 414
    assert guarded.get("/", cookie="a=" + "b" * 40_000).status == 431


def test_a_body_that_lies_about_its_length(guarded: Running) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as line:
        line.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            + b"10000\r\n" + b"x" * 65536 + b"\r\n"
        )  # fmt: skip
        for _ in range(4):
            try:
                line.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            except OSError:
                break
        assert b" 413 " in line.recv(200)


def test_connections_that_say_nothing_are_ended(guarded: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    for said in (b"", b"GET / HTTP/1.1\r\nHost: loc"):
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as line:
            line.sendall(said)
            assert line.recv(100) == b""
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as line:
        for _ in range(2):  # a second request on one connection has its own time
            line.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            got = b""
            while b'"ok"}' not in got:
                got += line.recv(4000)
            assert got.startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /hea")
        assert line.recv(4000) == b""


def test_a_body_that_does_not_come_is_not_waited_for(
    guarded: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rashomon.desk import bodies

    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=20) as line:
        line.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nname=")
        assert b" 408 " in line.recv(200)


def test_tls_needs_files_that_belong_together(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    with pytest.raises(InputError, match="certificate cannot be used"):
        patience.tls_context(str(bad), str(bad))
    with pytest.raises(OSError):
        patience.tls_context("/no/such", "/no/such")
    assert ssl.HAS_TLSv1_2


def test_buckets_fill_again() -> None:
    clock = Clock()
    buckets = Buckets(60, 3, clock)
    assert [buckets.take("a") for _ in range(3)] == [0.0] * 3
    assert 0.9 < buckets.take("a") <= 1.0 and buckets.take("b") == 0.0
    clock.now += 1.0
    assert buckets.take("a") == 0.0 and buckets.take("a") > 0.0
    clock.now += 1e6
    assert [buckets.take("a") for _ in range(3)] == [0.0] * 3 and buckets.take("a") > 0.0


def test_backoff_doubles_ends_and_is_forgotten() -> None:
    clock = Clock()
    backoff = Backoff(2, 10.0, 100.0, clock)
    waits = []
    for _ in range(8):
        waits.append(backoff.wait("a"))
        backoff.failed("a")
    assert waits == [0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0] and backoff.wait("b") == 0.0
    clock.now += 101
    assert backoff.wait("a") == 0.0
    backoff.failed("a")
    assert backoff.wait("a") == 0.0


def test_an_account_of_ones_own_does_not_open_those_of_others() -> None:
    clock = Clock()
    limits = SignIns(clock)
    with pytest.raises(TooMany) as refused:
        for number in range(30):
            limits.begin(f"victim {number}", "203.0.113.9")
            limits.begin("mine", "203.0.113.9")
            limits.succeeded("mine", "203.0.113.9")
    assert refused.value.retry_after >= 1
    limits.begin("victim 1", "198.51.100.7")  # from elsewhere it may be tried
    for _ in range(60):
        clock.now += 61
        limits.begin("victim 2", f"198.51.100.{clock.now % 250}")  # nobody locks another out for long


@pytest.mark.parametrize(
    ("address", "counted"),
    [("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("x", "unknown"),
     (None, "unknown"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64")],
)  # fmt: skip
def test_addresses_are_counted_by_customer(address: str | None, counted: str) -> None:
    assert place_of(address) == counted
