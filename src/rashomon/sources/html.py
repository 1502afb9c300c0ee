"""Web pages: the main text, title, date and site name, taken out by trafilatura in a child process.

A hostile page can hold an extractor for a minute or fill memory (ten megabytes of `<p>`, one tag with 200,000
attributes). So a page has a size limit, and a child does the work under limits of processor time, memory and
wall time; when it breaks one it is ended, the page is refused, and the next page gets a new child. The child
lives on between pages, since its imports cost more than a page does.

`python -m rashomon.sources.html` is that child (see `child.py`): it is given the page in UTF-8, and answers a
`Page` as JSON.
"""

from __future__ import annotations

import codecs
import contextlib
import re
import sys
from collections.abc import Iterator
from functools import cache

import msgspec

from rashomon.errors import EmptyText, TextTooLong
from rashomon.sources.child import Pool, serve
from rashomon.sources.text import Decoded, decode, refuse_binary

MAX_PAGE_BYTES = 2 * 2**20
_HINT = "save the article's text and give that"
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4_096


class Page(msgspec.Struct, frozen=True):
    """What a page says. `text` has one blank line between paragraphs; the headline is left out of it."""

    text: str
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None


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
            hint=_HINT,
        )
    text, notes = decode_page(data)
    page = msgspec.json.decode(_pool().ask(text.encode("utf-8", "replace")), type=Page | None)
    if page is None or not page.text.strip():
        raise EmptyText("the page has no article text", hint=_HINT)
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


def stop() -> None:
    """End the children, whatever they are at; the next page gets a new one."""
    if _pool.cache_info().currsize:
        _pool().stop()


@cache
def _pool() -> Pool:
    return Pool("rashomon.sources.html", "the page", _HINT, most=2)


# ---- what runs in the child ----


def _prepare() -> None:
    import trafilatura  # noqa: F401


def _answer(page: bytes) -> Iterator[bytes]:
    yield msgspec.json.encode(_take_apart(page.decode("utf-8", "replace")))


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


if __name__ == "__main__":
    sys.exit(serve(_answer, _prepare))
