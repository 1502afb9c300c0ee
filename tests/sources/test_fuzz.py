"""Whatever comes in, a reader of sources gives reports or our own errors.

Inputs are made by a seeded mutator from good ones of each form, so that a failure can be made again: the
number in its message is that of the input. 5,000 inputs a reader; FUZZ_INPUTS makes it more or fewer.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars
import pytest

from rashomon.errors import InputError
from rashomon.model import Report
from rashomon.sources import feeds, html, opml, warc
from rashomon.sources.columns import day_of, parse_map
from rashomon.sources.guard import Guard
from rashomon.sources.jsonl import read_document, read_lines
from rashomon.sources.tabular import read_csv, read_parquet
from rashomon.sources.text import decode
from rashomon.sources.urls import read_links

INPUTS = int(os.environ.get("FUZZ_INPUTS", "5000"))
TEXT = "The army left the town of Vrelo on Tuesday, the mayor said."
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Hill Courier</title>
<link>http://hill.example/</link><ttl>5</ttl><item><guid>1</guid><title>A &amp; B</title>
<link>/a?b=1</link><pubDate>Tue, 28 May 2019 10:00:00 +0200</pubDate><dc:creator>x</dc:creator>
<description><![CDATA[<p>{TEXT}</p><img src=x>]]></description></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/">
<title type="html">T</title><entry><id>urn:1</id><link href="b"/><updated>2019-05-28T10:00:00Z</updated>
<content type="html">&lt;b&gt;{TEXT}</content></entry></feed>"""
OPML = """<opml version='2.0'><body><outline text='N'>
<outline text='a' xmlUrl='http://a.example/' /></outline></body></opml>"""
PAGE = f"""<!doctype html><html><head><meta charset=utf-8><title>T</title>
<meta property="article:published_time" content="2019-05-28"></head><body><article><h1>T</h1>
<p>{TEXT}</p><p>{"Traders opened their stalls again when the soldiers had gone from the square. " * 4}</p>
<table><tr><td>x</table></article></body></html>"""
ROWS = [{"text": TEXT, "title": "T", "published": "2019-05-28", "id": 7}, {"text": "x", "url": "http://a/"}]
CSV = f'text,title,published\n"{TEXT}",T,20190528\n"two\nlines, ""quoted""",,\n'
GDELT = "\n".join(
    "\t".join(("1", "x", "20190528101500", f"http://a.example/{number}")) for number in range(4)
)
TOKENS = [
    b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"<", b">", b"&", b"&#xD800;",
    b"&#0;", b"&x;", b'"', b"'", b"\r\n", b"\r", b"\n\n", b"\t", b",", b";", b"<![CDATA[", b"]]>", b"<!--",
    b"-->", b"<?", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"{", b"}", b"[", b"]", b"\\u", b"\\ud800", b"-1",
    b"9" * 30, b"1e999", b"NaN", b"null", b"true", b"http://[", b"%00", b"encoding='utf-7'",
    b"Content-Length: -1\r\n", b"WARC/1.0\r\n", b"\x1f\x8b", b"PAR1", b"PK\x03\x04", "\u202e".encode(),
    b"\x1b[31m",
]  # fmt: skip


def record(body: str) -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}"
    return (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n"
        "WARC-Date: 2019-05-28T10:00:00Z\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n{http}\r\n\r\n"
    ).encode()


def parquet() -> bytes:
    target = io.BytesIO()
    polars.DataFrame({"text": [TEXT] * 3, "title": ["T", None, "U"], "id": [1, 2, 3]}).write_parquet(target)
    return target.getvalue()


def zipped(data: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
    return target.getvalue()


def mutated(seeds: list[bytes], number: int) -> bytes:
    """Input `number` made of `seeds`: always the same."""
    chance = random.Random(number)
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 8))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 4, 16, 64, 300)))
        match chance.randrange(8):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:at] = data[at:end] * chance.choice((1, 2, 50))
            case 2:
                data[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 100))
            case 3:
                data[at:end] = chance.randbytes(end - at)
            case 4 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 5:
                data = data[:at]
            case 6:
                other = chance.choice(seeds)
                data[at:end] = other[chance.randrange(len(other) + 1) :][:500]
            case _:
                data[at:end] = chance.choice(TOKENS)
    if chance.random() < 0.03:
        data = bytearray(
            bytes(data).decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32", "utf-7")))
        )
    return bytes(data)


def fuzz(seeds: list[str | bytes], read: Callable[[bytes], object]) -> None:
    """Read every input: reports and our own errors are all that may come of it. Some must be read."""
    good = 0
    made = [seed.encode() if isinstance(seed, str) else seed for seed in seeds]
    for number in range(INPUTS):
        data = mutated(made, number)
        try:
            read(data)
            good += 1
        except InputError as error:
            assert str(error) and error.what
        except BaseException as error:
            raise AssertionError(f"input {number}: {type(error).__name__}: {error}") from error
    assert good > INPUTS // 50


def reports(rows: Iterator[object]) -> None:
    for row in rows:
        error, report = getattr(row, "error", None), getattr(row, "report", None)
        assert isinstance(report, Report) != isinstance(error, InputError)
        assert report is None or isinstance(report.text, str)


def test_feeds() -> None:
    fuzz([RSS, ATOM], lambda data: feeds.parse_feed(data, url="http://a.example/", charset="latin-1"))


def test_lists_of_feeds() -> None:
    fuzz([OPML, "http://a.example/\n# x\n"], opml.read_subscriptions)


def test_pages() -> None:
    fuzz([PAGE], html.extract)


def test_texts() -> None:
    fuzz([TEXT, CSV, PAGE], decode)


def test_json() -> None:
    lines = "\n".join(map(json.dumps, ROWS))
    mapping = {"text": "text", "title": "a.b"}
    fuzz([lines], lambda data: reports(read_lines(io.BytesIO(data), 500)))  # type: ignore[arg-type]
    fuzz([json.dumps(ROWS)], lambda data: reports(read_document(data, 500, columns=mapping)))  # type: ignore[arg-type]


def test_csv() -> None:
    columns = parse_map("text=text")
    fuzz([CSV], lambda data: reports(read_csv(io.BytesIO(data), 500, columns)))  # type: ignore[arg-type]


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        reports(read_parquet(path, 500))  # type: ignore[arg-type]

    fuzz([parquet()], read)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_archives(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a.warc"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        for found in warc.read_records(path):
            assert isinstance(found, warc.Record | warc.Close)

    fuzz([pack(record(PAGE)) + pack(record("x"))], read)


def test_lists_of_links(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "a.zip"]

    def read(data: bytes) -> None:
        path = paths[data[:2] == b"PK"]
        path.write_bytes(data)
        for link in read_links(path):
            assert link.url.lower().startswith("http")

    fuzz([GDELT, "url,x\nhttp://a.example/,1\n", "http://a.example/\n", zipped(GDELT)], read)


def test_links() -> None:
    fuzz(
        ["http://93.184.215.14:8080/a?b#c", "https://a.example/"],
        lambda data: Guard().check_url(data.decode("latin-1")),
    )


def test_mappings() -> None:
    fuzz(["text=a,title=b", "url = x y"], lambda data: parse_map(data.decode("latin-1")))


def test_days() -> None:
    fuzz(["20190528101500", "28 May 2019", "1559044800"], lambda data: day_of(data.decode("latin-1")))


BEFORE, AFTER = "The clerk of Vrelo wrote it down.", "The bridge of Dol was opened again."


def between(
    read: Callable[[bytes], list[str]], seed: bytes, first: bytes, last: bytes, head: bytes = b""
) -> None:
    """Whatever stands between two good lines, both are read."""
    for number in range(INPUTS):
        bad = mutated([seed], number)
        if bad.startswith((b"\xff\xfe", b"\xfe\xff")):  # this would be another encoding, of the whole
            continue
        found = read(head + first + b"\n" + bad + b"\n" + last + b"\n")
        assert found[:1] == [BEFORE] and found[-1:] == [AFTER], number


def texts(rows: Iterator[object]) -> list[str]:
    return [report.text for row in rows if (report := getattr(row, "report", None)) is not None]


def test_good_lines_of_json_are_read_whatever_stands_between() -> None:
    first, last = (json.dumps({"text": words}).encode() for words in (BEFORE, AFTER))
    between(lambda data: texts(read_lines(io.BytesIO(data), 500)), json.dumps(ROWS[0]).encode(), first, last)  # type: ignore[arg-type]


def test_good_rows_of_a_table_are_read_whatever_stands_between() -> None:
    between(
        lambda data: texts(read_csv(io.BytesIO(data), 500)),  # type: ignore[arg-type]
        f'"{TEXT}",T,20190528'.encode(),
        f"{BEFORE},T,20190528".encode(),
        f"{AFTER},T,20190528".encode(),
        b"text,title,published\n",
    )


def test_good_links_are_read_whatever_stands_between(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    first, last = (f"http://{name}.example/" for name in ("first", "last"))

    def read(data: bytes) -> list[str]:
        path.write_bytes(data)
        names = {first: BEFORE, last: AFTER}
        return [names.get(link.url, "") for link in read_links(path)]

    # what a list is, most of its first lines say
    good = "".join(f"{first}\n" if not at else f"http://{at}.example/\n" for at in range(50))
    between(read, b"http://a.example/x?y=1", b"http://more.example/", last.encode(), good.encode())


def test_good_records_are_read_whatever_stands_between(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    first, last = (
        gzip.compress(record(PAGE).replace(b"http://a.example/", f"http://{name}.example".encode(), 1))
        for name in ("b", "c")
    )
    for number in range(INPUTS // 10):
        path.write_bytes(first + mutated([gzip.compress(record(PAGE))], number) + last)
        found = [each.url for each in warc.read_records(path) if isinstance(each, warc.Record)]
        assert found[:1] == ["http://b.example"] and found[-1:] == ["http://c.example"], number
