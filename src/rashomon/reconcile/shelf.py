"""Where many things are put away, to be taken out again one by one: in memory, or on the disk once they are
many.

A million claims do not fit into memory with all that is known of them; what is needed of all at once is kept
as arrays by those who need it.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import BinaryIO, Generic, TypeVar, cast

import msgspec

T = TypeVar("T")
_AT_ONCE = 1 << 20
"""Bytes that are written at one go."""

IN_MEMORY = 2000
"""Things that are kept as they are; from the next on they are put away on the disk."""
_AT_HAND = 3000
"""Things taken from the disk that are kept at hand."""


class Shelf(Generic[T]):
    """Things that are added one after the other and taken out by number. What was put away on the disk comes
    out equal, not the same. Close it, or use it in a `with`: it holds a temporary file."""

    def __init__(self, kind: type[T]) -> None:
        self._kept: list[T] = []
        self._ends = array("Q", [0])
        self._file: BinaryIO | None = None
        self._last = bytearray()  # put away, but not yet in the file
        self._encode = msgspec.msgpack.Encoder().encode
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._take = lru_cache(maxsize=_AT_HAND)(self._read)

    def __len__(self) -> int:
        return len(self._kept) + len(self._ends) - 1

    def __getitem__(self, number: int) -> T:
        return self._kept[number] if number < len(self._kept) else self._take(number)

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self)):
            yield self[number]

    def append(self, thing: T) -> None:
        """Put one more away."""
        if len(self._kept) < IN_MEMORY:
            self._kept.append(thing)
            return
        data = b""
        with suppress(UnicodeEncodeError):  # half a character, which only pickle takes
            data = self._encode(thing)
        data = data or b"\xc1" + pickle.dumps(thing)
        self._last += data
        self._ends.append(self._ends[-1] + len(data))
        if len(self._last) > _AT_ONCE:
            self.settle()

    def settle(self) -> None:
        """Write what was put away last. After that, and before more is put away, forked processes can take
        things out as well."""
        if self._last:
            if self._file is None:
                file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (closed by `close`)
                self._file = cast("BinaryIO", file)
            self._file.write(self._last)
            self._last.clear()

    def close(self) -> None:
        """Give up the temporary file; nothing can be taken out after that."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Shelf[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, number: int) -> T:
        start, end = self._ends[number - len(self._kept) : number - len(self._kept) + 2]
        self.settle()
        assert self._file is not None
        data = _piece(self._file, start, end - start)
        # 0xC1 begins nothing in MessagePack
        return cast("T", pickle.loads(data[1:])) if data[:1] == b"\xc1" else self._decoder.decode(data)


def _piece(file: BinaryIO, start: int, length: int) -> bytes:
    if hasattr(os, "pread"):  # forked processes share the place in the file, which this leaves alone
        return os.pread(file.fileno(), length, start)
    file.seek(start)
    data = file.read(length)
    file.seek(0, os.SEEK_END)
    return data
