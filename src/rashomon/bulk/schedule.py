"""Jobs through an engine: what dies is tried again, and what keeps dying is set aside.

A process may be killed by somebody, by the system for its memory, or by the report that it reads. The
journal of a shard tells which report was at hand. The shard goes on behind the reports that are done; the
one that was at hand is tried again, and after the third death a row says so in its place.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from rashomon.bulk.engines import Engine, Job
from rashomon.bulk.folder import is_full
from rashomon.bulk.reading import ReadTask
from rashomon.bulk.spool import State, state
from rashomon.errors import InstallationError, MissingExtra

TRIES = 8
"""How often a shard may end its process, or raise an error, for a reason that no report can be blamed for."""
STARTS = 25
"""How often a process may die before it began, with nothing done in between, until it is called an error."""
_TICK = 0.5
_LOADING = 300.0  # seconds; a cold disk and a busy machine need a good part of it


class Ended(msgspec.Struct, frozen=True):
    """A job that is over: well, where `error` is None."""

    number: int
    error: str | None = None


def run_jobs(
    engine: Engine, jobs: dict[int, Job], patience: float, on_tick: Callable[[list[State]], None]
) -> Iterator[Ended]:
    """Run jobs in their order, and say of each when it is over.

    Args:
        engine: what runs them.
        jobs: by number.
        patience: seconds that one report, or the scan of one shard, may take.
        on_tick: called about twice a second with where the shards at hand are.

    Raises:
        InstallationError: the model or a table is missing or damaged.
        MissingExtra: a package is needed.
        OSError: the disk is full.
    """
    waiting = deque(jobs)
    running: dict[int, float] = {}
    tries: Counter[int] = Counter()
    unborn = 0
    ticked = 0.0
    while waiting or running:
        while waiting and len(running) < engine.slots:
            number = waiting.popleft()
            engine.submit(number, jobs[number])
            running[number] = time.time()
        for outcome in engine.wait(_TICK):
            number = outcome.number
            begun = running.pop(number)
            if outcome.how == "done":
                unborn = 0
                yield Ended(number)
                continue
            if isinstance(outcome.error, (InstallationError, MissingExtra)) or (
                outcome.error is not None and is_full(outcome.error)  # so it would be for all that follow
            ):
                raise outcome.error
            if outcome.how == "died" and not _was_begun(jobs[number], begun):
                unborn += 1
                if unborn >= STARTS:
                    raise InstallationError(
                        f"{unborn} processes in a row died before they began", hint="is there memory enough?"
                    )
            elif outcome.how == "died" and (blamed := _blame(jobs[number], patience)) is not None:
                jobs[number] = blamed
            else:
                tries[number] += 1
            if tries[number] >= TRIES:
                yield Ended(
                    number, f"{outcome.error}" if outcome.error else "its process died again and again"
                )
            else:
                waiting.appendleft(number)
        now = time.time()
        if now - ticked >= _TICK:
            ticked = now
            at = {number: _state(jobs[number]) for number in running}
            for number, begun in running.items():
                if _is_hung(at[number], begun, now, patience):
                    engine.kill(number)
            on_tick([each for each in at.values() if each is not None])


def _state(job: Job) -> State | None:
    return state(Path(job.path).with_suffix(".at")) if isinstance(job, ReadTask) else None


def _is_hung(at: State | None, begun: float, now: float, patience: float) -> bool:
    """Whether nothing has moved for too long. Loading model and tables has time enough of its own."""
    if at is None or at.changed < begun:
        return now - begun > max(patience, _LOADING)
    return now - at.changed > patience


def _was_begun(job: Job, begun: float) -> bool:
    """Whether a process had come to its job when it died; of a scan nobody knows."""
    at = _state(job)
    return not isinstance(job, ReadTask) or (at is not None and at.changed >= begun - 1)


def _blame(job: Job, patience: float) -> Job | None:
    """The job with a death more to the report that was at hand; None where there was none."""
    at = _state(job)
    if not isinstance(job, ReadTask) or at is None or at.at < 0:
        return None
    hung = time.time() - at.changed > patience
    path = Path(job.path).with_suffix(".at")
    number = at.at
    with path.open("r+b") as journal:  # one death is told once
        os.pwrite(journal.fileno(), (-1).to_bytes(8, "little", signed=True), 0)
    deaths = job.deaths | {number: job.deaths.get(number, 0) + 1}
    return msgspec.structs.replace(job, deaths=deaths, hung=(*job.hung, number) if hung else job.hung)


__all__ = ["Ended", "run_jobs"]
