"""Text made to hold whoever reads it: what is read outside the child processes takes time in proportion to
its length, whatever it is. Processor time is measured, so a busy machine does not matter."""

from __future__ import annotations

import contextlib
import io
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rashomon.errors import InputError
from rashomon.knowledge.publishers import profile
from rashomon.model import Report
from rashomon.sources import arrivals, jsonl, opml, tabular
from rashomon.sources.articles import plain_link, sane_date, wall_of
from rashomon.sources.columns import day_of, parse_map
from rashomon.sources.feeds import _HTML, _named_feed
from rashomon.sources.guard import printable_url
from rashomon.sources.html import Page, decode_page
from rashomon.sources.markup import xml_text
from rashomon.sources.text import complete, decode, parse_published, refuse_binary
from rashomon.sources.urls import read_links

SIZE = 1 << 17
SECONDS = 1.5  # of processor time; what is in proportion takes some hundredths, or a second for 60,000 errors
TRIES = 3  # neighbours that fill the caches cost processor time too: the best of so many counts
PIECES = [
    "<!--", "-->", "<", ">", "<link ", "<meta ", "<?xml ", "<!DOCTYPE x ", "<!DOCTYPE x \"",
    "<!DOCTYPE x [", "charset=", "<link application/rss+xml", "href=", "isAccessibleForFree",
    "'isAccessibleForFree' : ", " ", "\n", "\t", "\r", "\r\n", "\n\n", " \n", "a", "a ", "1", "1 ",
    "12 May ", "2019-", "2019-05-28T", "Tue, ", ",", "\"", "\"\"", "\"\n", "',", ";", "|", "\\",
    "\\u", "{", "[", "{\"a\":", "[[", "]", "//", "http://", "http://a@", "@", "?a=1&", "&", "&amp;",
    "#", "%", "...", "\u2026", "read more", "subscribe to ", "to continue ", "Title: ", "Date: ",
    "Title: x\n", "By ", "\x00", "\xff", "\xed\xa0\x80", "\u202e", "\u0301", "=", "-",
    "(Reuters) - ", "VRELO, ", "A. ", ": ", "utm_", "<rss", "<outline ",
    "<outline xmlUrl='http://a/'/>", "<opml>", "<html>", "<p>", "<![CDATA[", "\n#",
    "http://a.example/\n",
]  # fmt: skip
ENDS = ["", "!"]


def as_file(tmp_path: Path, name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        path = tmp_path / name
        path.write_bytes(data)
        return [*arrivals([path], max_chars=1_000)]

    return read


def links(tmp_path: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        path = tmp_path / "links.txt"
        path.write_bytes(data)
        return [*read_links(path)]

    return read


def text_of(function: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: function(data.decode("utf-8", "replace"))


def readers(tmp_path: Path) -> dict[str, Callable[[bytes], object]]:
    return {
        "decode": decode,
        "refuse_binary": refuse_binary,
        "xml_text": xml_text,
        "decode_page": decode_page,
        "feed or page": text_of(_HTML.match),
        "the feed that a page names": text_of(lambda text: _named_feed(text, "http://a.example/")),
        "wall": lambda data: wall_of(Page("x"), data, ""),
        "wall in a text": text_of(
            lambda text: wall_of(Page(text[:599]), text.encode("utf-8", "replace"), "")
        ),
        "header": text_of(lambda text: complete(Report(text=text))),
        "published": text_of(parse_published),
        "sane_date": text_of(lambda text: sane_date(text, datetime(2024, 5, 6, tzinfo=UTC))),
        "day_of": text_of(day_of),
        "parse_map": text_of(parse_map),
        "link": text_of(lambda text: plain_link("http://a.example/?" + text)),
        "printable link": text_of(lambda text: printable_url("http://" + text)),
        "publisher": text_of(profile),
        "json": lambda data: deque(jsonl.read_lines(io.BytesIO(data), 1_000), 0),
        "csv": lambda data: deque(
            tabular.read_csv(io.BufferedReader(io.BytesIO(b"text,title\n" + data)), 1_000), 0
        ),
        "opml": opml.read_subscriptions,
        "links": links(tmp_path),
        "a text of unknown form": as_file(tmp_path, "a"),
    }


def least(read: Callable[[bytes], object], data: bytes) -> float:
    """Seconds of processor time, tried again only where they are many."""
    took = float("inf")
    for _ in range(TRIES):
        begun = time.process_time()
        with contextlib.suppress(InputError):
            read(data)
        took = min(took, time.process_time() - begun)
        if took <= SECONDS:
            break
    return took


@pytest.mark.parametrize("name", readers(Path()))
def test_time_is_in_proportion(name: str, tmp_path: Path) -> None:
    read = readers(tmp_path)[name]
    slow = []
    for piece in PIECES:
        for end in ENDS:
            data = (piece * (SIZE // len(piece)))[:SIZE].encode("utf-8", "surrogatepass") + end.encode()
            took = least(read, data)
            if took > SECONDS:
                slow.append(f"{piece[:12]!r} and {end!r}: {took:.2f} s")
    assert not slow, slow
