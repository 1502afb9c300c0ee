"""How much anybody may ask of the desk: requests a minute, and sign-ins that fail."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from rashomon.errors import InputError

_MOST_KEYS = 20_000  # those that were quiet longest are forgotten first


class TooMany(InputError):
    """Too many requests (429). `retry_after`: seconds to wait."""

    retryable = True
    retry_after: int = 1


def too_many(what: str, seconds: float) -> TooMany:
    """The error that says how long to wait."""
    wait = max(1, math.ceil(seconds))
    error = TooMany(what, hint=f"try again in {wait:,} second{'s' if wait > 1 else ''}")
    error.retry_after = wait
    return error


class Buckets:
    """Requests of many, each with a bucket that fills again steadily (a token bucket)."""

    def __init__(self, per_minute: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = per_minute / 60.0, burst, clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one; 0 where there was one, else the seconds until there is."""
        now = self._clock()
        with self._lock:
            level, at = self._held.pop(key, (self._burst, now))
            level = min(self._burst, level + (now - at) * self._rate)
            wait = 0.0 if level >= 1.0 else (1.0 - level) / self._rate
            self._held[key] = (level - 1.0 if wait == 0.0 else level, now)
            while len(self._held) > _MOST_KEYS:
                self._held.popitem(last=False)
        return wait


class Backoff:
    """What fails again and again has to wait: nothing for the first `free` times, then 1, 2, 4 seconds and
    so on, at most `longest`. It is forgotten after `forget` seconds without a failure."""

    def __init__(
        self, free: int, longest: float, forget: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free, self._longest, self._forget, self._clock = free, longest, forget, clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until it may be tried; 0 for now."""
        with self._lock:
            count, last = self._seen(key)
        if count < self._free:
            return 0.0
        pause = min(self._longest, 2.0 ** min(count - self._free, 30))
        return max(0.0, last + pause - self._clock())

    def failed(self, key: str) -> None:
        """Count a failure."""
        with self._lock:
            count, _ = self._seen(key)
            self._failed.pop(key, None)
            self._failed[key] = (count + 1, self._clock())
            while len(self._failed) > _MOST_KEYS:
                self._failed.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        with self._lock:
            self._failed.pop(key, None)

    def taken_back(self, key: str) -> None:
        """The last failure was none."""
        with self._lock:
            count, last = self._seen(key)
            if count > 1:
                self._failed[key] = (count - 1, last)
            else:
                self._failed.pop(key, None)

    def _seen(self, key: str) -> tuple[int, float]:
        count, last = self._failed.get(key, (0, 0.0))
        return (0, 0.0) if count and self._clock() - last > self._forget else (count, last)


class SignIns:
    """Sign-ins by account and by address. An account waits a minute at most, so that nobody can lock another
    out for long; an address a quarter of an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = Backoff(5, 60.0, 3_600.0, clock)
        self._addresses = Backoff(10, 900.0, 3_600.0, clock)

    def begin(self, account: str, address: str) -> None:
        """Count a sign-in as failed, until `succeeded` is told: so many at once gain nothing.

        Raises:
            TooMany: it has to wait.
        """
        wait = max(self._accounts.wait(account), self._addresses.wait(address))
        if wait > 0.0:
            raise too_many("too many sign-ins failed", wait)
        self._accounts.failed(account)
        self._addresses.failed(address)

    def succeeded(self, account: str, address: str) -> None:
        """The last one was right. What failed before from this address still counts: whoever has an account
        may not try those of others without end."""
        self._accounts.succeeded(account)
        self._addresses.taken_back(address)


def place_of(address: str | None) -> str:
    """What an address is counted as: itself; of IPv6 the network of 64 bits that one customer has."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


__all__ = ["Backoff", "Buckets", "SignIns", "TooMany", "place_of", "too_many"]
