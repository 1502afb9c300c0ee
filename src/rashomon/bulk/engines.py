"""What schedules shards: nothing but that. The work, and what is kept of it, is the same under every
engine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

import msgspec

from rashomon.bulk.options import Options
from rashomon.bulk.plan import Shard
from rashomon.bulk.reading import ReadTask, read_shard
from rashomon.bulk.scanning import scan


class ScanTask(msgspec.Struct, frozen=True):
    """One shard to scan."""

    shard: Shard
    options: Options
    path: str


Job = ScanTask | ReadTask


class Outcome(msgspec.Struct, frozen=True):
    """How a job ended: done, with an error that it raised, or with the death of its process."""

    number: int
    how: Literal["done", "error", "died"]
    error: Exception | None = None


class Engine(Protocol):
    """Runs jobs in processes of their own. Not for several threads."""

    slots: int
    """How many jobs run at once."""

    def submit(self, number: int, job: Job) -> None:
        """Start a job; at most `slots` at a time."""

    def wait(self, seconds: float) -> list[Outcome]:
        """The jobs that ended; after so many seconds perhaps none."""

    def kill(self, number: int) -> None:
        """End the process of a job; its outcome is "died"."""

    def close(self) -> None:
        """End all processes."""


def perform(job: Job) -> None:
    """Do a job, in whatever process. Raises what the job raises."""
    if isinstance(job, ScanTask):
        scan(job.shard, job.options, Path(job.path))
    else:
        read_shard(job)


__all__ = ["Engine", "Job", "Outcome", "ScanTask", "perform"]
