"""Feeds: RSS and Atom as entries, and entries as reports.

feedparser reads whatever publishers send; it does so in a child process under limits (see `child.py`), and it
is given bytes that are surely UTF-8, hold no declared entities, and are not too many (see `markup.py`).
`python -m rashomon.sources.feeds` is that child: it is given a `_Request` and answers a `Feed`, as JSON.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from html import unescape
from urllib.parse import urljoin

import msgspec

from rashomon.errors import MalformedInput, TextTooLong
from rashomon.sources.child import Pool, serve
from rashomon.sources.markup import xml_text

MAX_FEED_BYTES = 8 * 2**20
MAX_ENTRIES = 2_000
_HINT = "open the address in a browser: is it a feed?"
_HTML = re.compile(
    r"(?:<!--.{0,2000}?-->\s*){0,3}<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_ALTERNATE = re.compile(r"<link\b[^>]{0,500}?application/(?:rss|atom)\+xml[^>]{0,500}>", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)


class Entry(msgspec.Struct, frozen=True):
    """One entry of a feed.

    `key` is made of everything that the entry says: one that is revised gets a new one. `id` is the
    publisher's own, else the link. `published` is an ISO date or date-time, with its offset where the feed
    gives one. `content` is all the text that the feed carries, `summary` what it gives as a summary; both
    plain text with a blank line between paragraphs. `source` is the outlet that the entry was taken from, if
    it says so.
    """

    key: str
    id: str
    link: str | None = None
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    summary: str = ""
    content: str = ""
    source: str | None = None
    dated: str | None = None

    @property
    def words(self) -> str:
        """The fullest text that the feed itself has."""
        return max(self.content, self.summary, key=len)


class Feed(msgspec.Struct, frozen=True):
    """A feed as it was read: entries in its order. `ttl`: seconds that it asks to be kept, if it does."""

    title: str | None = None
    link: str | None = None
    entries: tuple[Entry, ...] = ()
    ttl: int | None = None
    notes: tuple[str, ...] = ()


class _Request(msgspec.Struct):
    data: str
    url: str


def parse_feed(data: bytes, *, url: str = "", charset: str | None = None) -> Feed:
    """A feed from its bytes.

    Args:
        data: as they came.
        url: where from; links that are relative are taken from there.
        charset: what the server called its character set.

    Raises:
        EmptyText: there is nothing in it.
        TextTooLong: it is over 8 MB.
        MalformedInput: it is a web page, declares entities, is no feed, or broke a limit of time or memory.
    """
    if len(data) > MAX_FEED_BYTES:
        raise TextTooLong(f"the feed is over the limit of {MAX_FEED_BYTES >> 20} MB")
    text, notes = xml_text(data, charset)
    if _HTML.match(text):
        raise MalformedInput("this is a web page, not a feed", hint=_named_feed(text, url) or _HINT)
    answer = _pool().ask(msgspec.json.encode(_Request(text, url)))
    feed = msgspec.json.decode(answer, type=Feed | None)
    if feed is None:
        raise MalformedInput("this is no RSS and no Atom", hint=_HINT)
    if not feed.entries:
        notes += ("the feed holds no entry",)
    return msgspec.structs.replace(feed, notes=notes + feed.notes)


def _named_feed(page: str, url: str) -> str | None:
    found = _ALTERNATE.search(page[:200_000])
    link = _HREF.search(found[0]) if found else None
    if link is None:
        return None
    with contextlib.suppress(ValueError):  # what cannot be joined is given as it stands
        return f"the page names this feed: {urljoin(url, unescape(link[1]))[:200]}"
    return f"the page names this feed: {link[1][:200]}"


def stop() -> None:
    """End the children, whatever they are at; the next feed gets a new one."""
    if _pool.cache_info().currsize:
        _pool().stop()


@cache
def _pool() -> Pool:
    return Pool("rashomon.sources.feeds", "the feed", _HINT, most=2)


# ---- what runs in the child ----


def _prepare() -> None:
    import feedparser  # noqa: F401
    import lxml.html  # noqa: F401


def _answer(request: bytes) -> Iterator[bytes]:
    from rashomon.sources.feed_entries import read_feed

    asked = msgspec.json.decode(request, type=_Request)
    yield msgspec.json.encode(read_feed(asked.data, asked.url, MAX_ENTRIES))


if __name__ == "__main__":
    sys.exit(serve(_answer, _prepare))
