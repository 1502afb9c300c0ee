"""Long work over a dump, done in parts: what is finished stays finished when the work is killed.

`work` reads a dump line by line (plain, .gz, .bz2 or .zip), hands each line to a task, and writes what the
task keeps in part files beside a manifest; a part and the manifest appear whole or not at all. Started again
with the same dump and settings, it goes on after the last part. `records` gives back what was kept.
"""

from __future__ import annotations

import bz2
import gzip
import io
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Generic, Protocol, TypeVar

import msgspec

from rashomon.errors import MalformedInput, SourceMissing

MAX_LINE = 64 * 2**20
_BUFFER = 2**20
_OFTEN = 20_000  # lines between two words on how far it is
_NAMED = 5  # broken lines of a part that are kept for the report
_MANIFEST = "manifest.json"
Record = TypeVar("Record")
_T = TypeVar("_T", covariant=True)


class Task(Protocol[_T]):
    """What is done with each line. `settings` are what its outcome depends on beside the dump; a part is
    finished after `part_bytes` of (unpacked) text."""

    name: str
    part_bytes: int
    settings: dict[str, Any]

    def __call__(self, line: bytes) -> _T | None:
        """What to keep of a line (something that msgspec can encode), or None. Raises ValueError where the
        line is broken."""


class Broken(msgspec.Struct, frozen=True):
    """A line that could not be read: the byte where it begins, and why."""

    at: int
    why: str


class Part(msgspec.Struct, frozen=True):
    """One finished part: its file, the bytes of the (unpacked) dump that it covers, and its counts."""

    file: str
    start: int
    end: int
    lines: int
    kept: int
    broken: int
    examples: tuple[Broken, ...] = ()


class Manifest(msgspec.Struct):
    """What is finished, and of which dump, task and settings."""

    dump: str
    size: int
    changed: int
    task: str
    settings: dict[str, Any]
    parts: list[Part] = []
    whole: bool = False

    @property
    def end(self) -> int:
        """The byte of the unpacked dump up to which all is done."""
        return self.parts[-1].end if self.parts else 0


class Tally(msgspec.Struct):
    """What came of a dump: lines read, kept, broken (the first few of them), and lines found done before."""

    lines: int = 0
    kept: int = 0
    broken: int = 0
    examples: list[Broken] = []
    before: int = 0


OnProgress = Callable[[str, float, int], None]
"""Called with the dump's name, the share that is done (0 to 1), and the lines read."""


class Workshop(Generic[Record]):
    """The parts of one dump under one task. Raises SourceMissing where there is no such dump."""

    def __init__(self, dump: Path, folder: Path, task: Task[Record]) -> None:
        try:
            status = dump.stat()
        except OSError as error:
            raise SourceMissing(f"the dump cannot be opened: {error.strerror}", where=str(dump)) from error
        if dump.is_dir():
            raise SourceMissing("a folder; name the dump's file", where=str(dump))
        self._dump, self._task = dump, task
        self._folder = folder / f"{dump.name}.{task.name}"
        self._fresh = Manifest(dump.name, status.st_size, status.st_mtime_ns, task.name, task.settings)
        self.manifest = self._found() or self._fresh

    def _found(self) -> Manifest | None:
        try:
            found = msgspec.json.decode((self._folder / _MANIFEST).read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError):
            return None
        same = (found.dump, found.size, found.changed, found.task, found.settings) == (
            self._fresh.dump,
            self._fresh.size,
            self._fresh.changed,
            self._fresh.task,
            self._fresh.settings,
        )
        there = all((self._folder / part.file).is_file() for part in found.parts)
        return found if same and there else None

    def work(self, on_progress: OnProgress) -> Tally:
        """Do what is not yet done.

        Raises:
            MalformedInput: the dump is damaged or cut short, or most of its lines are broken; the parts that
                were finished are kept.
        """
        manifest, name = self.manifest, self._dump.name
        before = lines = sum(part.lines for part in manifest.parts)
        if not manifest.whole:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                with ExitStack() as stack:
                    stream = _Unpacked(self._dump, stack)
                    stream.skip(manifest.end, lambda share: on_progress(name, share, before))
                    while (part := self._part(stream, on_progress, lines)) is not None:
                        manifest.parts.append(part)
                        self._save()
                        lines += part.lines
                        on_progress(name, stream.share(), lines)
            except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                raise MalformedInput(
                    f"the dump is damaged or cut short after byte {manifest.end:,} of its text",
                    where=str(self._dump),
                    hint="download it again",
                ) from error
            manifest.whole = True
            self._save()
        on_progress(name, 1.0, lines)
        return self._tally(before)

    def records(self, kind: type[Record]) -> Iterator[Record]:
        """What was kept, in the order of the dump, one part in memory at a time."""
        decoder = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
        for part in self.manifest.parts:
            yield from decoder.decode(zlib.decompress((self._folder / part.file).read_bytes()))

    def clear(self) -> None:
        """Remove the parts: the table is made, they are not needed any more."""
        shutil.rmtree(self._folder, ignore_errors=True)
        with suppress(OSError):  # others may have parts there
            self._folder.parent.rmdir()

    def _part(self, stream: _Unpacked, on_progress: OnProgress, done: int) -> Part | None:
        start, lines, broken = stream.at, 0, 0
        kept: list[Any] = []
        examples: list[Broken] = []
        while stream.at - start < self._task.part_bytes:
            at, line = stream.at, stream.line()
            if not line:
                break
            lines += 1
            if lines % _OFTEN == 0:
                on_progress(self._dump.name, stream.share(), done + lines)
            try:
                if len(line) > MAX_LINE:
                    raise ValueError("the line is too long")
                record = self._task(line)
            except ValueError as error:
                broken += 1
                if len(examples) < _NAMED:
                    examples.append(Broken(at, str(error)))
                continue
            if record is not None:
                kept.append(record)
        if not lines:
            return None
        if broken > lines // 2 and not any(part.kept for part in self.manifest.parts):
            what = f"this is no {self._task.name} dump: {broken:,} of the first {lines:,} lines are broken"
            raise MalformedInput(f"{what}, the first at byte {examples[0].at:,}: {examples[0].why}",
                                 where=str(self._dump))  # fmt: skip
        name = f"part-{len(self.manifest.parts):05}.bin"
        write_whole(self._folder / name, zlib.compress(msgspec.msgpack.encode(kept), 1))
        return Part(name, start, stream.at, lines, len(kept), broken, tuple(examples))

    def _save(self) -> None:
        write_whole(self._folder / _MANIFEST, msgspec.json.format(msgspec.json.encode(self.manifest)))

    def _tally(self, before: int) -> Tally:
        parts = self.manifest.parts
        return Tally(
            lines=sum(part.lines for part in parts),
            kept=sum(part.kept for part in parts),
            broken=sum(part.broken for part in parts),
            examples=[example for part in parts for example in part.examples][:_NAMED],
            before=before,
        )


class _Unpacked:
    """The lines of a dump, unpacked; `at` is the byte of the text that comes next."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        raw: IO[bytes] = stack.enter_context(path.open("rb"))
        self._raw, self._size, self.at = raw, max(path.stat().st_size, 1), 0
        stream: Any = raw
        if path.suffix == ".zip":
            archive = stack.enter_context(zipfile.ZipFile(raw))
            stream = stack.enter_context(archive.open(_member(archive, path)))
        elif path.suffix == ".gz":
            stream = stack.enter_context(gzip.GzipFile(fileobj=raw))
        elif path.suffix == ".bz2":
            stream = stack.enter_context(bz2.BZ2File(raw))
        self._seekable = stream is raw
        self._stream = io.BufferedReader(stream, _BUFFER)

    def share(self) -> float:
        """How far the file is read, 0 to 1."""
        return min(1.0, self._raw.tell() / self._size)

    def line(self) -> bytes:
        """The next line with its end; b"" at the end of the dump. An endless one comes cut, once."""
        line = self._stream.readline(MAX_LINE + 1)
        self.at += len(line)
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = self._stream.readline(MAX_LINE + 1)
            self.at += len(rest)
        return line

    def skip(self, end: int, on_share: Callable[[float], None]) -> None:
        """Go on at a byte of the text. What is packed has to be unpacked up to there once more."""
        if self._seekable:
            self._stream.seek(end)
            self.at = end
        while self.at < end:
            piece = self._stream.read(min(_BUFFER, end - self.at))
            if not piece:
                raise EOFError
            self.at += len(piece)
            if self.at % (64 * _BUFFER) < _BUFFER:
                on_share(self.share())


def _member(archive: zipfile.ZipFile, path: Path) -> str:
    names = [name for name in archive.namelist() if name.endswith((".txt", ".json"))]
    wanted = f"{path.stem}.txt"
    if wanted in names:
        return wanted
    if len(names) != 1:
        raise MalformedInput(f"there is no {wanted} in the archive", where=str(path))
    return names[0]


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole or not at all, whatever happens while it is written."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """The same, for bytes that are all there."""
    with whole_file(path) as file:
        file.write(data)


__all__ = [
    "Broken",
    "Manifest",
    "OnProgress",
    "Part",
    "Tally",
    "Task",
    "Workshop",
    "whole_file",
    "write_whole",
]
