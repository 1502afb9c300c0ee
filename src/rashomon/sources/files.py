"""Files, folders and standard input, of every form that is read, as one stream of reports and refusals.

What a file is, its ending says (`.txt`, `.html`, `.jsonl`, `.json`, `.csv`, `.tsv`, `.parquet`, `.warc`,
`.warc.gz`, `.rss`, `.atom`, `.xml`); for any other ending and for standard input (`-`) its first bytes do. A
folder stands for all files in it with these endings, in the order of their
names.
"""

from __future__ import annotations

import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from rashomon.errors import InputError, MissingExtra, RashomonError, SourceMissing, TextTooLong
from rashomon.model import Report
from rashomon.sources import html, jsonl
from rashomon.sources.columns import ColumnMap
from rashomon.sources.text import Defaults, complete, decode, refuse_binary, report_from_text

Form = Literal["text", "html", "lines", "document", "csv", "parquet", "warc", "feed"]

FORMS: dict[str, Form] = {
    ".txt": "text", ".text": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "lines", ".ndjson": "lines",
    ".json": "document",
    ".csv": "csv", ".tsv": "csv",
    ".parquet": "parquet",
    ".warc": "warc", ".warc.gz": "warc", ".warc.zst": "warc", ".wet.gz": "warc",
    ".rss": "feed", ".atom": "feed", ".xml": "feed",
}  # fmt: skip
_SIGNED: tuple[tuple[bytes, Form], ...] = ((b"WARC/", "warc"), (b"PAR1", "parquet"))
_HEAD_BYTES = 65_536
_BYTES_A_CHARACTER = 4
_HTML = re.compile(
    rb"(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*){0,3}<"
    rb"(?:!doctype\s+html|html|head|body|article|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_FEED = re.compile(
    rb"(?:<\?xml[^>]{0,200}>\s*)?(?:<(?:!--.{0,2000}?--|\?.{0,500}?\?|!doctype[^>\[]{0,500})>\s*){0,5}"
    rb"<(?:rss|feed|rdf:rdf|opml)\b",
    re.IGNORECASE | re.DOTALL,
)
STANDARD_INPUT = "-"


class Arrival(msgspec.Struct, frozen=True):
    """What came in: a report, or the error that refused it. `where` is the file, with the line where it has
    lines.

    A file that went well and held nothing at all does not arrive; notes may come alone.
    """

    where: str
    report: Report | None = None
    error: RashomonError | None = None
    notes: tuple[str, ...] = ()


def arrivals(
    paths: Iterable[str | os.PathLike[str]],
    *,
    max_chars: int,
    defaults: Defaults | None = None,
    columns: ColumnMap | None = None,
    standard_input: BinaryIO | None = None,
    on_file: Callable[[str], None] | None = None,
) -> Iterator[Arrival]:
    """Read files one after the other; whatever goes wrong with one becomes its `error`, and the next is read.

    Args:
        paths: files, folders, or "-" for standard input.
        max_chars: limit of one text, in characters; more than that is never held in memory.
        defaults: fills in what a file does not say.
        columns: which column, or which member of a JSON object, is which field of a report.
        standard_input: read for "-"; the process's own where it is None.
        on_file: called with the name of each file as its turn comes.
    """
    how = _How(max_chars, defaults, columns)
    taken = False
    for given in paths:
        name = os.fspath(given)
        if name == STANDARD_INPUT:
            if on_file:
                on_file("<stdin>")
            if taken:
                again = SourceMissing(
                    "standard input can be read only once", where="<stdin>", hint="give - once"
                )
                yield Arrival("<stdin>", error=again)
                continue
            taken = True
            stream = standard_input if standard_input is not None else sys.stdin.buffer
            yield from _from_stream("<stdin>", None, _buffered(stream), how)
        else:
            for path in _files_of(name):
                if isinstance(path, Arrival):
                    yield path
                    continue
                if on_file:
                    on_file(_shown(path))
                yield from _from_path(path, how)


def form_of(name: str | None, head: bytes) -> Form:
    """What a file is: by its ending where that tells, else by its first bytes."""
    if name is not None and (form := _form_by_ending(name)):
        return form
    for signature, signed in _SIGNED:
        if head.startswith(signature) or _unpacked_head(head).startswith(signature):
            return signed
    start = head.removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = head.replace(b"\x00", b"")[2:]  # enough of UTF-16 to see brackets and tags
    start = start.lstrip()
    if _HTML.match(start):
        return "html"
    if _FEED.match(start):
        return "feed"
    if re.match(rb"\[\s*\{", start):
        return "document"
    if re.match(rb"\{\s*(?:[\"}]|$)", start):
        first = start.splitlines()[0].strip()
        return "document" if first == b"{" else "lines"
    return "text"


def _form_by_ending(name: str) -> Form | None:
    endings = Path(name.lower()).suffixes
    return FORMS.get("".join(endings[-2:])) or FORMS.get(endings[-1]) if endings else None


def _unpacked_head(head: bytes) -> bytes:
    """How a gzip file begins, unpacked; nothing for any other file."""
    if not head.startswith(b"\x1f\x8b"):
        return b""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 16)
    except zlib.error:
        return b""


class _How(msgspec.Struct, frozen=True):
    """How files are read: the limit of a text, what fills in, which column is what."""

    max_chars: int
    defaults: Defaults | None
    columns: ColumnMap | None


def _files_of(name: str) -> Iterator[str | Arrival]:
    """The file itself; for a folder, every file in it that has an ending which is read."""
    try:
        folder = Path(name).is_dir()
    except (OSError, ValueError) as error:
        yield _missing(name, error)
        return
    if not folder:
        yield name
        return
    found = False
    for root, folders, files in os.walk(name):
        folders[:] = sorted(entry for entry in folders if not entry.startswith("."))
        for file in sorted(files):
            if not file.startswith(".") and _form_by_ending(file):
                found = True
                yield str(Path(root) / file)
    if not found:
        nothing = SourceMissing(
            "there is no report in this folder",
            where=_shown(name),
            hint=f"files that end in {', '.join(FORMS)} are read",
        )
        yield Arrival(_shown(name), error=nothing)


def _from_path(path: str, how: _How) -> Iterator[Arrival]:
    try:
        stream = Path(path).open("rb", buffering=_HEAD_BYTES)  # noqa: SIM115 - closed below; opening may fail
    except (OSError, ValueError) as error:
        yield _missing(path, error)
        return
    with stream:
        yield from _from_stream(_shown(path), path, _buffered(stream), how)


def _from_stream(where: str, name: str | None, stream: io.BufferedReader, how: _How) -> Iterator[Arrival]:
    max_chars, defaults = how.max_chars, how.defaults
    members = how.columns.columns if how.columns else None
    try:
        head = stream.peek(_HEAD_BYTES)
        form = form_of(name, head)
        if form == "text" and members:
            form = "csv"  # a mapping speaks of columns
        if form in {"lines", "document", "csv"}:
            refuse_binary(head)
        if form == "lines":
            yield from _numbered(where, jsonl.read_lines(stream, max_chars, defaults, members))
        elif form == "document":
            data = stream.read(jsonl.DOCUMENT_BYTES + 1)
            yield from _numbered(where, jsonl.read_document(data, max_chars, defaults, members))
        elif form == "html":
            yield _from_page(where, stream.read(html.MAX_PAGE_BYTES + 1), defaults)
        elif form == "text":
            yield _from_text(where, stream.read(_BYTES_A_CHARACTER * (max_chars + 1)), max_chars, defaults)
        else:
            yield from _from_collection(form, where, name, stream, how)
    except InputError as error:
        yield Arrival(where, error=error.at(where))
    except MissingExtra as error:
        yield Arrival(where, error=error.at(where))
    except OSError as error:
        yield _missing(where, error)


def _from_collection(
    form: Form, where: str, name: str | None, stream: io.BufferedReader, how: _How
) -> Iterator[Arrival]:
    from rashomon.sources import bundles

    if form == "csv":
        from rashomon.sources.tabular import read_csv

        separator = "\t" if name is not None and name.lower().endswith(".tsv") else None
        rows = read_csv(stream, how.max_chars, how.columns, how.defaults, separator=separator)
        yield from _numbered(where, rows)
    elif form == "feed":
        yield from bundles.from_feed(where, stream, how.defaults)
    else:
        with bundles.as_path(name, stream) as path:
            if form == "parquet":
                from rashomon.sources.tabular import read_parquet

                yield from _numbered(where, read_parquet(path, how.max_chars, how.columns, how.defaults))
            else:
                yield from bundles.from_archive(where, path, how.max_chars, how.defaults)


def _from_text(where: str, data: bytes, max_chars: int, defaults: Defaults | None) -> Arrival:
    text, notes = decode(data)
    if len(text) > max_chars or len(data) >= _BYTES_A_CHARACTER * (max_chars + 1):
        raise TextTooLong(
            f"the text is over the limit of {max_chars:,} characters",
            hint="raise it with --max-chars or RASHOMON_MAX_CHARS, or cut the file into its reports",
        )
    return Arrival(where, report=report_from_text(text, defaults), notes=notes)


def _from_page(where: str, data: bytes, defaults: Defaults | None) -> Arrival:
    page, notes = html.extract(data)
    report = Report(
        text=page.text, title=page.title, published=page.published, publisher=page.publisher, url=page.url
    )
    return Arrival(where, report=complete(report, defaults), notes=notes)


def _numbered(where: str, rows: Iterable[jsonl.Row]) -> Iterator[Arrival]:
    empty = True
    for row in rows:
        empty = False
        line = f"{where}:{row.number}"
        yield Arrival(line, report=row.report, error=row.error and row.error.at(line), notes=row.notes)
    if empty:
        yield Arrival(where, error=SourceMissing("the file holds no report", where=where, hint="it is empty"))


def _missing(name: str, error: Exception) -> Arrival:
    where = _shown(name)
    reasons = {
        FileNotFoundError: ("there is no such file", "look at the spelling"),
        PermissionError: ("the file may not be opened", "look at its permissions"),
        IsADirectoryError: ("this is a folder", None),
    }
    what, hint = next(
        (reason for kind, reason in reasons.items() if isinstance(error, kind)),
        (f"it cannot be read: {getattr(error, 'strerror', None) or error}", None),
    )
    return Arrival(where, error=SourceMissing(what, where=where, hint=hint))


def _shown(name: str) -> str:
    """A file's name as it can be printed: names are bytes, and need not be characters."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(stream, _HEAD_BYTES)  # type: ignore[arg-type]
