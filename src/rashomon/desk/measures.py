"""What Prometheus is told: requests and how long they took, sign-ins, and what the store holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rashomon.errors import StoreError
from rashomon.store.desk import Desk
from rashomon.store.sizes import Sizes, sizes_of

KIND = "text/plain; version=0.0.4"
_STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_KEPT_SECONDS = 15.0
_SHARE = 0.01
"""Of the time, at most, that counting may take: of a large store counts are kept longer."""


class Measures:
    """The counts of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rashomon_http_requests", "Requests that were answered", ("method", "route", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "rashomon_http_request_seconds", "How long answers took", ("route",), buckets=_STEPS,
            registry=self._registry,
        )  # fmt: skip
        self._now = Gauge(
            "rashomon_http_requests_in_progress", "Requests being answered", registry=self._registry
        )
        self._sign_ins = Counter(
            "rashomon_sign_ins", "Sign-ins and sign-outs", ("outcome",), registry=self._registry
        )
        self._registry.register(_OfStore(lambda: sizes_of(desk.store)))

    def began(self) -> None:
        """A request has come."""
        self._now.inc()

    def ended(self, method: str, route: str, status: int, seconds: float, sign_in: str | None) -> None:
        """A request was answered. `route` is the pattern of its address, not the address: those are without
        number."""
        self._now.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if sign_in is not None:
            self._sign_ins.labels(sign_in).inc()

    def told(self) -> bytes:
        """All of it in Prometheus' text form."""
        return generate_latest(self._registry)


class _OfStore(Collector):
    """What the store holds, counted at most every 15 seconds, and less often where counting takes long. A
    store that cannot be read is told as such."""

    def __init__(self, look: Callable[[], Sizes]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._kept: Sizes | None = None

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is looked at when this is registered."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What there is now."""
        with self._lock:
            began = time.monotonic()
            if began > self._until:
                try:
                    self._kept = self._look()
                    done = time.monotonic()
                    self._until = done + max(_KEPT_SECONDS, (done - began) / _SHARE)
                except StoreError:
                    self._kept = None
        up = GaugeMetricFamily("rashomon_store_up", "Whether the store can be read")
        up.add_metric((), float(self._kept is not None))
        yield up
        if self._kept is None:
            return
        size = GaugeMetricFamily("rashomon_store_bytes", "Size of the store, its log included")
        size.add_metric((), self._kept.size)
        yield size
        rows = GaugeMetricFamily("rashomon_store_rows", "What the store holds", labels=("what",))
        for what, count in self._kept.rows.items():
            rows.add_metric((what,), count)
        yield rows
        if self._kept.added is not None:
            added = GaugeMetricFamily(
                "rashomon_store_last_added_timestamp_seconds", "When the last report was added"
            )
            added.add_metric((), self._kept.added)
            yield added


__all__ = ["KIND", "Measures"]
