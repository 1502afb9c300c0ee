"""The server's side of a connection: how long it waits for the head of a request, and TLS."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from rashomon.errors import InputError

HEAD_SECONDS = 10.0
"""How long the head of a request may take to come."""


class Patient(H11Protocol):
    """uvicorn's connection, which ends where the head of a request does not come in time: otherwise a few
    hundred connections that say nothing would leave no room for others (Slowloris)."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody has connected."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes have come."""
        waits = self._between()
        super().data_received(data)
        if not self._between():
            self._disarm()
        elif waits:
            self._arm()

    def on_response_complete(self) -> None:
        """An answer was sent; what came meanwhile of the next request counts from now."""
        super().on_response_complete()
        if self._between():
            self._arm()
        else:
            self._disarm()

    def _between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _arm(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _disarm(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _give_up(self) -> None:
        self._limit = None
        if self._between() and not self.transport.is_closing():
            self.transport.close()


def tls_context(cert: str, key: str) -> ssl.SSLContext:
    """TLS 1.2 or later with a certificate.

    Raises:
        OSError: a file cannot be read.
        InputError: they are no certificate and key, or do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError as error:
        raise InputError(
            f"the certificate cannot be used: {error.reason or error}", where=cert,
            hint="two PEM files that belong together: the certificate with its chain, and its key",
        ) from error  # fmt: skip
    return context


__all__ = ["HEAD_SECONDS", "Patient", "tls_context"]
