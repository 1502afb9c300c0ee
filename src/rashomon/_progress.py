"""How far a long command is, and how long it may still take."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import typer

_EVERY_SECONDS = 20.0  # between lines of progress where nobody looks at a terminal


def how_many(files: list[str]) -> int | None:
    """How many reports there are to read, for the estimate; None where that cannot be told beforehand."""
    from rashomon.sources.files import FORMS

    total = 0
    for name in files:
        if name == "-":
            return None
        path = Path(name)
        found = (
            [Path(root) / file for root, _, inside in os.walk(path) for file in inside]
            if path.is_dir() else [path]
        )  # fmt: skip
        for file in found:
            if file.suffix.lower() in (".jsonl", ".ndjson"):
                total += _lines(file)
            elif not path.is_dir() or file.suffix.lower() in FORMS:
                total += 1
    return total


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")) or 1
    except OSError:
        return 1


class Meter:
    """How far a long command is: a bar on a terminal, else a line now and then, with an estimate."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self._states: Counter[str] = Counter()
        self._begun = self._told = time.monotonic()
        self._bar: Any = None
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def step(self, state: str) -> None:
        """One more report is done."""
        self._states[state] += 1
        now = time.monotonic()
        if self._terminal:
            if self._bar is None and now - self._begun > 2.0:
                self._start()
            if self._bar is not None:
                self._bar.update(
                    self._bar.task_ids[0], completed=self._states.total(), total=self.total, said=self._said()
                )
        elif now - self._told > _EVERY_SECONDS:
            self._told = now
            typer.echo(self._line(now), err=True)

    def stop(self) -> None:
        """Make room for what is said at the end."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._terminal = False
        self._told = float("inf")

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}", markup=False),
            TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            redirect_stdout=False, redirect_stderr=True,
        )  # fmt: skip
        self._bar.add_task("", total=self.total, said="")
        self._bar.start()

    def _said(self) -> str:
        return ", ".join(f"{count:,} {state}" for state, count in sorted(self._states.items()))

    def _line(self, now: float) -> str:
        done = self._states.total()
        speed = done / max(now - self._begun, 1e-9)
        of = f" of {self.total:,}" if self.total else ""
        left = ""
        if self.total and self.total > done:
            from rashomon.exports.phrases import counted

            left = f", {counted(max(1, round((self.total - done) / speed / 60)), 'minute')} left"
        return f"{done:,}{of} reports ({self._said()}), {speed:,.1f} a second{left}"


__all__ = ["Meter", "how_many"]
