"""How often one host is asked, and how long it is left alone after it failed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

BETWEEN_SECONDS = 2.0
_LONGEST_DELAY = 60.0
_HOSTS = 10_000  # a memory of hosts, not a record of them


def backoff(failures: int, base: float, cap: float, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after a number of failures in a row: `base`, doubled for each, up to `cap`, and up to a
    third more or less by chance, so that many clients do not come back together."""
    doubled = min(cap, base * 2.0 ** min(max(failures, 0), 32))
    return doubled * (2 / 3 + chance() * 2 / 3)


class Pace:
    """Turns at hosts: one request at a time to each, and a pause in between.

    Args:
        between: seconds from the end of one request to a host to the start of the next.
        together: requests under way at once, over all hosts.
    """

    def __init__(
        self,
        between: float = BETWEEN_SECONDS,
        together: int = 8,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._between, self._clock = between, clock
        self._all = asyncio.Semaphore(together)
        self._turns: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, url: str, delay: float | None = None) -> AsyncIterator[None]:
        """Wait for the host's turn, and hold it.

        Args:
            url: whose host it is.
            delay: seconds that the host itself asks for in between.
        """
        host = host_of(url)
        lock = self._turns.setdefault(host, asyncio.Lock())
        async with lock:
            await asyncio.sleep(max(0.0, self._free_at.get(host, 0.0) - self._clock()))
            try:
                async with self._all:
                    yield
            finally:
                pause = max(self._between, min(delay or 0.0, _LONGEST_DELAY))
                self._hold(host, self._clock() + pause)

    def leave_alone(self, url: str, seconds: float) -> None:
        """A host that asks for a pause gets it."""
        self._hold(host_of(url), self._clock() + seconds)

    def wait(self, url: str) -> float:
        """Seconds until the host may be asked again."""
        return max(0.0, self._free_at.get(host_of(url), 0.0) - self._clock())

    def _hold(self, host: str, until: float) -> None:
        if len(self._free_at) >= _HOSTS:
            now = self._clock()
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
            self._turns = {name: lock for name, lock in self._turns.items() if lock.locked()}
        self._free_at[host] = max(until, self._free_at.get(host, 0.0))


def host_of(url: str) -> str:
    """The host of a link in lower case, empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
