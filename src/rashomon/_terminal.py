"""The edge of the process: messages, output that is whole or not there, a progress bar."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, BinaryIO, Self

from rashomon.errors import InputError, RashomonError

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_SECONDS = 2.0
_SAME_NOTE = 5
# Input reaches messages: escape sequences and direction controls must not reach the terminal with it.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Messages:
    """Errors and notes, a line each, on standard error. A note that comes often is soon only counted."""

    def __init__(self, *, quiet: bool = False, progress: ProgressBar | None = None) -> None:
        self.refused = 0
        self._quiet = quiet
        self._progress = progress
        self._seen: Counter[str] = Counter()

    def refuse(self, error: RashomonError) -> None:
        """Say that something was not read, and count it."""
        self.refused += 1
        self._print(f"rashomon: {error}")

    def say(self, line: str) -> None:
        """Say something that is no refusal, and that people have to know."""
        self._print(f"rashomon: {line}")

    def note(self, where: str | None, note: str) -> None:
        """Say what was odd about something that was read."""
        if self._quiet:
            return
        kind = re.sub(r"line [0-9,]+", "line", note)
        self._seen[kind] += 1
        if self._seen[kind] <= _SAME_NOTE:
            self._print(f"note: {where}: {note}" if where else f"note: {note}")

    def finish(self) -> None:
        """Say how often the notes that were held back would have come."""
        for kind, count in self._seen.items():
            if count > _SAME_NOTE:
                self._print(f"note: {count - _SAME_NOTE:,} more reports: {kind}")
        self._seen.clear()

    def _print(self, line: str) -> None:
        if self._progress is not None:
            self._progress.hide()
        with contextlib.suppress(OSError, ValueError):  # nobody may be listening any more
            stream = sys.stderr
            encoding = stream.encoding or "utf-8"
            stream.write(printable(line).encode(encoding, "replace").decode(encoding) + "\n")
            stream.flush()


def printable(text: str) -> str:
    """Text for one line of a terminal: controls, and what no encoding holds, as U+FFFD."""
    return _UNSAFE.sub("\ufffd", text)


class ProgressBar:
    """A bar on standard error that shows after two seconds without output, where people look on.

    It hides before anything is printed, and comes again after two more seconds.
    """

    def __init__(self, total_files: int, *, enabled: bool) -> None:
        self._enabled = enabled
        self._total = total_files
        self._files = self._reports = 0
        self._current = ""
        self._bar: Progress | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        self._arm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enabled = False
        self.hide()

    def file(self, name: str) -> None:
        """A file's turn has come."""
        self._files += 1
        self._current = name
        self._update()

    def report(self) -> None:
        """A report was read."""
        self._reports += 1
        self._update()

    def hide(self) -> None:
        """Make room for output."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._bar is not None:
                self._bar.stop()
                self._bar = None
            self._arm()

    def _arm(self) -> None:
        if self._enabled:
            self._timer = threading.Timer(_PATIENCE_SECONDS, self._show)
            self._timer.daemon = True
            self._timer.start()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if not self._enabled or self._bar is not None:
                return
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[reports]:,} reports", markup=False),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.add_task("", total=max(self._total, self._files), reports=0)
            self._update()
            self._bar.start()

    def _update(self) -> None:
        if not self._enabled:
            return
        with self._lock:
            if self._bar is not None:
                self._bar.update(
                    self._bar.task_ids[0],
                    completed=max(self._files - 1, 0),
                    total=max(self._total, self._files),
                    description=printable(self._current)[-40:],
                    reports=self._reports,
                )


def at_terminal() -> bool:
    """Whether both output and messages go to a terminal."""
    return _is_terminal(sys.stdout) and _is_terminal(sys.stderr)


def _is_terminal(stream: IO[str] | None) -> bool:
    with contextlib.suppress(ValueError, AttributeError):  # closed, or no stream at all
        return stream is not None and stream.isatty()
    return False


def hold_standard_streams() -> None:
    """Put nothing in the place of a standard stream that was closed when the process was started: the first
    file that is opened would take its number, and what is meant for the stream. Closed input is empty."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the process


@contextlib.contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """Where bytes go: standard output, or a file that is there whole when all went well, and else not at all.

    Raises:
        OSError: the file cannot be written.
    """
    if path is None:
        if sys.stdout is None:
            raise InputError("standard output is closed", hint="give --output FILE")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    mode = _mode_of(path)
    if mode is None:  # a pipe or a device cannot be put in place of another
        with path.open("wb") as device:
            yield device
        return
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:60]}.", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _mode_of(path: Path) -> int | None:
    """The permissions that the file has or would have; None for what is no regular file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
    return stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else None
