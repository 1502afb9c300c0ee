"""The file that one shard is read into: a row a report, in the order of the shard.

Each row has its length and a checksum in front, so that after a crash all whole rows are found again and the
reading goes on behind them. A finished file ends with a closing row and then gets its name, so a file that
has its name is whole.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import IO, Self

import msgspec

from rashomon.bulk.files import put
from rashomon.model import Claim, Dateline

_HEAD = Struct("<II")
_STATE = Struct("<qqq")
_CLOSING = b"end"
_ORPHAN_SECONDS = 60


class Refusal(msgspec.Struct, frozen=True, array_like=True):
    """Why a report was not read: the kind of error, and what it said."""

    cause: str
    what: str


class ReportRow(msgspec.Struct, frozen=True, array_like=True):
    """A report without its text."""

    id: str
    sha256: str
    published: str | None
    publisher: str | None
    title: str | None
    url: str | None
    story: str | None
    language: str | None
    dateline: Dateline | None
    characters: int
    words: int


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What came of one record. `where` is its line within the shard; `copy_of` names the report whose
    claims it has; where it is `waiting`, it is a copy of a record that the scan found, and gets its claims
    in the end."""

    number: int
    where: str
    report: ReportRow | None = None
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: Refusal | None = None
    copy_of: str | None = None
    waiting: bool = False


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODER = msgspec.msgpack.Decoder(Row)


def rows(path: Path) -> Iterator[Row]:
    """The whole rows of a file, finished or not."""
    for data, _ in _pieces(path):
        if data != _CLOSING:
            yield _DECODER.decode(zlib.decompress(data))


def row_at(path: Path, offset: int) -> Row:
    """The row that begins at a byte of a finished file."""
    with path.open("rb") as file:
        file.seek(offset)
        length, _ = _HEAD.unpack(file.read(_HEAD.size))
        return _DECODER.decode(zlib.decompress(file.read(length)))


def offsets(path: Path) -> list[int]:
    """Where the rows of a finished file begin."""
    at, found = 0, []
    for data, end in _pieces(path):
        if data != _CLOSING:
            found.append(at)
        at = end
    return found


def is_whole(path: Path) -> bool:
    """Whether a file is there and ends as a finished one does, every row sound."""
    last = b""
    if path.is_file():
        for data, _ in _pieces(path):
            last = data
    return last == _CLOSING


def _pieces(path: Path) -> Iterator[tuple[bytes, int]]:
    """Rows as they lie in the file, each with where it ends; up to the first that is not whole."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        end = 0
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, check = _HEAD.unpack(head)
            data = file.read(length)
            if len(data) < length or zlib.crc32(data) != check:
                return
            end += _HEAD.size + length
            yield data, end


class Spool:
    """The file of a shard while it is read. `before` are the rows that an earlier attempt left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_suffix(".part")
        self.before = 0
        end = 0
        self._part.touch()
        self._file = self._part.open("r+b")
        _alone(self._file)
        for data, stop in _pieces(self._part):
            if data == _CLOSING:
                break
            self.before, end = self.before + 1, stop
        self._file.truncate(end)
        self._file.seek(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def earlier(self) -> Iterator[Row]:
        """The rows that were there before, in their order."""
        return (row for row, _ in zip(rows(self._part), range(self.before), strict=False))

    def append(self, row: Row) -> None:
        """Add a row; should the process be killed from here on, it is there."""
        self._write(zlib.compress(_ENCODE(row), 1))

    def finish(self) -> None:
        """Close the file and give it its name."""
        self._write(_CLOSING)
        os.fsync(self._file.fileno())
        self._file.close()
        put(self._part, self._path)

    def _write(self, data: bytes) -> None:
        self._file.write(_HEAD.pack(len(data), zlib.crc32(data)) + data)
        self._file.flush()


def _alone(file: IO[bytes]) -> None:
    """Wait until no process that lost its master is still at this file."""
    for _ in range(_ORPHAN_SECONDS * 10):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return
    raise OSError(f"{file.name} is held by another process; is the same reading running twice?")


class Journal:
    """Where the reading of a shard is: 24 bytes that outlive the process that wrote them.

    The number of the record at hand (-1 between two), how many records are done, and how many words. The time
    of the file's last change is when the record at hand was begun.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self.done = self.words = 0
        self.begin(-1)

    def begin(self, number: int) -> None:
        """A record is at hand."""
        os.pwrite(self._handle, _STATE.pack(number, self.done, self.words), 0)

    def end(self, words: int) -> None:
        """It is done."""
        self.done += 1
        self.words += words
        os.pwrite(self._handle, _STATE.pack(-1, self.done, self.words), 0)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


class State(msgspec.Struct, frozen=True):
    """What a journal says, and when it was last written (seconds since 1970)."""

    at: int
    done: int
    words: int
    changed: float


def state(path: Path) -> State | None:
    """What the journal of a shard says; None where there is none."""
    try:
        with path.open("rb") as file:
            data, changed = file.read(_STATE.size), os.fstat(file.fileno()).st_mtime
    except OSError:
        return None
    if len(data) != _STATE.size:
        return None
    at, done, words = _STATE.unpack(data)
    return State(at, done, words, changed)


__all__ = ["Journal", "Refusal", "ReportRow", "Row", "Spool", "State", "is_whole", "offsets", "row_at",
           "rows", "state"]  # fmt: skip
