"""XML as it comes, as text that a parser may see: decoded, without forbidden characters, without entities.

Feeds and OPML lie about their encoding, hold control characters, and may declare entities that unfold into
gigabytes or name files of this machine. Nobody's news needs a declared entity, so a document with one is
refused before any parser sees it.
"""

from __future__ import annotations

import codecs
import contextlib
import re

from rashomon.errors import EmptyText, MalformedInput
from rashomon.sources.text import Decoded, decode, refuse_binary

_DECLARED = re.compile(
    rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']", re.IGNORECASE
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,300}\?>", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PROLOG = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"""<!\s*DOCTYPE(?:"[^"]*"|'[^']*'|[^>\["'])*+(\[)?""", re.IGNORECASE)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def xml_text(data: bytes, charset: str | None = None) -> Decoded:
    """The characters of an XML document, without its XML declaration, and notes on what was not as it should
    be.

    Args:
        data: the document as it came.
        charset: what the server called its character set; counts after a byte order mark and the document's
            own word.

    Raises:
        EmptyText: there is nothing in it.
        MalformedInput: it is no text, or it declares entities.
    """
    if not data.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise EmptyText("it is empty")
    text, notes = _decode(data, charset)
    text = text.lstrip("\ufeff").lstrip()
    text = text[match.end() :].lstrip() if (match := _DECLARATION.match(text)) else text
    text, count = _FORBIDDEN.subn(" ", text)
    if count:
        notes += (f"{count:,} characters that XML forbids are read as blanks",)
    _refuse_entities(text)
    return Decoded(text, notes)


def _decode(data: bytes, charset: str | None) -> Decoded:
    refuse_binary(data)
    declared = _DECLARED.match(data[:400])
    names = [declared[1].decode("ascii")] if declared else []
    for name in (*names, charset or ""):
        if data.startswith(_MARKS) or not name:
            continue
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            # Codecs in which a bracket is not one byte (UTF-7, EBCDIC, "zip") would hide what is looked for.
            if codecs.lookup(name)._is_text_encoding and _keeps_ascii(name):
                text = data.decode(name, "replace")
                bad = "\ufffd" in text and b"\xef\xbf\xbd" not in data
                if bad and not names:
                    break
                return Decoded(text, (f"bytes that are not {name} are replaced by U+FFFD",) if bad else ())
    return decode(data)


def _keeps_ascii(name: str) -> bool:
    plain = "".join(map(chr, range(32, 127)))
    return plain.encode(name) == plain.encode() and b"+ADw-".decode(name) == "+ADw-"


def _refuse_entities(text: str) -> None:
    at = 0
    while match := _PROLOG.match(text, at):
        at = match.end()
    doctype = _DOCTYPE.match(text, at)
    if doctype and doctype[1]:
        raise MalformedInput(
            "it declares entities of its own, as attacks do: nothing of it is read",
            hint="ask its publisher for a feed without a DTD",
        )
