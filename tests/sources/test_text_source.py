from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rashomon.errors import MalformedInput
from rashomon.model import Report
from rashomon.sources.text import Defaults, complete, decode, report_from_text

WORDS = "Żołnierze left Čabra\r\non Tuesday.\n"


@pytest.mark.parametrize(
    "data",
    [
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        WORDS.encode("utf-16"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        WORDS.encode("utf-32"),
    ],
)
def test_every_utf_is_read_as_it_is(data: bytes) -> None:
    assert decode(data) == (WORDS, ())


def test_utf16_without_its_mark_is_read_with_a_note() -> None:
    text, notes = decode("The army left the town on Tuesday.".encode("utf-16-le"))
    assert text == "The army left the town on Tuesday."
    assert "UTF-16" in notes[0]


def test_western_bytes_are_read_with_a_note_that_names_the_line() -> None:
    text, notes = decode("The army left.\nThe café – “shut” – stayed.\n".encode("cp1252"))
    assert text == "The army left.\nThe café – “shut” – stayed.\n"
    assert notes == ("line 2 is not UTF-8: the file is read as Windows-1252",)


def test_broken_utf8_is_replaced_with_a_note_that_names_the_line() -> None:
    text, notes = decode("Čabra\nČabra ".encode() + b"\xff\xfe left\n")
    assert text == "Čabra\nČabra \ufffd\ufffd left\n"
    assert notes == ("line 2 holds bytes that are not UTF-8: they are replaced by U+FFFD",)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n%...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\x1f\x8b\x08....", "gzip"),
        (b"WARC/1.0\r\n", "web archive"),
        (b"ab\x00\x00\x00\x01\x00\x00cd", "binary"),
    ],
)
def test_what_is_no_text_is_refused_by_name(data: bytes, word: str) -> None:
    with pytest.raises(MalformedInput, match=word) as caught:
        decode(data)
    assert caught.value.hint


@given(st.binary(max_size=300))
def test_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except MalformedInput:
        return
    text.encode("utf-8")  # no lone surrogates come out


def test_header_fills_what_is_absent_and_defaults_fill_the_rest() -> None:
    text = "Army leaves town\n\nPublished: 28 May 2019\n\nThe army left.\n"
    report = report_from_text(text, Defaults(published="2001-01-01", publisher="Hill Courier", title="Other"))
    assert (report.title, report.published, report.publisher) == (
        "Army leaves town",
        "2019-05-28",
        "Hill Courier",
    )
    assert report.text == text
    assert report.id == Report(text, "2019-05-28", "Hill Courier", "Army leaves town").id


def test_what_a_report_says_is_not_overruled() -> None:
    report = Report(
        text="date 2019-05-28 Men at a gate.\n\nThe army left.", published="2020-01-01", id="mine"
    )
    assert complete(report, Defaults(published="1999-01-01")) is not None
    completed = complete(report, Defaults(publisher="Hill Courier"))
    assert (completed.published, completed.id, completed.publisher) == ("2020-01-01", "mine", "Hill Courier")


def test_nothing_is_invented() -> None:
    report = report_from_text("The army left the town in May 2019, on a Tuesday.")
    assert (report.published, report.publisher, report.title, report.url) == (None, None, None, None)


def test_bytes_of_every_kind_are_no_text() -> None:
    with pytest.raises(MalformedInput, match="binary"):
        decode(bytes((i * 7919 + i // 3) % 256 for i in range(5000)))
