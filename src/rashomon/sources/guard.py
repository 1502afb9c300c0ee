"""Where a feed or a page may lead: public addresses only, whatever the name in the link says.

A link in a feed is somebody else's wish. It can name this machine, the router or a cloud's metadata service,
by an address in any of its spellings, by a name that resolves to one, through a redirect, or by a name that
answers differently the second time it is asked. So the decision is taken when a connection is dialled: the
name is resolved once, each address is judged, and the connection goes to the very address that was judged.
Proxies of the environment are not used, for they would resolve the name again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import msgspec

from rashomon.errors import FetchFailed, FetchRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

PORTS = frozenset((80, 443, 8080, 8443))
_DIALLED = 4  # addresses of one name that are tried before it counts as unreachable
_LONGEST_URL = 4_096
_RESOLVE_SECONDS = 10.0
_PUBLIC_ONLY = "pages are fetched from the public internet only"

# Python calls some of these global; none is a place where news is published. IPv6 is judged by what is
# allowed: global unicast (2000::/3) without the tunnels and translations that hide an IPv4 address in their
# bits.
_DENIED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
_UNICAST = ipaddress.ip_network("2000::/3")
_CREDENTIALS = re.compile(r"//[^/?#]*@")
_ISATAP = (0x00005EFE, 0x02005EFE)  # bits 64 to 95 of an address that holds an IPv4 address behind them


class Guard(msgspec.Struct, frozen=True):
    """What may be dialled.

    `also` are exact (address, port) pairs that are let through although they are not public. It is there for
    tests that serve pages on this machine: no setting, variable or feed can fill it. Of the commands only
    `rashomon alert ... --allow-loopback` does, for webhooks that whoever runs it has named.
    """

    also: frozenset[tuple[str, int]] = frozenset()

    def check_url(self, url: str) -> None:
        """Refuse a link that can be seen to be wrong without asking anybody.

        Raises:
            FetchRefused: not http(s), names or passwords in it, another port than those of the web, an
                address that is not public, too long, or no link at all.
        """
        if len(url) > _LONGEST_URL:
            raise FetchRefused(f"the link is over {_LONGEST_URL:,} characters", where=url[:60])
        where = printable_url(url)
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise FetchRefused(f"this is no link: {error}", where=where) from None
        if parts.scheme.lower() not in {"http", "https"}:
            raise FetchRefused(
                f"links of the kind {parts.scheme[:20]!r} are not followed", where=where, hint="http or https"
            )
        if not host or any(ord(char) < 33 or char in "\\%\x7f" for char in parts.netloc):
            raise FetchRefused("the link names no host", where=where)
        if "@" in parts.netloc:
            raise FetchRefused("a link with a user name in it is not followed", where=where)
        if port is None:
            port = 443 if parts.scheme.lower() == "https" else 80
        if port not in PORTS and not any(port == allowed for _, allowed in self.also):
            raise FetchRefused(
                f"port {port} is not one of the web's",
                where=where,
                hint="only 80, 443, 8080 and 8443 are asked",
            )
        if (address := _literal(host)) is not None and not self.allows(address, port):
            raise FetchRefused(f"{host} is no public address", where=where, hint=_PUBLIC_ONLY)

    def allows(self, address: str, port: int) -> bool:
        """Whether a resolved address may be dialled at that port."""
        if (address, port) in self.also:
            return True
        return port in PORTS and is_public(address)


def is_public(address: str) -> bool:
    """Whether an address (in the plain form that a resolver gives) is one of the public internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None or found not in _UNICAST:
            return False
        if (int(found) >> 32) & 0xFFFFFFFF in _ISATAP:
            return False
    return found.is_global and not found.is_multicast and not any(
        found in network for network in _DENIED if network.version == found.version
    )  # fmt: skip


async def system_resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, by the resolver of this machine. Raises OSError where it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Dials for httpcore2: resolves, judges, connects to what was judged."""

    def __init__(self, guard: Guard, resolve: Resolve = system_resolve) -> None:
        self._guard, self._resolve = guard, resolve
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of the host that is public and answers.

        Raises:
            FetchRefused: the name has no public address.
            FetchFailed: it has no address at all.
            httpcore2.ConnectError, httpcore2.ConnectTimeout: none of them answers.
        """
        try:
            async with asyncio.timeout(_RESOLVE_SECONDS):
                found = await self._resolve(host, port)
        except TimeoutError as error:
            raise FetchFailed(f"the host {host!r} could not be looked up in time") from error
        except (OSError, UnicodeError) as error:
            raise FetchFailed(f"the host {host!r} cannot be found", hint="look at the spelling") from error
        public = [address for address in found if self._guard.allows(address, port)]
        if not public:
            raise FetchRefused(f"{host} is no public address", hint=_PUBLIC_ONLY)
        failure: Exception | None = None
        for address in public[:_DIALLED]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, None, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Never: no link leads to a socket of this machine."""
        raise FetchRefused("sockets of this machine are not dialled")

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts."""
        await asyncio.sleep(seconds)


def printable_url(url: str) -> str:
    """A link as it may stand in a message: short, without a password, without control characters."""
    shown = _CREDENTIALS.sub("//", url[:_LONGEST_URL])
    return "".join(char if char.isprintable() else "\ufffd" for char in shown[:200])


def _literal(host: str) -> str | None:
    """A host that is an address as it stands; other spellings of addresses are left to the resolver."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
