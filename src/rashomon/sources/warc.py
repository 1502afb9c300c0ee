"""Web archives: the pages of a WARC file (plain, gzip, zstd, lz4), read by fastwarc in a child process.

A damaged member costs itself and, where the next one cannot be found, what follows; the records before it are
kept, and the file is called partial. `python -m rashomon.sources.warc` is the child: it is given a path, and
answers `Record`s and at the end a `Close`, in MessagePack.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from rashomon.errors import MissingExtra
from rashomon.sources.child import Limits, Pool, serve
from rashomon.sources.html import MAX_PAGE_BYTES

_LIMITS = Limits(cpu_seconds=30, wall_seconds=120.0)
_HINT = "the records before it are read; fetch the archive again"
_LARGEST_RECORD = 64 * 2**20
_LARGEST_HEADER = 1 << 20
_BEAT = 200  # records without an answer of their own, before a sign of life
_MENDED = 1_000
_SCAN = 1 << 20
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{6}|WARC/[01]\.\d\r?\n", re.DOTALL)


class Record(msgspec.Struct, frozen=True):
    """A page of an archive: its link, when it was captured (ISO date-time), what the server called it, its
    bytes as a browser would see them. `problem` says why there are none, or why they are not all."""

    url: str
    captured: str | None
    content_type: str
    body: bytes
    offset: int
    problem: str | None = None


class Close(msgspec.Struct):
    """What else is to be said: records that are no pages, and the damages, by their byte."""

    other: int
    damages: list[tuple[int, str]]


def read_records(path: Path) -> Iterator[Record | Close]:
    """The pages of an archive, and at the end what was not read.

    Raises:
        MissingExtra: fastwarc is not installed.
        MalformedInput: the archive broke the process or its limits; what came before holds.
    """
    if importlib.util.find_spec("fastwarc") is None:
        raise MissingExtra(
            "the package fastwarc is needed to read web archives", hint="pip install 'rashomon[desk]'"
        )
    for answer in _pool().stream(str(path).encode("utf-8", "surrogateescape")):
        if answer[:1] == b"r":
            yield msgspec.msgpack.decode(answer[1:], type=Record)
        elif answer[:1] == b"c":
            yield msgspec.msgpack.decode(answer[1:], type=Close)


@cache
def _pool() -> Pool:
    return Pool("rashomon.sources.warc", "the archive", _HINT, _LIMITS)


# ---- what runs in the child ----


def _prepare() -> None:
    import fastwarc.warc  # noqa: F401


def _answer(request: bytes) -> Iterator[bytes]:
    from fastwarc.warc import ArchiveIterator, any_type

    path = Path(request.decode("utf-8", "surrogateescape"))
    other, idle, tries = 0, 0, 0
    damages: list[tuple[int, str]] = []
    with path.open("rb") as file:
        start: int | None = 0
        while start is not None:
            file.seek(start)
            at = start
            met = 0
            try:
                # Always a file, never a name: fastwarc would follow a link that stands in the place of one.
                for record in ArchiveIterator(
                    file,
                    record_types=any_type,
                    parse_http=False,
                    max_content_length=_LARGEST_RECORD,
                    max_header_len=_LARGEST_HEADER,
                    fsspec_args=False,
                ):
                    at = max(at, record.stream_pos)
                    met += 1
                    found = _record(record, at)
                    idle = 0 if found else idle + 1
                    other += found is None
                    if found is not None:
                        yield b"r" + msgspec.msgpack.encode(found)
                    elif idle >= _BEAT:
                        idle = 0
                        yield b""
                # behind a damage fastwarc may take what it cannot read for the end
                tries += bool(tries)
                start = _next_member(file, at) if 0 < tries < _MENDED else None
            except (OSError, ValueError, EOFError, RuntimeError) as error:
                tries += 1
                if met or not damages:  # else this is still the damage that was met before
                    damages.append((at, " ".join(str(error).split())[:200] or type(error).__name__))
                start = _next_member(file, at) if tries < _MENDED else None
                yield b""
    yield b"c" + msgspec.msgpack.encode(Close(other, damages))


def _record(record: Any, at: int) -> Record | None:
    """The page in a record; None where it holds none."""
    kind = str(record.record_type).rpartition(".")[2].lower()
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")[:4_096]
    captured = record.record_date.isoformat() if record.record_date else None
    coding = ""
    if kind == "response" and url.lower().startswith(("http://", "https://")):
        record.parse_http(auto_decode="transfer")
        headers = record.http_headers
        if headers is None or headers.status_code != 200:
            return None
        content_type = (record.http_content_type or "").lower()
        coding = (headers.get("Content-Encoding") or "").strip().lower()
        chunked = headers.get("Transfer-Encoding") is not None
    elif kind in {"resource", "conversion"}:
        content_type = (record.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        chunked = False
    else:
        return None
    if content_type not in {"text/html", "application/xhtml+xml", "text/plain", ""}:
        return None
    left = record.content_length
    body = record.reader.read(MAX_PAGE_BYTES + 1)
    problem = None
    if not chunked and len(body) < min(left, MAX_PAGE_BYTES + 1):
        problem = f"the record is cut short: {len(body):,} of {left:,} bytes"
    if coding not in {"", "identity"}:
        body, problem = _unpacked(body, coding)
    return Record(url, captured, content_type, body, at, problem)


def _unpacked(body: bytes, coding: str) -> tuple[bytes, str | None]:
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return b"", f"it is compressed with {coding[:20]!r}, which is not read"
    unpack = zlib.decompressobj(wbits=47)
    try:
        return unpack.decompress(body, MAX_PAGE_BYTES + 1), None
    except zlib.error:
        return b"", f"it is not {coding}, as it says"


def _next_member(file: BinaryIO, at: int) -> int | None:
    """Where the next gzip member or plain record begins, after a damaged one."""
    position = at + 1
    file.seek(position)
    held = b""
    while piece := file.read(_SCAN):
        held += piece
        if match := _MEMBER.search(held):
            return position + match.start()
        position += max(0, len(held) - 16)
        held = held[-16:]
    return None


if __name__ == "__main__":
    sys.exit(serve(_answer, _prepare))
