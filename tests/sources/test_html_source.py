from __future__ import annotations

import contextlib
import time

import pytest

from rashomon.errors import EmptyText, MalformedInput, TextTooLong
from rashomon.sources import html
from rashomon.sources.child import Limits

SENTENCE = "The army left the town of Vrelo on Tuesday, and the mayor said that nobody had been hurt. "
TRADERS = "<p>Traders came back to the square and opened.</p>"
BODY = f"<article><h1>Army leaves Vrelo</h1><p>{SENTENCE * 2}</p>{TRADERS}</article>"


def page(head: str = "", body: str = BODY) -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_what_a_page_says() -> None:
    head = (
        "<title>Army leaves Vrelo - Hill Courier</title><meta property='og:site_name' content='Hill Courier'>"
        "<meta property='article:published_time' content='2019-05-28T10:00:00Z'>"
    )
    found, notes = html.extract(page(head))
    assert notes == ()
    assert (found.title, found.published, found.publisher) == (
        "Army leaves Vrelo",
        "2019-05-28",
        "Hill Courier",
    )
    assert found.text.startswith("The army left the town")
    assert "\n\nTraders came back" in found.text


def test_no_date_is_invented() -> None:
    found, _ = html.extract(
        page(body=BODY + "<p>In 2017 it had come, on May 3, 2016.</p><footer>Copyright 2015</footer>")
    )
    assert found.published is None


def test_character_sets() -> None:
    data = page("<meta charset='iso-8859-2'>", BODY.replace("Vrelo", "Čabra")).decode().encode("iso-8859-2")
    assert "Čabra" in html.extract(data)[0].text
    data = page("<meta charset='zip'>", BODY.replace("Vrelo", "Čabra"))
    assert "Čabra" in html.extract(data)[0].text
    assert html.decode_page(b"<meta charset=utf-8><p>caf\xe9").notes


def test_pages_without_an_article() -> None:
    with pytest.raises(EmptyText):
        html.extract(page(body=""))
    with pytest.raises(TextTooLong, match="2 MB"):
        html.extract(b"<p>" * 1_000_000)


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    html.stop()
    monkeypatch.setattr(html._pool(), "limits", Limits(wall_seconds=0.0, start_seconds=0.05))
    start = time.monotonic()
    with pytest.raises(MalformedInput, match="too long"):
        html.extract(page())
    assert time.monotonic() - start < 5
    monkeypatch.undo()
    html.stop()
    assert html.extract(page())[0].text


def test_a_child_that_dies_is_replaced() -> None:
    html.extract(page())
    (child,) = html._pool()._idle[-1:]
    process = child._process
    assert process is not None
    process.kill()
    process.wait()
    assert html.extract(page())[0].text


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        b"<html><body><article>" + b"<p>" * 650_000,
        b"<html><body><div " + b" ".join(b"a%d=1" % number for number in range(150_000)) + b">x</div>",
        b"<div>" * 300_000,
        b"<html>" + b"\x00" * 100_000,
        b"<!--" * 200_000,
        b"&#xD800;&#0;" * 1000 + b"<p>" + b"\xff" * 1000,
    ],
)
def test_hostile_pages_end_in_time(data: bytes) -> None:
    start = time.monotonic()
    with contextlib.suppress(MalformedInput, EmptyText):
        html.extract(data[: html.MAX_PAGE_BYTES])
    # A fresh child on a busy machine may take its whole time to start, and then its whole time to work.
    assert time.monotonic() - start < Limits().start_seconds + Limits().wall_seconds + 10
