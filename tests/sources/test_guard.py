"""The guard: what is not public is never reached, in whatever spelling, by whatever way."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ipaddress
import itertools
import resource
import socket
import time
import zlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import httpcore2
import pytest
from source_web import Web, web

from rashomon.errors import FetchFailed, FetchRefused, InputError
from rashomon.sources import html
from rashomon.sources.feeds import parse_feed
from rashomon.sources.fetch import Fetcher
from rashomon.sources.guard import Guard, GuardedBackend, is_public, printable_url
from rashomon.sources.visit import Visitor

PUBLIC = "93.184.215.14"
NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "168.63.129.16",
]  # fmt: skip
NOT_PUBLIC_SIX = [
    "::", "::1", "fe80::1", "fe80::1%lo", "fe80::1%25eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "100::1", "2001:db8::1", "2001::1", "2001:2::1", "2001:10::1", "3fff::1", "5f00::1", "4000::1",
]  # fmt: skip


def spellings(address: str) -> Iterator[str]:
    """The ways to write an IPv4 address as the host of a link."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(ipaddress.IPv4Address(address))
    six = f"{a:02x}{b:02x}:{c:02x}{d:02x}"
    yield from (
        address,
        f"{address}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{c * 256 + d}",
        f"{a}.{b * 65536 + c * 256 + d}",
        f"[::ffff:{address}]",
        f"[::ffff:{six}]",
        f"[::{address}]",
        f"[64:ff9b::{address}]",
        f"[64:ff9b:1::{address}]",
        f"[2002:{six}::1]",
        f"[2001:0:{six}::1]",
        f"[2a00:1450::5efe:{six}]",
        f"[2a00:1450::200:5efe:{six}]",
        "".join(chr(0xFF10 + int(char)) if char.isdigit() else "\u3002" for char in address),
    )


LINKS = [
    *(f"http://{host}/" for address in NOT_PUBLIC for host in spellings(address)),
    *(f"https://[{address}]/" for address in NOT_PUBLIC_SIX),
    *(f"http://{name}/" for name in ("localhost", "LOCALHOST", "localhost.", "ip6-localhost")),
    "http://user@127.0.0.1/", "http://93.184.215.14@127.0.0.1/", "http://127.0.0.1#@93.184.215.14/",
    "http://127.0.0.1\\@93.184.215.14/", "http://93.184.215.14\\@127.0.0.1/", "http://127.0.0.1:22/",
    "http://93.184.215.14:22/", "http://93.184.215.14:6379/", "file:///etc/passwd", "ftp://93.184.215.14/",
    "gopher://127.0.0.1:70/_x", "unix:///run/x.sock", "data:text/html,x", "javascript:alert(1)", "http://", "http:///x",
    "//127.0.0.1/", "http:/127.0.0.1/", "http://%31%32%37.0.0.1/", "http://127.0.0.1%00.example.org/",
    "http://[::1", "http://\x00/", "http://127.0.0.1\r\nHost: x/", "", "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://[::ffff:0:127.0.0.1]/", "http://" + "a" * 5_000,
]  # fmt: skip


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where connections went: none is made."""
    seen: list[tuple[str, int]] = []

    async def connect(self: object, host: str, port: int, *_: object) -> object:
        seen.append((host, port))
        raise httpcore2.ConnectError("nobody there")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect)
    return seen


async def numeric(host: str, port: int) -> list[str]:
    """As the machine's resolver, which knows every spelling of an address, but asks nobody for names."""
    if host.lower().rstrip(".") in {"localhost", "ip6-localhost"}:
        return ["127.0.0.1", "::1"]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(entry[4][0]) for entry in found]


def test_no_address_that_is_not_public_is_dialled(dialled: list[tuple[str, int]]) -> None:
    assert len(LINKS) >= 300 and len(set(LINKS)) == len(LINKS)

    async def ask_all() -> None:
        async with Fetcher("test", resolve=numeric) as fetcher:
            for link in LINKS:
                with pytest.raises((FetchRefused, FetchFailed)):
                    await fetcher.get(link)

    asyncio.run(ask_all())
    assert dialled == []


def test_names_that_resolve_to_them_are_not_dialled(dialled: list[tuple[str, int]]) -> None:
    addresses = [
        *NOT_PUBLIC,
        *NOT_PUBLIC_SIX,
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
        "",
    ]

    now: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        return now

    async def ask_all() -> None:
        async with Fetcher("test", resolve=resolve) as fetcher:
            for address in addresses:
                now[:] = [address]
                with pytest.raises(FetchRefused, match="no public address"):
                    await fetcher.get("http://feeds.example.org/")

    asyncio.run(ask_all())
    assert dialled == []


def test_of_several_addresses_only_the_public_ones_are_dialled(dialled: list[tuple[str, int]]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1", PUBLIC, "::1", "2606:2800:21f::1", "10.0.0.1"]

    async def ask() -> None:
        async with Fetcher("test", resolve=resolve) as fetcher:
            with pytest.raises(FetchFailed):
                await fetcher.get("https://example.org/")

    asyncio.run(ask())
    assert dialled == [(PUBLIC, 443), ("2606:2800:21f::1", 443)]


def test_a_name_that_changes_its_address_is_dialled_where_it_was_judged(
    dialled: list[tuple[str, int]],
) -> None:
    answers = itertools.chain([[PUBLIC]], itertools.repeat(["127.0.0.1"]))
    asked = 0

    async def resolve(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return next(answers)

    async def ask() -> None:
        async with Fetcher("test", resolve=resolve) as fetcher:
            with pytest.raises(FetchFailed):
                await fetcher.get("http://rebind.example.org/")
            assert asked == 1
            with pytest.raises(FetchRefused):
                await fetcher.get("http://rebind.example.org/")

    asyncio.run(ask())
    assert dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{canary}/", "http://127.0.0.1:{canary}", "//127.0.0.1:{canary}/", "http://localhost:{canary}/",
     "http://[::1]:{canary}/", "http://2130706433:{canary}/", "http://[::ffff:127.0.0.1]:{canary}/",
     "http://inside.example.org:{canary}/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
     "https://127.0.0.1:{canary}/", "http://user:pw@127.0.0.1:{canary}/", "gopher://127.0.0.1:{canary}/_x",
     "http://127.0.0.1\t:{canary}/", "http://\u0661\u0662\u0667.0.0.1:{canary}/"],
)  # fmt: skip
def test_redirects_are_judged_as_the_first_link(target: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host.endswith("example.org") else await numeric(host, port)

    async def ask(outside: Web, canary: Web) -> None:
        location = target.format(canary=canary.port).encode().decode("latin-1")
        outside.pages = {"/a": (302, {"Location": location}, b""), "/b": (301, {"Location": "/a"}, b"")}
        async with Visitor(guard=outside.guard, resolve=resolve, between=0.0, attempts=1) as visitor:
            for path in ("/a", "/b"):
                with pytest.raises((FetchRefused, FetchFailed)):
                    await visitor.get(outside.url(path))
        assert outside.paths() == ["/robots.txt", "/a", "/b", "/a"]

    with web() as outside, web() as canary:
        asyncio.run(ask(outside, canary))
        assert canary.asked == []


def test_what_a_page_or_a_header_asks_a_browser_to_fetch_is_not_fetched() -> None:
    async def ask(outside: Web, canary: Web) -> None:
        page = (
            f"<html><head><meta http-equiv=refresh content='0;url={canary.url('/meta')}'>"
            f"<link rel=canonical href='{canary.url('/canonical')}'><base href='{canary.base}'>"
            f"<script src='{canary.url('/script')}'></script></head><body><img src='{canary.url('/img')}'>"
            f"<iframe src='{canary.url('/frame')}'></iframe><object data='{canary.url('/object')}'></object>"
            f"<p>{'The clerk of the market wrote it down. ' * 20}</p></body></html>"
        )
        told = {
            "Refresh": f"0; url={canary.url('/refresh')}", "Content-Location": canary.url("/location"),
            "Link": f"<{canary.url('/link')}>; rel=preload", "Alt-Svc": f'h2="127.0.0.1:{canary.port}"',
        }  # fmt: skip
        outside.pages = {"/a": (200, told, page.encode()), "/b": (300, {"Refresh": told["Refresh"]}, b"")}
        async with Visitor(guard=outside.guard, between=0.0, attempts=1) as visitor:
            html.extract((await visitor.get(outside.url("/a"))).body)
            with pytest.raises(FetchRefused):
                await visitor.get(outside.url("/b"))
        doctype = f'<!DOCTYPE rss SYSTEM "{canary.url("/dtd")}">'
        entity = f'{doctype}<rss version="2.0"><channel><title>x</title></channel></rss>'
        with contextlib.suppress(InputError):
            parse_feed(entity.encode(), url=outside.url("/a"))

    with web() as outside, web() as canary:
        asyncio.run(ask(outside, canary))
        assert canary.asked == [] and outside.paths() == ["/robots.txt", "/a", "/b"]


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Chunks for ever, as fast as they are taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            await writer.drain()


async def headers_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"X-More: " + b"x" * 1_000 + b"\r\n")
            await writer.drain()


async def one_header_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()


async def informed_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)
            await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        await reader.read()


@pytest.mark.parametrize("serve", [endless, headers_for_ever, one_header_for_ever, informed_for_ever, silent])
def test_what_never_ends_is_left_and_fills_no_memory(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]],
) -> None:
    async def ask() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Fetcher("test", guard=Guard(also=frozenset({("127.0.0.1", port)})), seconds=2) as fetcher:
            with pytest.raises((FetchRefused, FetchFailed)):
                await fetcher.get(f"http://127.0.0.1:{port}/")
        server.close()

    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    asyncio.run(ask())
    assert time.process_time() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 * 1024


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with web() as outside, web() as canary:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, canary.base)
        outside.pages = {"/a": "hello"}

        async def ask() -> None:
            async with Fetcher("test", guard=outside.guard) as fetcher:
                assert (await fetcher.get(outside.url("/a"))).body == b"hello"

        asyncio.run(ask())
        assert canary.asked == [] and outside.paths() == ["/a"]


def test_sockets_of_this_machine_are_not_dialled() -> None:
    with pytest.raises(FetchRefused):
        asyncio.run(GuardedBackend(Guard()).connect_unix_socket("/run/docker.sock"))


def test_nothing_but_code_opens_the_guard(
    monkeypatch: pytest.MonkeyPatch, dialled: list[tuple[str, int]]
) -> None:
    for name in ("RASHOMON_GUARD", "RASHOMON_ALLOW", "RASHOMON_TEST", "CI", "PYTEST_CURRENT_TEST", "DEBUG"):
        monkeypatch.setenv(name, "127.0.0.1:80")
    assert Guard().also == frozenset() and not Guard().allows("127.0.0.1", 80)
    assert not Guard(also=frozenset({("127.0.0.1", 81)})).allows("127.0.0.1", 80)
    assert not Guard(also=frozenset({("127.0.0.1", 81)})).allows("127.0.0.2", 81)


def test_public_addresses_are_public() -> None:
    for address in (PUBLIC, "1.1.1.1", "8.8.8.8", "2606:2800:21f:cb07::1", "2a00:1450:4001:80b::200e"):
        assert is_public(address), address


def test_links_in_messages_are_harmless() -> None:
    shown = printable_url("http://user:secret@example.org/\x1b[31m\u202e" + "x" * 500)
    assert "secret" not in shown and shown.isprintable() and len(shown) <= 200


def measured(pages: dict[str, object], path: str, **asked: int) -> tuple[Exception | None, float, float]:
    """What a fetch raised, its seconds, and the megabytes by which this process grew."""
    failure: Exception | None = None

    async def ask(served: Web) -> None:
        nonlocal failure
        async with Fetcher("test", guard=served.guard, seconds=5) as fetcher:
            try:
                await fetcher.get(served.url(path), **asked)
            except InputError as error:
                failure = error

    with web() as served:
        served.pages.update(pages)
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        asyncio.run(ask(served))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        return failure, time.monotonic() - start, grown / 1024


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def test_a_gzip_bomb_is_cut_off() -> None:
    body = bomb(256 << 20)
    failure, seconds, megabytes = measured({"/": (200, {"Content-Encoding": "gzip"}, body)}, "/")
    assert isinstance(failure, FetchRefused) and "limit" in failure.what
    assert seconds < 5 and megabytes < 60


def test_what_is_packed_in_other_ways_is_not_taken() -> None:
    for coding in ("br", "zstd", "gzip, gzip", "compress", "deflate"):
        failure, _, _ = measured({"/": (200, {"Content-Encoding": coding}, gzip.compress(b"x"))}, "/")
        assert isinstance(failure, FetchRefused), coding


def test_bodies_headers_and_redirects_have_limits() -> None:
    cases: dict[str, object] = {
        "/large": b"x" * (3 << 20),
        "/loop": (302, {"Location": "/loop"}, b""),
        "/header": (200, {"X-Long": "x" * 500_000}, b"x"),
        "/notgzip": (200, {"Content-Encoding": "gzip"}, b"hello"),
        "/cut": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"hello" * 1000)[:-12]),
        "/nowhere": (302, {"Location": "http://["}, b""),
    }
    for path in cases:
        failure, _, _ = measured(cases, path)
        assert isinstance(failure, FetchRefused | FetchFailed), path


def test_a_host_that_drips_is_left() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass

    async def ask() -> None:
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Fetcher("test", guard=Guard(also=frozenset({("127.0.0.1", port)})), seconds=1) as fetcher:
            start = time.monotonic()
            with pytest.raises(FetchFailed, match="whole answer"):
                await fetcher.get(f"http://127.0.0.1:{port}/")
            assert time.monotonic() - start < 4
        server.close()

    asyncio.run(ask())


def test_no_cookie_is_kept_or_sent() -> None:
    async def ask(served: Web) -> None:
        async with Fetcher("test", guard=served.guard) as fetcher:
            await fetcher.get(served.url("/a"))
            await fetcher.get(served.url("/a"))

    with web() as served:
        served.pages = {"/a": (200, {"Set-Cookie": "id=1; Path=/"}, b"x")}
        asyncio.run(ask(served))
        assert [each.headers.get("cookie") for each in served.asked] == [None, None]
