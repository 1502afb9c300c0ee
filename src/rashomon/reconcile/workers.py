"""Work that is shared out to several processes, with the results in the order of the tasks."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

Task = TypeVar("Task")
Shared = TypeVar("Shared")
Result = TypeVar("Result")

_held: list[Any] = []


def each_of(
    work: Callable[[Task, Shared], Result], tasks: Iterable[Task], shared: Shared, workers: int
) -> Iterator[Result]:
    """`work(task, shared)` for each task. Processes are forked, so `shared` is not copied; where the system
    cannot fork, and with one worker, all is done here."""
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for task in tasks:
            yield work(task, shared)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, initializer=_hold, initargs=(shared,)) as pool:
        waiting: deque[Future[Result]] = deque()
        for task in tasks:
            waiting.append(pool.submit(_call, work, task))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _hold(shared: object) -> None:
    _held[:] = [shared]


def _call(work: Callable[[Task, Any], Result], task: Task) -> Result:
    return work(task, _held[0])
