"""Compressed files: which they are by their ending, and what they unpack to, piece by piece."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from rashomon.bulk.files import EXTRA_HINT
from rashomon.errors import MalformedInput, MissingExtra

if TYPE_CHECKING:
    import zstandard

_MOST_UNPACKED = 1 << 36  # bytes that one compressed file may unpack to
_MOST_MEMORY = 1 << 28  # bytes that unpacking may take; what the packing tools make by default takes less


def _zstd(raw: BinaryIO) -> BinaryIO:
    try:
        import zstandard
    except ImportError as error:
        raise MissingExtra("zstandard is needed to read .zst", hint=EXTRA_HINT) from error
    unpacker = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY)
    # a frame gives all that a piece unpacks to at once: a block of 128 kB for as little as four bytes
    return cast(BinaryIO, _Streams(raw, lambda: _Frame(unpacker.decompressobj()), piece=1 << 10))


_UNPACK: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    ".gz": lambda raw: cast(BinaryIO, gzip.GzipFile(fileobj=raw)),
    ".bz2": lambda raw: cast(BinaryIO, _Streams(raw, bz2.BZ2Decompressor)),
    ".xz": lambda raw: cast(BinaryIO, _Streams(raw, partial(lzma.LZMADecompressor, memlimit=_MOST_MEMORY))),
    ".zst": _zstd,
}
ENDINGS = tuple(_UNPACK)


def is_packed(name: str) -> bool:
    """Whether a file is compressed, by its name in small letters."""
    return name.endswith(ENDINGS)


def unpacked(raw: BinaryIO, name: str) -> BinaryIO:
    """What a file holds, unpacked if its name says that it is compressed.

    Raises:
        MissingExtra: a package is needed to unpack it.
    Reading from it raises MalformedInput where the file is damaged.
    """
    unpack = next((_UNPACK[ending] for ending in ENDINGS if name.endswith(ending)), None)
    return raw if unpack is None else cast(BinaryIO, io.BufferedReader(_Unpacked(unpack(raw)), 1 << 16))


class _Unpacker(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class _Frame:
    """A frame of Zstandard as the standard library's decompressors are: it gives what is asked for."""

    def __init__(self, frame: zstandard.ZstdDecompressionObj) -> None:
        self._frame, self._left = frame, b""

    @property
    def eof(self) -> bool:
        return self._frame.eof and not self._left

    @property
    def needs_input(self) -> bool:
        return not self._left

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        made = self._left + (self._frame.decompress(data) if data else b"")
        end = len(made) if max_length < 0 else max_length
        self._left = made[end:]
        return made[:end]


class _Streams(io.RawIOBase):
    """Packed streams, one after the other. Unlike the libraries' own files it limits the memory that a file
    can ask for, knows one that is cut short, and keeps apart what cannot be unpacked and what cannot be
    read."""

    def __init__(self, raw: BinaryIO, begin: Callable[[], _Unpacker], piece: int = 1 << 16) -> None:
        self._raw, self._begin, self._piece, self._now = raw, begin, piece, begin()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            packed = b""
            if self._now.eof:
                # between the streams of .xz there may be zeros
                packed = self._now.unused_data.lstrip(b"\0") or self._raw.read(self._piece).lstrip(b"\0")
                if not packed:
                    return 0
                self._now = self._begin()
            elif self._now.needs_input and not (packed := self._raw.read(self._piece)):
                raise MalformedInput("the compressed file is cut short")
            try:
                data = self._now.decompress(packed, len(buffer))
            except Exception as error:  # each library has its own, and nothing else is asked of it
                raise MalformedInput(f"the compressed file is damaged: {error}") from error
            if data:
                buffer[: len(data)] = data
                return len(data)


class _Unpacked(io.RawIOBase):
    """What a compressed stream unpacks to; a damaged one ends with the error that `records` turns into a
    refusal."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise MalformedInput(f"the compressed file is damaged: {error}") from error
        self._given += len(data)
        if self._given > _MOST_UNPACKED:
            raise MalformedInput("the compressed file unpacks to more than 64 GB", hint="cut it into files")
        buffer[: len(data)] = data
        return len(data)
