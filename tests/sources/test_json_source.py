from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rashomon.errors import EmptyText, InputError, MalformedInput, TextTooLong
from rashomon.sources.jsonl import Row, read_document, read_lines, report_from_fields, report_from_json
from rashomon.sources.text import Defaults


def rows(data: bytes, max_chars: int = 1000) -> list[Row]:
    return list(read_lines(io.BytesIO(data), max_chars))


def test_all_fields_come_through() -> None:
    fields = {
        "id": "a/1", "title": "Army leaves", "text": "The army left.", "published": "2019-05-28",
        "publisher": "Hill", "url": "https://hill.example", "story": "exit", "language": "en",
        "unknown": [1, {"a": None}],
    }  # fmt: skip
    report, notes = report_from_json(json.dumps(fields))
    assert notes == ()
    assert {name: getattr(report, name) for name in fields if name != "unknown"} == {
        name: value for name, value in fields.items() if name != "unknown"
    }


def test_numbers_are_good_names() -> None:
    report, _ = report_from_json('{"id": 7, "story": 12, "text": "The army left."}')
    assert (report.id, report.story) == ("7", "12")


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ('{"text": "The army le', MalformedInput, "cut short"),
        ('{"text": "The army left."} {}', MalformedInput, "not valid JSON"),
        ("The army left.", MalformedInput, "not valid JSON"),
        ('{"text": 5}', MalformedInput, "`text` should be text, it is a number"),
        ('{"id": 1.5}', MalformedInput, "`id` should be a whole number or text, it is a number"),
        ('["The army left."]', MalformedInput, "should be a JSON object, this is a list"),
        ('{"words": "The army left."}', MalformedInput, "no field `text`"),
        ('{"title": "Army leaves", "text": null}', EmptyText, "only a headline"),
        ('{"report": {"id": "a"}, "claims": []}', MalformedInput, "own output"),
        ("[" * 100_000, MalformedInput, "this is a list"),
        ('{"a":' * 100_000, MalformedInput, "nested too deeply"),
        ('{"text": "a", "id": ' + "9" * 6000 + "}", MalformedInput, "out of range"),
    ],
)
def test_bad_lines_say_what_is_wrong(line: str, error: type[InputError], words: str) -> None:
    with pytest.raises(error, match=words):
        report_from_json(line)


def test_a_bad_line_is_numbered_and_the_others_are_read() -> None:
    found = rows(b'{"text": "One."}\n\n{"text": "Tw\r\n{"text": "Three."}\r{"text": "Four."}')
    assert [(row.number, row.report.text if row.report else None) for row in found] == [
        (1, "One."), (3, None), (4, "Three."), (5, "Four."),
    ]  # fmt: skip
    assert isinstance(found[1].error, MalformedInput)


def test_bytes_that_are_not_utf8_cost_a_note_not_the_line() -> None:
    found = rows(b'{"text": "The caf\xe9 shut."}\n{"text": "Next."}\n')
    assert found[0].report is not None and found[0].report.text == "The caf\ufffd shut."
    assert "U+FFFD" in found[0].notes[0]
    assert found[1].notes == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    data = '{"text": "Čabra."}\n{"text": "Vrelo."}\n'.encode(encoding)
    found = list(read_lines(cast(BinaryIO, io.BufferedReader(cast(Any, io.BytesIO(data)))), 100))
    assert [row.report.text for row in found if row.report] == ["Čabra.", "Vrelo."]


def test_lone_surrogates_and_raw_controls_are_kept_with_a_note() -> None:
    report, notes = report_from_json('{"text": "The \\ud800 army\x00 left."}')
    assert report.text == "The \ud800 army\x00 left."
    assert notes


def test_a_line_far_over_the_limit_is_refused_without_being_held() -> None:
    class Endless(io.RawIOBase):
        """A gigabyte in one line, then a good one."""

        def __init__(self) -> None:
            self.left = 2**28
            self.tail = io.BytesIO(b'"}\n{"text": "After."}\n')

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if self.left > 0:
                self.left -= len(buffer)
                buffer[:] = b"x" * len(buffer)
                return len(buffer)
            return self.tail.readinto(buffer)

    found = list(read_lines(cast(BinaryIO, io.BufferedReader(Endless(), 65536)), 1000))
    assert isinstance(found[0].error, TextTooLong)
    assert found[1].number == 2 and found[1].report is not None and found[1].report.text == "After."


def test_lines_are_read_as_they_come() -> None:
    taken: list[int] = []

    class Slow(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            taken.append(1)
            line = b'{"text": "Line."}\n' if len(taken) < 50 else b""
            buffer[: len(line)] = line
            return len(line)

    stream: Iterator[Row] = read_lines(cast(BinaryIO, io.BufferedReader(Slow())), 1000)
    next(stream)
    assert len(taken) < 5


def test_documents() -> None:
    whole = '{\n "text": "One."\n}'
    assert [row.report.text for row in read_document(whole.encode(), 100) if row.report] == ["One."]
    found = list(read_document(b'[{"text": "One."}, 5, {"text": "Three."}]', 100))
    assert [(row.number, row.error is None) for row in found] == [(1, True), (2, False), (3, True)]
    lines = list(read_document(b'{"text": "One."}\n{"text": "Two."}\n', 100))
    assert [row.number for row in lines if row.report] == [1, 2]
    (broken,) = read_document(b'[{"text": "One."},\n{"text": "Tw', 100)
    assert isinstance(broken.error, MalformedInput)


def test_an_odd_date_is_left_out_with_a_note() -> None:
    report, notes = report_from_json('{"text": "The army left.", "published": "last week"}')
    assert report.published is None
    assert "'last week'" in notes[0]


def test_defaults_and_mappings() -> None:
    report, _ = report_from_fields({"text": "The army left."}, Defaults(publisher="Hill"))
    assert report.publisher == "Hill"
    with pytest.raises(MalformedInput, match="`title`"):
        report_from_fields({"text": "The army left.", "title": 5})


ANY_STRING = st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))
NEARLY_JSON = st.from_regex(r'\{"text": ".{0,20}"?\}?')


@given(st.one_of(st.text(), ANY_STRING, NEARLY_JSON))
def test_a_line_is_a_report_or_refused(line: str) -> None:
    try:
        report_from_json(line)
    except InputError as error:
        assert str(error)


@given(st.binary(max_size=200))
def test_a_document_is_rows(data: bytes) -> None:
    try:
        found = list(read_document(data, 100))
    except MalformedInput:  # binary
        return
    for row in found:
        assert (row.report is None) != (row.error is None)


def test_files_joined_with_their_byte_order_marks_and_empty_ones() -> None:
    line = '{"text": "a"}\n'.encode("utf-8-sig")
    assert [row.report is not None for row in rows(line + line)] == [True, True]
    assert list(read_document(b" \n", 1000)) == []
