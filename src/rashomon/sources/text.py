"""Plain text: bytes into characters, and what the text's own header says into the fields of a report.

A text is kept as it is, line ends and header included: every offset that a claim gives is into that text.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from typing import NamedTuple

import msgspec

from rashomon.errors import MalformedInput
from rashomon.model import Report
from rashomon.sources.wire import find_header, parse_published

_HEAD_BYTES = 4_096
_BINARY_NULS, _BINARY_CONTROLS = 0.10, 0.05
_UTF16_NULS = 0.30

# How files that are no text begin, and what to do with them.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF", "save its text first, for instance with pdftotext"),
    (b"PK\x03\x04", "a zip archive or an office document", "unpack it, or save it as plain text"),
    (b"\xd0\xcf\x11\xe0", "an office document", "save it as plain text"),
    (b"{\\rtf", "a rich-text document", "save it as plain text"),
    (b"\x1f\x8b", "gzip-compressed", "unpack it first"),
    (b"BZh", "bzip2-compressed", "unpack it first"),
    (b"\xfd7zXZ", "xz-compressed", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", "unpack it first"),
    (b"\x89PNG", "an image", "give the report's text"),
    (b"\xff\xd8\xff", "an image", "give the report's text"),
    (b"GIF8", "an image", "give the report's text"),
    (b"\x7fELF", "a program", "give the report's text"),
    (b"SQLite format 3", "a database", "export its texts as JSON Lines"),
    (b"WARC/", "a web archive", "give it under a name that ends in .warc"),
    (b"PAR1", "a Parquet table", "give it under a name that ends in .parquet"),
)
_BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes({*range(1, 32), 127} - {*b"\t\n\x0b\f\r\x1b"})
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


class Defaults(msgspec.Struct, frozen=True):
    """What the caller knows and a file may not say: each fills in a field that is absent."""

    published: str | None = None
    publisher: str | None = None
    title: str | None = None


class Decoded(NamedTuple):
    """Characters, and notes on the bytes that were none."""

    text: str
    notes: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """Bytes into text: UTF-8, any UTF with a byte order mark, else Windows-1252, else UTF-8 with U+FFFD.

    Raises:
        MalformedInput: the bytes are a document, an image, an archive, or binary.
    """
    refuse_binary(data)
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], name)
    if utf16 := _unmarked_utf16(data[:_HEAD_BYTES]):
        text, notes = _lenient(data, utf16)
        return Decoded(text, (f"no byte order mark: read as {utf16.upper()}", *notes))
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = _line_at(data, error.start)
    if not _UTF8_SEQUENCE.search(data):
        with contextlib.suppress(UnicodeDecodeError):
            western = data.decode("cp1252")
            return Decoded(western, (f"line {line} is not UTF-8: the file is read as Windows-1252",))
    return _lenient(data, "utf-8")


def refuse_binary(data: bytes) -> None:
    """Refuse what is plainly no text.

    Raises:
        MalformedInput: names what the bytes are, and what to do with them.
    """
    for signature, what, hint in _SIGNATURES:
        if data.startswith(signature):
            raise MalformedInput(f"this is {what}, not text", hint=hint)
    head = data[:_HEAD_BYTES]
    marked = any(head.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS)
    if marked or _unmarked_utf16(head):
        return
    # Of the other control characters text has tab, line ends, form feed, and escape in terminal captures.
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if head.count(0) > _BINARY_NULS * len(head) or controls > _BINARY_CONTROLS * len(head):
        raise MalformedInput("this looks like binary data, not text", hint="give the report as text")


def complete(report: Report, defaults: Defaults | None = None) -> Report:
    """Fill in what a report leaves out: first from the header of its text, then from `defaults`."""
    absent = {
        field
        for field in ("published", "publisher", "title", "url")
        if not (value := getattr(report, field)) or not value.strip()
    }
    if not absent:
        return report
    header = find_header(report.text)
    said: dict[str, str | None] = {
        "published": header.published,
        "publisher": " ".join(header.publisher.text.split()) if header.publisher else None,
        "title": header.title.text if header.title else None,
        "url": header.url.text if header.url else None,
    }
    if defaults is not None:
        for field in ("published", "publisher", "title"):
            said[field] = said[field] or getattr(defaults, field)
    filled = {field: value for field, value in said.items() if field in absent and value}
    if not filled:
        return report
    # The name of a report that came without one is made from its content, so it is made again.
    if report.id == f"r-{report.sha256[:16]}":
        filled["id"] = ""
    return msgspec.structs.replace(report, **filled)


def report_from_text(text: str, defaults: Defaults | None = None) -> Report:
    """A report from bare text; its header gives title, date and publisher, else `defaults` do."""
    return complete(Report(text=text), defaults)


def _lenient(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        note = f"line {line} holds bytes that are not {encoding.upper()}: they are replaced by U+FFFD"
        return Decoded(data.decode(encoding, "replace"), (note,))


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark shows as a NUL in every second byte."""
    if len(head) < 16:
        return None
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if odd > _UTF16_NULS and even < 0.02:
        return "utf-16-le"
    if even > _UTF16_NULS and odd < 0.02:
        return "utf-16-be"
    return None


def _line_at(data: bytes, offset: int) -> int:
    before = data[:offset]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


__all__ = [
    "Decoded",
    "Defaults",
    "complete",
    "decode",
    "parse_published",
    "refuse_binary",
    "report_from_text",
]
