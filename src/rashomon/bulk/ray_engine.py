"""Shards over a Ray cluster: one task a shard, in worker processes of one core each.

Ray starts processes anew where they die, but here it must not try a task again by itself: which report was at
hand is told by the journal of the shard, and the schedule sees to the rest as with any engine.
"""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module
from typing import Any

from rashomon.bulk.engines import Job, Outcome, perform
from rashomon.bulk.pool import ONE_THREAD
from rashomon.errors import InputError, MissingExtra

LOCAL = "local"
_PATIENCE = 10.0
_HINT = (
    "start one with ray start --head, then --ray auto; where a node does not start in time, see "
    "'On many machines' in docs/scale.md"
)


class RayEngine:
    """An engine over the cluster at an address; "auto" takes the one that this machine belongs to, "local"
    starts one here. `slots` bounds the tasks at once; None takes the cluster's cores.

    Raises:
        MissingExtra: ray is not installed.
        InputError: there is no cluster at the address.
    """

    def __init__(self, address: str, slots: int | None = None) -> None:
        try:
            ray: Any = import_module("ray")
        except ImportError as error:
            raise MissingExtra("ray is needed for a cluster", hint="pip install 'rashomon[ray]'") from error
        self._ray = ray
        os.environ.setdefault("RAY_DISABLE_IMPORT_WARNING", "1")
        variables = dict(ONE_THREAD)
        if address == LOCAL:
            variables["PYTHONPATH"] = os.pathsep.join(sys.path)
        local = {"num_cpus": slots} if address == LOCAL and slots else {}
        try:
            if (place := _place(address)) is not None:  # ray itself would try for many minutes
                socket.create_connection(place, timeout=_PATIENCE).close()
            ray.init(
                address=None if address == LOCAL else address,
                log_to_driver=False,
                configure_logging=False,
                runtime_env={"env_vars": variables},
                **local,
            )
        except Exception as error:  # ray raises nothing more precise where a node does not start
            raise InputError(f"there is no Ray cluster: {error}", where=address, hint=_HINT) from error
        self._task = ray.remote(num_cpus=1, max_retries=0)(perform)
        self._numbers: dict[Any, int] = {}
        self.slots = slots or max(int(ray.cluster_resources().get("CPU", 1)), 1)

    def submit(self, number: int, job: Job) -> None:
        """Start a job."""
        self._numbers[self._task.remote(job)] = number

    def wait(self, seconds: float) -> list[Outcome]:
        """The jobs that ended."""
        refs = list(self._numbers)
        if not refs:
            return []
        ended, _ = self._ray.wait(refs, num_returns=1, timeout=seconds)
        return [self._outcome(ref) for ref in ended]

    def kill(self, number: int) -> None:
        """End the process of a job."""
        for ref, each in self._numbers.items():
            if each == number:
                self._ray.cancel(ref, force=True)

    def close(self) -> None:
        """Leave the cluster, or end the one that was started here."""
        self._ray.shutdown()

    def _outcome(self, ref: Any) -> Outcome:
        number, errors = self._numbers.pop(ref), self._ray.exceptions
        try:
            self._ray.get(ref)
        except errors.RayTaskError as error:
            cause = error.as_instanceof_cause()
            return Outcome(number, "error", cause if isinstance(cause, Exception) else error)
        except (errors.RayError, errors.TaskCancelledError):
            return Outcome(number, "died")
        return Outcome(number, "done")


def _place(address: str) -> tuple[str, int] | None:
    """Host and port of an address that has them."""
    host, mark, port = address.removeprefix("ray://").rpartition(":")
    return (host, int(port)) if mark and port.isdigit() else None


__all__ = ["LOCAL", "RayEngine"]
