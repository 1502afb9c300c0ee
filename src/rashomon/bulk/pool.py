"""Shards over the processes of this machine: one reader a process, one thread a reader.

A process that dies takes nothing with it but the job at hand, and another is started in its place; the
pools of the standard library give up all their jobs then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from rashomon.bulk.engines import Job, Outcome, perform

_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "POLARS_MAX", "RAYON", "ARROW")
ONE_THREAD = {f"{name}_{'' if name.endswith('MAX') else 'NUM_'}THREADS": "1" for name in _LIBRARIES}
ONE_THREAD["TOKENIZERS_PARALLELISM"] = "false"
_PATIENCE_AT_END = 5.0


class _Worker(NamedTuple):
    process: BaseProcess
    jobs: Connection
    lifeline: Connection


class Pool:
    """An engine of `workers` processes; they are started as they are needed."""

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self._context = _context()
        self._idle: list[_Worker] = []
        self._busy: dict[int, _Worker] = {}

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that live now."""
        return [w.process.pid for w in (*self._idle, *self._busy.values()) if w.process.pid is not None]

    def submit(self, number: int, job: Job) -> None:
        """Start a job."""
        while True:
            worker = self._idle.pop() if self._idle else self._started()
            try:
                worker.jobs.send(job)
            except OSError:  # it died while it waited
                self._bury(worker)
            else:
                self._busy[number] = worker
                return

    def wait(self, seconds: float) -> list[Outcome]:
        """The jobs that ended."""
        numbers = {worker.jobs: number for number, worker in self._busy.items()}
        outcomes = []
        for connection in wait(list(numbers), seconds):
            number = numbers[connection]  # type: ignore[index]
            worker = self._busy.pop(number)
            try:
                error = worker.jobs.recv()
            except Exception:  # cut off in the middle of a message: anything may come of that
                self._bury(worker)
                outcomes.append(Outcome(number, "died"))
            else:
                self._idle.append(worker)
                outcomes.append(Outcome(number, "done" if error is None else "error", error))
        return outcomes

    def kill(self, number: int) -> None:
        """End the process of a job."""
        if (worker := self._busy.get(number)) is not None:
            worker.process.kill()

    def close(self) -> None:
        """End all processes."""
        for worker in (*self._idle, *self._busy.values()):
            worker.process.terminate()
        for worker in (*self._idle, *self._busy.values()):
            worker.process.join(_PATIENCE_AT_END)
            self._bury(worker)
        self._idle, self._busy = [], {}

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        watched, lifeline = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_work, args=(theirs, watched), daemon=True)
        with _environment():
            process.start()
        theirs.close()
        watched.close()
        return _Worker(process, ours, lifeline)

    def _bury(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.jobs.close()
        worker.lifeline.close()


def _context() -> Any:
    """How processes are started: as copies of one that has read model and tables, so that they have these
    pages in common, and one that died is replaced in no time; elsewhere than on Linux, afresh."""
    if sys.platform != "linux":
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["rashomon.bulk.preload"])
    return context


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """The libraries look at these as they are loaded, in the process that is about to start."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _work(jobs: Connection, lifeline: Connection) -> None:
    """What a process does: jobs, until there are none or the master is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the master is told, and tells us
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            job = jobs.recv()
            try:
                perform(job)
            except Exception as error:
                jobs.send(_portable(error))
            else:
                jobs.send(None)


def _portable(error: Exception) -> Exception:
    """An error as the master can have it; some cannot be sent."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with(lifeline: Connection) -> None:
    """Nothing is ever sent on this line: it ends when the master does, however that ends."""
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


__all__ = ["ONE_THREAD", "Pool"]
