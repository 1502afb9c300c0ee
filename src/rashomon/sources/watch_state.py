"""Where a watcher that has no store keeps its place: a SQLite file for the states, JSON Lines for the
reports."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from rashomon.errors import InputError, MalformedInput
from rashomon.model import Report
from rashomon.sources.watch import FeedState

_TAIL_BYTES = 64 * 2**20


class MemoryState:
    """States that last as long as the process."""

    def __init__(self) -> None:
        self._states: dict[str, bytes] = {}
        self._done: set[str] = set()

    def load(self, url: str) -> FeedState | None:
        """See `WatchState`."""
        return msgspec.json.decode(self._states[url], type=FeedState) if url in self._states else None

    def save(self, url: str, state: FeedState) -> None:
        """See `WatchState`."""
        self._states[url] = msgspec.json.encode(state)

    def is_done(self, url: str) -> bool:
        """Whether a link of a list was dealt with."""
        return url in self._done

    def finish(self, url: str) -> None:
        """A link of a list is dealt with."""
        self._done.add(url)


class SqliteState:
    """States in a SQLite file, one process at a time; a context manager.

    Raises:
        InputError: the file cannot be opened, is no state file, or another process holds it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._base = sqlite3.connect(path, isolation_level=None, timeout=2.0)
        except sqlite3.Error as error:
            raise InputError(f"the state cannot be opened: {error}", where=str(path)) from error
        try:
            self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.execute("CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, state BLOB NOT NULL)")
            self._base.execute("CREATE TABLE IF NOT EXISTS links (url TEXT PRIMARY KEY)")
            self._base.execute("BEGIN EXCLUSIVE")
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            self._base.close()
            locked = "locked" in str(error)
            hint = "stop the other one, or name another --state" if locked else "name another --state"
            what = "another process follows with this state" if locked else f"this is no state file: {error}"
            raise InputError(what, where=str(path), hint=hint) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def load(self, url: str) -> FeedState | None:
        """See `WatchState`. A state that cannot be read counts as none: the feed begins anew."""
        row = self._base.execute("SELECT state FROM feeds WHERE url = ?", (url,)).fetchone()
        try:
            return msgspec.json.decode(row[0], type=FeedState) if row else None
        except msgspec.MsgspecError:
            return None

    def save(self, url: str, state: FeedState) -> None:
        """See `WatchState`."""
        self._base.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (url, msgspec.json.encode(state)))

    def is_done(self, url: str) -> bool:
        """Whether a link of a list was dealt with."""
        return self._base.execute("SELECT 1 FROM links WHERE url = ?", (url,)).fetchone() is not None

    def finish(self, url: str) -> None:
        """A link of a list is dealt with."""
        self._base.execute("INSERT OR IGNORE INTO links VALUES (?)", (url,))


class ReportFile:
    """A sink: appends each report as a line of JSON, on disk before it returns; a context manager.

    A last line that was cut short by a crash is taken off when the file is opened again: its report was never
    acknowledged, and comes once more.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("a+b")
        try:
            _mend(self._file, path)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __call__(self, report: Report) -> None:
        """Write one report. Raises OSError where that fails."""
        self._file.write(report_line(report))
        self._file.flush()
        os.fsync(self._file.fileno())


def report_line(report: Report) -> bytes:
    """A report as a line of JSON that `rashomon read` takes; half characters become U+FFFD."""
    fields = {
        name: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for name in ("id", "title", "published", "publisher", "url", "story", "language", "text")
        if isinstance(value := getattr(report, name), str)
    }
    return msgspec.json.encode(fields) + b"\n"


def _mend(file: BinaryIO, path: Path) -> None:
    size = file.seek(0, os.SEEK_END)
    if not size:
        return
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    if tail.endswith(b"\n"):
        return
    last = tail[tail.rfind(b"\n") + 1 :]
    try:
        msgspec.json.decode(last)
    except msgspec.DecodeError:
        if not last.startswith(b"{"):
            raise MalformedInput(
                "its last line is not one of ours: nothing is added to it",
                where=str(path),
                hint="name another file with --out",
            ) from None
        file.truncate(size - len(last))
    else:
        file.write(b"\n")


__all__ = ["MemoryState", "ReportFile", "SqliteState", "report_line"]
