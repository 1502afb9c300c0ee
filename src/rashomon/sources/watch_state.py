"""Where a watcher that has no store keeps its place: a SQLite file for the states, JSON Lines for the
reports."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from rashomon.errors import InputError, MalformedInput, StoreBusy, StoreError, StoreFull
from rashomon.model import Report
from rashomon.sources.watch import FeedState

_TAIL_BYTES = 64 * 2**20
_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_PASSING = frozenset((errno.EIO, errno.ESTALE, errno.ENXIO, errno.ETIMEDOUT, errno.ENODEV))


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
        StoreFull, StoreBusy: the disk has no room for it, or fails.

    `load`, `save`, `is_done` and `finish` raise StoreFull, or StoreBusy where the disk fails for now.
    """

    def __init__(self, path: Path) -> None:
        self._where = str(path)
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
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise _of_state(error, str(path)) from error
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
        row = self._ask("SELECT state FROM feeds WHERE url = ?", url)
        try:
            return msgspec.json.decode(row[0], type=FeedState) if row else None
        except msgspec.MsgspecError:
            return None

    def save(self, url: str, state: FeedState) -> None:
        """See `WatchState`."""
        self._ask("INSERT OR REPLACE INTO feeds VALUES (?, ?)", url, msgspec.json.encode(state))

    def is_done(self, url: str) -> bool:
        """Whether a link of a list was dealt with."""
        return self._ask("SELECT 1 FROM links WHERE url = ?", url) is not None

    def finish(self, url: str) -> None:
        """A link of a list is dealt with."""
        self._ask("INSERT OR IGNORE INTO links VALUES (?)", url)

    def _ask(self, words: str, *values: str | bytes) -> Any:
        """The first row of an answer. One statement is one transaction: it is done, or it is not."""
        try:
            return self._base.execute(words, values).fetchone()
        except sqlite3.Error as error:
            raise _of_state(error, self._where) from error


class ReportFile:
    """A sink: appends each report as a line of JSON, on disk before it returns; a context manager.

    A last line that was cut short by a crash is taken off when the file is opened again: its report was never
    acknowledged, and comes once more.
    """

    def __init__(self, path: Path) -> None:
        self._where = str(path)
        # Without a buffer: what could not be written may not follow later, behind our back.
        self._file = path.open("a+b", buffering=0)
        self._torn: int | None = None
        try:
            with _on_disk(self._where):
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
        """Write one report, whole or not at all.

        Raises:
            StoreFull: there is no room for it.
            StoreBusy: the disk fails, or was taken away, for now.
            OSError: it fails in another way.
        """
        with _on_disk(self._where):
            self._untear()
            self._torn = self._file.seek(0, os.SEEK_END) if self._file.seekable() else None
            try:
                line = memoryview(report_line(report))
                while line:
                    line = line[self._file.write(line) or 0 :]
                if self._torn is not None:
                    os.fsync(self._file.fileno())
            except OSError:
                with contextlib.suppress(OSError):  # else it is tried again before the next line
                    self._untear()
                raise
            self._torn = None

    def _untear(self) -> None:
        if self._torn is not None:
            self._file.truncate(self._torn)
            self._torn = None


@contextlib.contextmanager
def _on_disk(where: str) -> Iterator[None]:
    """What a disk says when it cannot write, as errors of ours."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _full(where) from error
        if error.errno in _PASSING:
            raise _failing(where, error.strerror or str(error)) from error
        raise


def _full(where: str) -> StoreFull:
    return StoreFull("the disk is full", where=where, hint="free some room; nothing that was kept is lost")


def _failing(where: str, said: str) -> StoreBusy:
    return StoreBusy(f"the disk cannot be written: {said}", where=where, hint="is it full, or taken away?")


def _of_state(error: sqlite3.Error, where: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _full(where)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _failing(where, str(error))
    return StoreError(f"the state cannot be kept: {error}", where=where, hint="name another --state")


def report_line(report: Report) -> bytes:
    """A report as a line of JSON that `rashomon read` takes; half characters become U+FFFD."""
    fields = {
        name: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for name in ("id", "title", "published", "publisher", "url", "story", "language", "text")
        if isinstance(value := getattr(report, name), str)
    }
    return msgspec.json.encode(fields) + b"\n"


def _mend(file: FileIO, path: Path) -> None:
    if not file.seekable():  # a pipe or a terminal
        return
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
