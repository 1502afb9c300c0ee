from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from rashomon.errors import MalformedInput, SourceMissing, TextTooLong
from rashomon.sources import Arrival, Defaults, arrivals

TEXT = "The army left the town of Vrelo on Tuesday.\n"
PAGE = f"<!doctype html><html><body><article><p>{TEXT * 4}</p></article></body></html>"


def found(*paths: str | Path, stdin: bytes = b"", max_chars: int = 1000) -> list[Arrival]:
    return list(arrivals(paths, max_chars=max_chars, standard_input=io.BytesIO(stdin)))


def texts(entries: list[Arrival]) -> list[str]:
    return [entry.report.text for entry in entries if entry.report]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", TEXT),
        ("a.jsonl", '{"text": "The army left the town of Vrelo on Tuesday.\\n"}'),
        ("a.json", '[{"text": "The army left the town of Vrelo on Tuesday.\\n"}]'),
        ("a", '{\n"text": "The army left the town of Vrelo on Tuesday.\\n"}'),
        ("b", TEXT),
    ],
)
def test_every_form(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert texts(found(tmp_path / name)) == [TEXT]
    assert texts(found("-", stdin=content.encode())) == [TEXT]


def test_a_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    assert TEXT.strip() in texts(found(tmp_path / "page.html"))[0]
    assert TEXT.strip() in texts(found("-", stdin=PAGE.encode()))[0]


def test_a_folder_is_its_files_in_order(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "a.txt", "c.png", ".hidden.txt", "deep/d.txt"):
        (tmp_path / name).write_text(name)
    assert texts(found(tmp_path)) == ["a.txt", "b.txt", "deep/d.txt"]
    (tmp_path / "empty").mkdir()
    (entry,) = found(tmp_path / "empty")
    assert isinstance(entry.error, SourceMissing) and "folder" in entry.error.what


def test_what_is_missing_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    entries = found(tmp_path / "none.txt", tmp_path / "a.txt", "bad\0name", "-", "-", stdin=TEXT.encode())
    assert texts(entries) == [TEXT, TEXT]
    assert [type(entry.error) for entry in entries if entry.error] == [SourceMissing] * 3
    assert str(entries[0].error).startswith(str(tmp_path / "none.txt") + ": there is no such file")


def test_refusals_name_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n{"text": "Tw\n{"text": "Three."}\n')
    entries = found(tmp_path / "a.jsonl")
    assert [entry.where for entry in entries] == [f"{tmp_path / 'a.jsonl'}:{line}" for line in (1, 2, 3)]
    assert isinstance(entries[1].error, MalformedInput)
    assert entries[1].error.where == f"{tmp_path / 'a.jsonl'}:2"
    assert texts(entries) == ["One.", "Three."]


def test_a_text_over_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a" * 1001)
    (entry,) = found(tmp_path / "a.txt")
    assert isinstance(entry.error, TextTooLong) and "1,000" in str(entry.error)
    assert isinstance(found("-", stdin=b"a" * 1_000_000)[0].error, TextTooLong)


def test_an_endless_device_is_refused() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no such device here")
    (entry,) = found("/dev/zero")
    assert entry.error is not None


def test_empty_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "a.jsonl").write_bytes(b"\n\n")
    text, lines = found(tmp_path / "a.txt", tmp_path / "a.jsonl")
    assert text.report is not None and text.report.text == ""  # the intake refuses it, for every source alike
    assert isinstance(lines.error, SourceMissing)


def test_names_that_are_not_characters(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.txt"
    try:
        Path(os.fsdecode(name)).write_text(TEXT)
    except OSError:
        pytest.skip("this file system wants characters")
    (entry,) = found(os.fsdecode(name))
    entry.where.encode()
    assert texts([entry]) == [TEXT]


def test_defaults_reach_every_form(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.jsonl").write_text('{"text": "One.", "publisher": "Vale Post"}\n')
    defaults = Defaults(published="2019-05-28", publisher="Hill")
    reports = [entry.report for entry in arrivals([tmp_path], max_chars=100, defaults=defaults)]
    assert [(r.published, r.publisher) for r in reports if r] == [
        ("2019-05-28", "Hill"),
        ("2019-05-28", "Vale Post"),
    ]
