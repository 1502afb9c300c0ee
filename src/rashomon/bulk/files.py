"""Files, here or in an object store: opened, listed, and put in place whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast
from zipfile import BadZipFile

from rashomon.errors import MissingExtra, SourceMissing

EXTRA_HINT = "pip install 'rashomon[bulk]'"
_WEB = ("http://", "https://")
_STAMPS = ("ETag", "etag", "md5", "mtime", "LastModified", "last_modified", "updated", "created", "CRC")
"""What systems of files call that which changes with a file's content, the surest first."""


class Found(NamedTuple):
    """A file: its address, size in bytes, and what changes when its content does."""

    url: str
    size: int
    stamp: str


def is_remote(url: str) -> bool:
    """Whether an address is for fsspec and not a path of this machine."""
    return "://" in url


def name_of(url: str) -> str:
    """The name of the file at an address, in small letters, by which its form is told.

    "zip://in/a.csv::/data/dump.zip" is a.csv within an archive, and what follows "?" on the web is no name.
    """
    links = url.split("::") if is_remote(url) else [url]
    name = next((link for link in links if is_remote(link)), url).lower()
    return name.partition("?")[0].partition("#")[0] if name.startswith(_WEB) else name


def find(given: str, endings: tuple[str, ...]) -> list[Found]:
    """The files that an address, a folder or a pattern stands for, in the order of their names.

    Raises:
        SourceMissing: there is none, or it cannot be looked at.
        MissingExtra: fsspec, or what it needs for this kind of address, is not installed.
    """
    try:
        found = _find_remote(given, endings) if is_remote(given) else _find_local(given, endings)
    except ImportError as error:
        if error.name == "fsspec":
            raise MissingExtra(f"fsspec is needed to read {given}", hint=EXTRA_HINT) from error
        raise MissingExtra(
            f"a package is needed to read {given}: {error}", hint="install it with pip"
        ) from error
    except (OSError, ValueError, BadZipFile) as error:
        raise SourceMissing(_reason(error), where=given, hint="look at the address") from error
    if not found:
        raise SourceMissing(
            "there is nothing to read", where=given, hint=f"files that end in {', '.join(endings)} are read"
        )
    return sorted(found)


def _find_local(given: str, endings: tuple[str, ...]) -> list[Found]:
    path = Path(given)
    if path.is_dir():
        paths = [p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith(endings)]
        paths = [p for p in paths if not any(part.startswith(".") for part in p.relative_to(path).parts)]
    elif path.exists():
        paths = [path]
    else:
        paths = [p for p in Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))) if p.is_file()]
        if not paths:
            raise FileNotFoundError(2, "there is no such file", given)
    return [Found(str(p), p.stat().st_size, str(p.stat().st_mtime_ns)) for p in paths]


def _find_remote(given: str, endings: tuple[str, ...]) -> list[Found]:
    import fsspec

    system, path = fsspec.core.url_to_fs(given)
    _, *inside = given.split("::")[next(n for n, link in enumerate(given.split("::")) if is_remote(link)) :]
    if any(sign in path for sign in ("*[" if given.startswith(_WEB) else "*?[")):
        paths = system.glob(path)
    elif system.isdir(path):
        paths = [each for each in system.find(path) if each.lower().endswith(endings)]
    else:
        paths = [path]
    found = []
    for each in paths:
        info: dict[str, Any] = system.info(each)
        size = int(info.get("size") or 0)
        stamp = next((str(info[key]) for key in _STAMPS if info.get(key)), f"{size} bytes")
        found.append(Found("::".join((system.unstrip_protocol(each), *inside)), size, stamp))
    return found


def open_at(url: str, start: int = 0) -> BinaryIO:
    """A file from a byte on. Raises OSError."""
    if not is_remote(url):
        stream: BinaryIO = Path(url).open("rb")  # noqa: SIM115 - the caller closes it
    else:
        import fsspec

        system, path = fsspec.core.url_to_fs(url)
        stream = cast(BinaryIO, system.open(path, "rb"))
        with suppress(AttributeError):  # an archive closes what is open in it when nobody holds it any more
            stream.__dict__["system"] = system
    if start:
        stream.seek(start)
    return stream


class Piece(io.RawIOBase):
    """Bytes `start` to `end` of a file, as a stream of their own; what is read is hashed, each byte once,
    and its line ends are counted."""

    def __init__(self, url: str, start: int, end: int) -> None:
        self._stream, self._start, self._size = open_at(url, start), start, end - start
        self._at = self._hashed = self.lines = 0
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence], 0)
        self._stream.seek(self._start + self._at)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(min(len(buffer), max(self._size - self._at, 0)))
        buffer[: len(data)] = data
        if self._at <= self._hashed < self._at + len(data):
            new = data[self._hashed - self._at :]
            self._hash.update(new)
            self.lines += new.count(b"\n")
            self._hashed = self._at + len(data)
        self._at += len(data)
        return len(data)

    def sha256(self) -> str:
        """The hash of all of it; what was not read yet is read now."""
        self.seek(self._hashed)
        while self.read(1 << 20):
            pass
        return self._hash.hexdigest()

    def close(self) -> None:
        self._stream.close()
        super().close()


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole, on the disk, or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def put(part: Path, path: Path) -> None:
    """Give a finished file or folder its name, and have the disk know it."""
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def swap(new: Path, place: Path) -> None:
    """Put a finished folder in the place of another."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    put(new, place)
    shutil.rmtree(old, ignore_errors=True)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return f"it cannot be read: {getattr(error, 'strerror', None) or error}"


__all__ = ["EXTRA_HINT", "Found", "Piece", "digest", "find", "is_remote", "name_of", "open_at", "put",
           "swap", "whole"]  # fmt: skip
