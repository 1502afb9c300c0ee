"""Web pages: the main text, title, date and site name, taken out by trafilatura in a child process.

A hostile page can hold an extractor for a minute or fill memory (ten megabytes of `<p>`, one tag with 200,000
attributes). So a page has a size limit, and a child does the work under limits of processor time, memory and
wall time; when it breaks one it is ended, the page is refused, and the next page gets a new child. The child
lives on between pages, since its imports cost more than a page does.

`python -m rashomon.sources.html` is that child: frames of a length (8 bytes, big-endian) and a body, on its
standard input the page in UTF-8, on its standard output a `Page` or an error as JSON.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import math
import os
import re
import subprocess
import sys
import threading
import time
from typing import IO

import msgspec

from rashomon.errors import EmptyText, InstallationError, MalformedInput, TextTooLong
from rashomon.sources.text import Decoded, decode, refuse_binary

MAX_PAGE_BYTES = 2 * 2**20
_CPU_SECONDS = 10
_WALL_SECONDS = 30.0
_START_SECONDS = 60.0
_MEMORY_BYTES = 1536 * 2**20
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4_096


class Page(msgspec.Struct, frozen=True):
    """What a page says. `text` has one blank line between paragraphs; the headline is left out of it."""

    text: str
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None


class _Answer(msgspec.Struct):
    page: Page | None = None
    error: str | None = None


def extract(data: bytes, *, max_bytes: int = MAX_PAGE_BYTES) -> tuple[Page, tuple[str, ...]]:
    """The article of a page, and notes on bytes that could not be decoded.

    Raises:
        TextTooLong: the page is over `max_bytes`.
        MalformedInput: it is no page, or it broke a limit of time or memory.
        EmptyText: there is no article text in it.
    """
    if len(data) > max_bytes:
        raise TextTooLong(
            f"the page is over the limit of {max_bytes / 2**20:.0f} MB",
            hint="save the article's text and give that",
        )
    text, notes = decode_page(data)
    page = _child().ask(text)
    if page is None or not page.text.strip():
        raise EmptyText("the page has no article text", hint="save the article's text and give that")
    return page, notes


def decode_page(data: bytes) -> Decoded:
    """A page's characters: by its byte order mark, the character set it names, else as plain text is read.

    Raises:
        MalformedInput: the bytes are no page.
    """
    refuse_binary(data)
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    named = _CHARSET.search(data[:_HEAD_BYTES])
    if named and not marked:
        name = named[1].decode("ascii")
        # Unknown names, and codecs that do not make text of bytes ("zip", "rot13"), count as no name at all.
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            if codecs.lookup(name)._is_text_encoding and "utf-16" not in name.lower():
                text = data.decode(name, "replace")
                bad = "\ufffd" in text and b"\xef\xbf\xbd" not in data
                note = f"bytes that are not {name} are replaced by U+FFFD"
                return Decoded(text, (note,) if bad else ())
    return decode(data)


class _Child:
    """The process that extracts; started at the first page, and again after it had to be ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def ask(self, page: str) -> Page | None:
        with self._lock:
            fresh = not self._alive()
            if fresh:
                self._start()
            out_of_time = threading.Event()
            timer = threading.Timer(
                _WALL_SECONDS + (_START_SECONDS if fresh else 0), self._expire, (self._process, out_of_time)
            )
            timer.start()
            try:
                answer = self._exchange(page.encode("utf-8", "replace"))
            finally:
                timer.cancel()
            if answer is None:
                code = self.close()
                raise _broken(out_of_time.is_set(), code)
            if answer.error is not None:
                raise MalformedInput(
                    f"the page cannot be taken apart: {answer.error}",
                    hint="save the article's text and give that",
                )
            return answer.page

    def close(self) -> int | None:
        """End the child; its exit status, where it has one."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return None
        with contextlib.suppress(OSError):
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return process.wait()

    def _alive(self) -> bool:
        return self._process is not None and self._owner == os.getpid() and self._process.poll() is None

    def _start(self) -> None:
        self.close()
        # The child must find this very package, and never something in the current folder.
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "rashomon.sources.html"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise InstallationError(f"the page extractor does not start: {error}") from error
        self._owner = os.getpid()

    def _exchange(self, body: bytes) -> _Answer | None:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        try:
            _write_frame(process.stdin, body)
            reply = _read_frame(process.stdout)
        except (OSError, ValueError):
            return None
        return msgspec.json.decode(reply, type=_Answer) if reply is not None else None

    @staticmethod
    def _expire(process: subprocess.Popen[bytes], out_of_time: threading.Event) -> None:
        out_of_time.set()
        with contextlib.suppress(OSError):
            process.kill()


def _broken(out_of_time: bool, code: int | None) -> MalformedInput | InstallationError:
    hint = "save the article's text and give that"
    if out_of_time or code == -24:  # 24 is SIGXCPU, the limit of processor time
        return MalformedInput("the page takes too long to take apart", hint=hint)
    if code == _IMPORT_FAILED:
        return InstallationError(
            "the page extractor cannot be loaded", hint="pip install --force-reinstall rashomon"
        )
    return MalformedInput("the page broke the extractor, or needs too much memory", hint=hint)


_shared: _Child | None = None
_shared_lock = threading.Lock()


def _child() -> _Child:
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = _Child()
            atexit.register(_shared.close)
        return _shared


def _write_frame(stream: IO[bytes], body: bytes) -> None:
    stream.write(len(body).to_bytes(8, "big"))
    stream.write(body)
    stream.flush()


def _read_frame(stream: IO[bytes]) -> bytes | None:
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    return body if len(body) == size else None


# ---- what runs in the child ----

_IMPORT_FAILED = 3


def _serve() -> int:
    """Answer pages until the input ends. Nothing but frames may reach the output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        import trafilatura  # noqa: F401
    except ImportError:
        return _IMPORT_FAILED
    _limit_memory()
    while (body := _read_frame(sys.stdin.buffer)) is not None:
        _limit_processor_time()
        try:
            answer = _Answer(page=_take_apart(body.decode("utf-8", "replace")))
        except MemoryError:
            answer = _Answer(error="it needs too much memory")
        except Exception as error:  # whatever a parser does with a hostile page, the next page is read
            answer = _Answer(error=type(error).__name__)
        _write_frame(answers, msgspec.json.encode(answer))
    return 0


def _take_apart(html: str) -> Page | None:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    # A NUL ends the document for some parsers, and an encoding declaration in a decoded text is an error.
    html = re.sub(r"^\s{0,100}<\?xml[^>]{0,200}\?>", "", html.replace("\x00", " "))
    document = bare_extraction(
        html,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        # Without this a year from the footer becomes the day of publication.
        date_extraction_params={"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"},
    )
    if not isinstance(document, Document) or not document.text:
        return None
    title = " ".join((document.title or "").split()) or None
    paragraphs = [line.strip() for line in document.text.splitlines() if line.strip()]
    if title and paragraphs and " ".join(paragraphs[0].split()) == title:
        del paragraphs[0]
    return Page(
        text="\n\n".join(paragraphs),
        title=title,
        published=document.date or None,
        publisher=document.sitename or None,
        url=document.url or None,
    )


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: wall time is the only limit there
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor_time() -> None:
    """The limit is on the life of a process, so it moves on with every page."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + _CPU_SECONDS, hard))


if __name__ == "__main__":
    sys.exit(_serve())
