"""Tables, archives and lists of links."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars
import pytest
from source_web import web

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong
from rashomon.model import Report
from rashomon.sources import Arrival, Defaults, arrivals
from rashomon.sources.columns import ColumnMap, day_of, parse_map
from rashomon.sources.urls import Link, fetch_links, read_links
from rashomon.sources.visit import Visitor
from rashomon.sources.watch_state import MemoryState

TEXT = "The army left the town of Vrelo on Tuesday."
ROW = {"body": TEXT, "headline": "Army leaves", "date": "20190528", "source": "Hill Courier", "nr": "7"}


def found(path: Path, mapping: str | None = None, max_chars: int = 1000) -> list[Arrival]:
    columns = parse_map(mapping) if mapping else None
    return list(
        arrivals([path], max_chars=max_chars, columns=columns, defaults=Defaults(publisher="Default"))
    )


def told(report: Report | None) -> tuple[str | None, ...]:
    assert report is not None
    return report.text, report.title, report.published, report.publisher, report.id


EXPECTED = (TEXT, "Army leaves", "2019-05-28", "Hill Courier", "7")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "semicolon.csv", "utf16.csv", "bom.csv", "noname"])
def test_csv(tmp_path: Path, name: str) -> None:
    comma = {"a.tsv": "\t", "semicolon.csv": ";"}.get(name, ",")
    encoding = {"utf16.csv": "utf-16", "bom.csv": "utf-8-sig"}.get(name, "utf-8")
    lines = [comma.join(ROW), comma.join(f'"{value}"' for value in ROW.values())]
    (tmp_path / name).write_bytes("\r\n".join(lines).encode(encoding))
    (entry,) = found(tmp_path / name, "id=nr")
    assert told(entry.report) == EXPECTED


def test_csv_rows_that_are_wrong_cost_only_themselves(tmp_path: Path) -> None:
    good = f'"{TEXT}",x\n'
    rows = [
        "text,title\n", good, '"not closed,x\n', good, "\n", f"{'y' * 200_000},x\n", ",only a title\n",
        '"two\nlines",x,too,many\n',
    ]  # fmt: skip
    path = tmp_path / "a.csv"
    path.write_bytes("".join(rows).encode() + b"b\xff\x00d text,x\n" + good.encode())
    entries = found(path)
    wrong = [(entry.where.rpartition(":")[2], type(entry.error)) for entry in entries if entry.error]
    assert wrong == [("3", MalformedInput), ("6", TextTooLong), ("7", EmptyText)]
    texts = [entry.report.text for entry in entries if entry.report]
    assert texts == [TEXT, TEXT, "two\nlines", "b\ufffd\x00d text", TEXT]


def test_a_quote_left_open_at_the_end_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'text,title\n"open,x\n{TEXT},b\n{TEXT},c\n')
    entries = found(path)
    assert [type(entry.error) for entry in entries] == [MalformedInput, type(None), type(None)]
    assert "quote" in str(entries[0].error) and entries[0].where.endswith(":2")


def test_json_lines_with_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first = {"article": {"body": TEXT, "when": "2019-05-28"}, "text": 3, "nr": 7}
    path.write_text(json.dumps(first) + '\n{"article": 1}\n[1]\n{')
    entries = found(path, "text=article.body,published=article.when,id=nr")
    assert told(entries[0].report) == (TEXT, None, "2019-05-28", "Default", "7")
    assert [type(entry.error) for entry in entries[1:]] == [MalformedInput] * 3
    assert "article.body" in str(entries[1].error)


def test_parquet(tmp_path: Path) -> None:
    frame = polars.DataFrame(
        {
            "body": [TEXT, None, "x" * 5_000, TEXT],
            "headline": ["Army leaves", "Only this", "T", None],
            "date": [datetime.date(2019, 5, 28)] * 4,
            "source": ["Hill Courier", None, None, None],
            "nr": [7, 8, 9, 10],
            "list": [[1], [2], None, []],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    entries = found(tmp_path / "a.parquet", "id=nr,story=list")
    assert told(entries[0].report) == EXPECTED
    assert [type(entry.error) for entry in entries] == [type(None), EmptyText, TextTooLong, type(None)]
    data = (tmp_path / "a.parquet").read_bytes()
    stream = io.BytesIO(data)
    (first, *_) = arrivals(["-"], max_chars=1000, standard_input=stream)
    assert first.report is not None and first.report.text == TEXT
    for number, broken in enumerate((data[:-50], data[:100], b"PAR1", data[:200] + bytes(50) + data[250:])):
        path = tmp_path / f"broken{number}.parquet"
        path.write_bytes(broken)
        assert any(isinstance(entry.error, InputError) for entry in found(path)), number


def test_columns_are_asked_for_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kind,words\n1,2\n")
    (entry,) = found(path)
    assert "--map text=COLUMN" in str(entry.error) and "kind, words" in str(entry.error)
    (entry,) = found(path, "text=word")
    assert "no column called 'word'" in str(entry.error)
    (entry,) = found(path, "text=words")
    assert entry.report is not None and entry.report.text == "2"
    assert ColumnMap().resolve(["Date", "Article Text", "date"])["text"] == "Article Text"


@pytest.mark.parametrize("written", ["text", "text=", "words=a", "text=a,text=b", "=a"])
def test_a_mapping_that_makes_no_sense_says_so(written: str) -> None:
    with pytest.raises(InputError):
        parse_map(written)
    assert parse_map("text = a b , url=u,").columns == {"text": "a b", "url": "u"}


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("20190528", "2019-05-28"), ("20190528101500", "2019-05-28"), (20190528, "2019-05-28"),
        ("1559044800", "2019-05-28T12:00:00Z"), (1559044800000, "2019-05-28T12:00:00Z"),
        ("28 May 2019", "2019-05-28"), (datetime.date(2019, 5, 28), "2019-05-28"),
        ("20191399", None), ("", None), (True, None), (None, None), ("9" * 400, None), (float("nan"), None),
        (float("inf"), None), (-5, None), ("٢٠١٩٠٥٢٨", None),
    ],
)  # fmt: skip
def test_days_in_cells(value: object, day: str | None) -> None:
    assert day_of(value) == day


PAGE = (
    "<html><head><title>Army leaves</title></head><body><article>"
    f"<p>{(TEXT + ' ') * 9}</p></article></body></html>"
)
HILL = "http://hill.example"


def record(
    body: bytes, kind: str = "response", url: str = f"{HILL}/a", mime: str = "application/http"
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2019-05-28T10:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{len(body):032x}>\r\nContent-Type: {mime}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def http(body: bytes, *headers: str, status: int = 200, mime: str = "text/html; charset=utf-8") -> bytes:
    told = "\r\n".join((f"HTTP/1.1 {status} OK", f"Content-Type: {mime}", *headers))
    return f"{told}\r\n\r\n".encode() + body


def archive(tmp_path: Path, data: bytes, name: str = "a.warc") -> list[Arrival]:
    (tmp_path / name).write_bytes(data)
    return found(tmp_path / name, max_chars=100_000)


GOOD = record(http(PAGE.encode()))


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "noname", "packed"])
def test_archives(tmp_path: Path, name: str) -> None:
    packed = name in {"a.warc.gz", "packed"}
    page = PAGE.encode()
    chunks = b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (page[:5], len(page) - 5, page[5:])
    records = [
        record(b"software: x\r\n", "warcinfo", mime="application/warc-fields"),
        GOOD,
        record(http(b"\x89PNG", mime="image/png")),
        record(http(b"gone", status=404)),
        record(http(b"<html><body></body></html>"), url=f"{HILL}/list"),
        record(http(gzip.compress(page), "Content-Encoding: gzip"), url=f"{HILL}/b"),
        record(http(chunks, "Transfer-Encoding: chunked"), url=f"{HILL}/c"),
        record(TEXT.encode(), "conversion", mime="text/plain", url="http://www.reuters.com/d"),
    ]
    entries = archive(tmp_path, b"".join(map(gzip.compress, records)) if packed else b"".join(records), name)
    reports = [entry.report for entry in entries if entry.report]
    urls = [*(f"{HILL}/{x}" for x in "abc"), "http://www.reuters.com/d"]
    assert [report.url for report in reports] == urls
    assert all(report.text.startswith(TEXT) for report in reports)
    assert [report.publisher for report in reports][-2:] == ["Default", "Reuters"]
    assert [entry.error for entry in entries if entry.error] == []
    assert entries[-1].notes == (
        "records that are no pages, passed over: 3",
        "pages without an article, passed over: 1",
    )


def test_a_damaged_member_costs_itself(tmp_path: Path) -> None:
    member = gzip.compress(GOOD)
    broken = member[:60] + bytes(40) + member[100:]
    entries = archive(tmp_path, member + broken + member + broken + member, "a.warc.gz")
    assert sum(entry.report is not None for entry in entries) == 3
    errors = [str(entry.error) for entry in entries if entry.error]
    assert len(errors) == 2 and all("read in part" in error for error in errors)
    entries = archive(tmp_path, GOOD + b"garbage\r\n" * 50 + GOOD)
    assert sum(entry.report is not None for entry in entries) == 2
    assert any("damaged" in str(entry.error) for entry in entries)


@pytest.mark.parametrize("cut", [60, 200, 400])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_that_is_cut_short_is_read_as_far_as_it_goes(
    tmp_path: Path, cut: int, pack: Callable[[bytes], bytes]
) -> None:
    second = pack(GOOD)
    first, *rest = archive(tmp_path, second + second[: -min(cut, len(second) // 2)])
    assert first.report is not None and first.notes == ()
    for entry in rest:
        whole = entry.report is not None and entry.report.text == first.report.text
        assert not whole or any("cut short" in note for note in entry.notes)
        assert entry.error is not None or entry.notes


def test_archives_that_are_bombs_end_soon(tmp_path: Path) -> None:
    zeros = bytes(150 << 20)
    hostile = [
        gzip.compress(record(http(zeros)), 1),
        gzip.compress(b"WARC/1.0\r\n" + zeros, 1),
        record(http(gzip.compress(zeros, 1), "Content-Encoding: gzip")),
        gzip.compress(b"WARC/1.0\r\n" + b"a: b\r\n" * 3_000_000, 1),
    ]
    for data in hostile:
        entries = archive(tmp_path, data + gzip.compress(GOOD), "a.warc.gz")
        assert [entry.report for entry in entries if entry.report and TEXT not in entry.report.text] == []


GDELT = "\t".join(["1", "20190528", *[""] * 57, "20190528101500", "{}"])


def links(tmp_path: Path, data: bytes, name: str = "list.txt") -> list[Link]:
    (tmp_path / name).write_bytes(data)
    return list(read_links(tmp_path / name))


def test_lists_of_links(tmp_path: Path) -> None:
    urls = [f"http://hill.example/{x}" for x in "ab"]
    plain = "# mine\n\nhttp://hill.example/a\nnot a link\nhttp://hill.example/a\n  http://hill.example/b  \n"
    assert [link.url for link in links(tmp_path, plain.encode())] == urls
    gdelt = "\n".join(GDELT.format(url) for url in (*urls, urls[0])).encode()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x.CSV", gdelt)
    for name, data in (("x.CSV", gdelt), ("x.CSV.zip", zipped.getvalue())):
        rows = links(tmp_path, data, name)
        assert [link.url for link in rows] == urls and rows[0].found == "2019-05-28"
        assert rows[1].where.endswith(":2")
    named = b'id,SOURCEURL,DATEADDED\n1,"http://hill.example/a,x",20190528\n2,,\n'
    assert links(tmp_path, named) == [
        Link("http://hill.example/a,x", f"{tmp_path / 'list.txt'}:2", "2019-05-28")
    ]
    for bad in (b"", b"a,b\n1,2\n", b"PK\x03\x04", b"\x00" * 100):
        with pytest.raises(InputError):
            links(tmp_path, bad)
        with pytest.raises(InputError):
            links(tmp_path, bad, "x.zip")
    with pytest.raises(InputError):
        list(read_links(tmp_path / "none"))


def test_lists_of_links_are_fetched_once(tmp_path: Path) -> None:
    reports: list[Report] = []
    notes: list[str] = []
    errors: list[InputError] = []
    done = MemoryState()

    async def go(visitor: Visitor, given: list[Link]) -> int:
        async with visitor:
            return await fetch_links(
                given, reports.append, visitor, done, on_error=errors.append,
                on_note=lambda where, note: notes.append(note),
            )  # fmt: skip

    with web() as served:
        served.pages = {"/a": PAGE, "/b": (503, {}, b""), "/c": "<html></html>"}
        given = [Link(served.url(path), "list:1", "2019-05-28") for path in ("/a", "/b", "/c", "/d")]
        for count in (1, 0):
            visitor = Visitor(guard=served.guard, between=0.0, attempts=1)
            assert asyncio.run(go(visitor, given)) == count
        assert [path for path in served.paths() if path != "/robots.txt"] == ["/a", "/b", "/c", "/d", "/b"]
    assert reports[0].published == "2019-05-28" and reports[0].text.startswith(TEXT)
    assert any("that of the list" in note for note in notes) and len(errors) == 4
