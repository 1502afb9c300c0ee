"""One request to the web, under guard: every hop judged, every byte counted, and an end to it in time.

`Fetcher.get` follows redirects itself, so that each is judged as the first link was, and stops where they
leave the host; it takes gzip apart piece by piece and counts what comes out, so that a small answer cannot
become a large one; it keeps no cookies and asks no proxy. When to ask, and how often, is for `visit.py`.
"""

from __future__ import annotations

import asyncio
import email.utils
import re
import ssl
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from urllib.parse import urldefrag, urljoin

import httpcore2
import httpx2
import msgspec

from rashomon.errors import FetchFailed, FetchRefused
from rashomon.sources.guard import Guard, GuardedBackend, Resolve, printable_url, system_resolve
from rashomon.sources.pace import host_of

MAX_BYTES = 2 * 2**20
REDIRECTS = 5
_SECONDS = 60.0  # for all of it, redirects included
_TIMEOUT = httpx2.Timeout(20.0, connect=10.0)
_CHUNK = 65_536
_LONGEST_WAIT = 7 * 86_400.0
_MOVED = frozenset((301, 302, 303, 307, 308))
_FOR_GOOD = frozenset((301, 308))
_AGAIN = frozenset((408, 425, 429))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_SAID = {
    401: "it asks for a login",
    402: "it asks for payment",
    403: "the site refuses it",
    404: "there is nothing at this address",
    410: "it is gone for good",
    451: "it is withheld for legal reasons",
}


class Fetched(msgspec.Struct, frozen=True):
    """An answer. `url` is where it came from in the end. With `not_modified` there is no body: what the
    caller has still holds. `elsewhere` is a redirect to another host, not followed yet: that host has rules
    and a pace of its own. `for_good`: no redirect on the way was a passing one."""

    url: str
    status: int
    body: bytes = b""
    not_modified: bool = False
    content_type: str = ""
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    elsewhere: str | None = None
    for_good: bool = True


class Fetcher:
    """Asks the web for one thing at a time or for many at once; an asynchronous context manager.

    Args:
        user_agent: what it calls itself.
        guard: what may be dialled.
        resolve: finds the addresses of a name.
        seconds: for one `get`, redirects included.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        guard: Guard | None = None,
        resolve: Resolve = system_resolve,
        seconds: float = _SECONDS,
    ) -> None:
        self.user_agent = user_agent
        self._guard = guard or Guard()
        self._seconds = seconds
        # Other codings than gzip are neither asked for nor taken: they can grow a thousandfold in one step.
        headers = {"user-agent": user_agent, "accept-encoding": "gzip"}
        self._client = httpx2.AsyncClient(
            transport=_Transport(GuardedBackend(self._guard, resolve)),
            headers=headers,
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int = MAX_BYTES,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        """What a link gives.

        Args:
            url: http or https.
            max_bytes: limit of the body, after it is unpacked.
            accept: media types, as in HTTP.
            etag, last_modified: of the copy that the caller has: asks for news only.

        Raises:
            FetchRefused: the guard or the site does not give it, or it is too large: the same tomorrow.
            FetchFailed: no connection, out of time, or an error of the server: may work later.
        """
        headers = {"accept": accept}
        if etag:
            headers["if-none-match"] = etag
        if last_modified:
            headers["if-modified-since"] = last_modified
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, max_bytes, headers)
        except (FetchRefused, FetchFailed) as error:
            error.where = error.where or printable_url(url)
            raise
        except TimeoutError as error:
            raise FetchFailed(
                f"no whole answer within {self._seconds:.0f} seconds", where=printable_url(url)
            ) from error

    async def _follow(self, url: str, max_bytes: int, headers: dict[str, str]) -> Fetched:
        for_good = True
        for _ in range(REDIRECTS + 1):
            self._guard.check_url(url)
            try:
                async with self._client.stream("GET", url, headers=headers) as response:
                    if response.status_code not in _MOVED or "location" not in response.headers:
                        return await _answer(response, url, for_good, max_bytes)
                    target = urldefrag(urljoin(url, response.headers["location"]))[0]
                    for_good = for_good and response.status_code in _FOR_GOOD
                    if host_of(target) != host_of(url):
                        self._guard.check_url(target)
                        return Fetched(url, response.status_code, elsewhere=target, for_good=for_good)
                    url = target
            except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpcore2.UnsupportedProtocol) as error:
                raise FetchRefused(f"this is no link: {error}") from None
            except (httpcore2.TimeoutException, httpx2.TimeoutException) as error:
                raise FetchFailed("the host does not answer in time") from error
            except (
                httpcore2.NetworkError, httpcore2.ProtocolError, httpx2.TransportError, httpx2.StreamError,
                OSError,
            ) as error:  # fmt: skip
                raise FetchFailed(f"the connection failed: {_reason(error)}") from error
            except ValueError as error:  # a Location that cannot be joined, a header that is no header
                raise FetchRefused(f"the answer makes no sense: {_reason(error)}") from error
        raise FetchRefused(f"it redirects more than {REDIRECTS} times")


class _Transport(httpx2.AsyncBaseTransport):
    """httpcore2's connections, dialled by the guard: httpx2's own transport has no place for a dialler."""

    def __init__(self, backend: GuardedBackend) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_ssl(),
            max_connections=32,
            max_keepalive_connections=8,
            keepalive_expiry=10.0,
            http2=False,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=b"",
            extensions=request.extensions,
        )
        answer = await self._pool.handle_async_request(asked)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


@cache
def _ssl() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


async def _answer(response: httpx2.Response, url: str, for_good: bool, max_bytes: int) -> Fetched:
    status, headers = response.status_code, response.headers
    if status == 304:
        return Fetched(url, status, not_modified=True, for_good=for_good)
    if status in _AGAIN or status >= 500:
        failed = FetchFailed(f"the server answers with {status}")
        failed.status, failed.retry_after = status, _wait_of(headers.get("retry-after"))
        raise failed
    if not 200 <= status < 300:
        said = f"{_SAID[status]} ({status})" if status in _SAID else f"the server answers with {status}"
        refused = FetchRefused(said)
        refused.status = status
        raise refused
    named = _CHARSET.search(headers.get("content-type", "")[:300])
    return Fetched(
        url,
        status,
        body=await _body(response, max_bytes),
        content_type=headers.get("content-type", "").partition(";")[0].strip().lower()[:100],
        charset=named[1] if named else None,
        etag=_short(headers.get("etag")),
        last_modified=_short(headers.get("last-modified")),
        for_good=for_good,
    )


async def _body(response: httpx2.Response, max_bytes: int) -> bytes:
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise FetchRefused(f"it is compressed with {coding[:20]!r}, which was not asked for")
    unpack = zlib.decompressobj(wbits=31) if coding.endswith("gzip") else None
    pieces: list[bytes] = []
    size = 0
    async for raw in response.aiter_raw(_CHUNK):
        while raw:
            if unpack is None:
                piece, raw = raw, b""
            else:
                try:
                    piece = unpack.decompress(raw, max_bytes + 1 - size)
                except zlib.error as error:
                    raise FetchFailed("what came is not gzip, as it said") from error
                raw = b"" if unpack.eof else unpack.unconsumed_tail
            size += len(piece)
            if size > max_bytes:
                raise FetchRefused(f"it is over the limit of {max_bytes / 2**20:g} MB")
            pieces.append(piece)
    if unpack is not None and not unpack.eof and size:
        raise FetchFailed("the answer was cut short")
    return b"".join(pieces)


def _wait_of(value: str | None) -> float | None:
    """Retry-After: seconds, or a date."""
    if not value:
        return None
    value = value.strip()[:64]
    if value.isascii() and value.isdigit() and len(value) < 12:
        return min(float(value), _LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(value)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max(0.0, (until - datetime.now(UTC)).total_seconds()), _LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None


def _short(value: str | None) -> str | None:
    """A validator is sent back as it came; one of a thousand characters is somebody's joke."""
    return value if value and len(value) <= 1_000 else None


def _reason(error: BaseException) -> str:
    said = " ".join(str(error).split())[:200]
    return said or type(error).__name__
