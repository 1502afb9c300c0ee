"""Who a request is from where a proxy stands before the desk: only proxies that are named are believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from rashomon.desk import bodies
from rashomon.errors import InputError

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Receive, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_TOLD = (b"forwarded", b"via", b"x-real-ip")
_PEER = "rashomon.peer"


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks of proxies.

    Raises:
        InputError: one is neither.
    """
    found: list[Network] = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name))
        except ValueError:
            raise InputError(
                f"{name[:60]!r} is no address of a proxy", where="--trust-proxy",
                hint="as 10.0.0.5 or 10.0.0.0/24",
            ) from None  # fmt: skip
    return tuple(found)


class Forwarded:
    """The application behind proxies: what those of `trusted` say of the address and the scheme is taken for
    true (X-Forwarded-For, X-Forwarded-Proto), and what anybody else says is not."""

    def __init__(self, app: ASGIApp, trusted: Collection[Network] = ()) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] == "http":
            scope[_PEER] = scope.get("client")
            if self._is_trusted((scope.get("client") or ("",))[0]):
                self._believe(scope)
        await self._app(scope, receive, send)

    def _believe(self, scope: Any) -> None:
        told = ",".join(bodies.headers_of(scope, b"x-forwarded-for")).split(",")
        for address in reversed([each.strip() for each in told if each.strip()]):  # the last is the nearest
            if _parsed(address) is None:
                break
            scope["client"] = (address, 0)
            if not self._is_trusted(address):
                break
        scheme = bodies.header(scope, b"x-forwarded-proto")
        if scheme in ("http", "https"):
            scope["scheme"] = scheme

    def _is_trusted(self, address: str) -> bool:
        found = _parsed(address)
        return found is not None and any(
            found.version == each.version and found in each for each in self._trusted
        )


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_direct(scope: Any) -> bool:
    """Whether a request was made on this machine, with no proxy between that says so."""
    if any(key in _TOLD or key.startswith(b"x-forwarded-") for key, _ in scope["headers"]):
        return False
    found = _parsed((scope.get(_PEER) or scope.get("client") or ("",))[0])
    return found is not None and found.is_loopback


def address_of(scope: Any) -> str:
    """The address of whoever asks."""
    return str((scope.get("client") or ("",))[0])


__all__ = ["Forwarded", "Network", "address_of", "is_direct", "networks"]
