"""Waiting where reports cannot be kept for now: a full disk, a server that went away, a drive that fails.

Intake stops at the report that cannot be written and goes on with that very report when it can. What is asked
of a store by those who read it waits for nobody: only intake has patience.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rashomon.errors import StoreError, StoreFull

T = TypeVar("T")

_SHORTEST, _LONGEST = 0.5, 15.0  # seconds between two tries


def passes(error: StoreError) -> bool:
    """Whether it is of a kind that goes away by itself, or when somebody makes room."""
    return error.retryable or isinstance(error, StoreFull)


class Patience:
    """Does what keeps reports again and again until it can be done, or the time for that is over.

    Args:
        seconds: how long one trouble is waited for; 0 for not at all.
        say: hears of the trouble once, and of its end.
    """

    def __init__(self, seconds: float, say: Callable[[str], None] = lambda _line: None) -> None:
        self.seconds = seconds
        self.stuck = False  # whether what was tried last could not be kept
        self._say = say
        self._waiting = 0

    def __call__(self, work: Callable[[], T]) -> T:
        """What `work` gives in the end. Raises what it raises when patience is over, or all else at once."""
        with _Wait(self) as wait:
            while True:
                try:
                    return work()
                except StoreError as error:
                    time.sleep(wait.after(error))

    async def outlast(self, work: Callable[[], Awaitable[None] | None]) -> None:
        """As a call, for what may be a coroutine function; others go on meanwhile."""
        import asyncio  # not for every command that waits for nothing

        with _Wait(self) as wait:
            while True:
                try:
                    under_way = work()
                    if inspect.isawaitable(under_way):
                        await under_way
                    return
                except StoreError as error:
                    await asyncio.sleep(wait.after(error))

    def began(self, error: StoreError) -> None:
        """Somebody waits now; the first who does says so."""
        self._waiting += 1
        if self._waiting == 1:
            self._say(f"{error}: waiting; what comes next is taken in when it can be kept again")

    def ended(self, well: bool, seconds: float) -> None:
        """Somebody waits no more."""
        self._waiting -= 1
        if well and not self._waiting:
            self._say(f"it can be kept again after {seconds:,.0f} seconds: going on")


class _Wait:
    """One piece of work that is waited for."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._begun: float | None = None
        self._pause = _SHORTEST

    def __enter__(self) -> _Wait:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._patience.stuck = False
        if self._begun is not None:
            self._patience.ended(kind is None, time.monotonic() - self._begun)

    def after(self, error: StoreError) -> float:
        """Seconds until it is tried again; raises the error where it is not."""
        self._patience.stuck = True
        now = time.monotonic()
        left = self._patience.seconds - (now - self._begun if self._begun is not None else 0.0)
        if not passes(error) or left <= 0.0:
            raise error
        if self._begun is None:
            self._begun = now
            self._patience.began(error)
        pause = min(self._pause, max(left, 0.01))
        self._pause = min(2 * self._pause, _LONGEST)
        return pause


__all__ = ["Patience", "passes"]
