from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rashomon.sources.wire import find_header, parse_published, running_text

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "sources" / "wire" / "headers.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_header(case: dict[str, Any]) -> None:
    header = find_header(case["text"])
    assert header.published == case.get("published")
    for field in ("title", "caption", "publisher", "url"):
        span = getattr(header, field)
        assert (span.text if span else None) == case.get(field)
    assert case["text"][header.body :].startswith(case["body"])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2019-05-28", "2019-05-28"),
        ("2019-05-28T10:00:00Z", "2019-05-28T10:00:00Z"),
        ("2019-05-28 10:00 UTC", "2019-05-28T10:00Z"),
        ("2019-05-28T01:00:00+05:00", "2019-05-28T01:00:00+05:00"),
        ("28 May 2019", "2019-05-28"),
        ("Tue, 28 May 2019 10:00:00 +0000", "2019-05-28"),
        ("Sept. 3rd, 2019", "2019-09-03"),
        ("28/05/2019", "2019-05-28"),
        ("05/28/2019", "2019-05-28"),
        ("05/05/2019", "2019-05-05"),
        ("05/06/2019", None),
        ("2019", None),
        ("May 2019", None),
        ("2019-02-30", None),
        ("0000-01-01", None),
        ("soon", None),
        ("2019-05-28 or so", None),
        ("", None),
        ("٢٠١٩-٠٥-٢٨", None),
    ],
)
def test_days(written: str, day: str | None) -> None:
    assert parse_published(written) == day


HEADER_PIECES = st.sampled_from(
    ["date 2019-05-28 ", "<caption>", "</photo caption>", "Published: ", "May 28, 2019", "By Ana Moro",
     "(Hill) - ", "\n", "\n\n", "\r\n", "\r", "Title of it", ": ", "VRELO", "2019-05-28T10:00Z", " ",
     "28/5/2019", "Source:", "\ufeff"]
)  # fmt: skip
HOSTILE_PIECES = ["\n", " ", "By A", "date 2019-05-28 ", "(", "<caption>", "Published: ", "May 28, ", "A-"]


@given(st.lists(st.one_of(HEADER_PIECES, st.text(max_size=8)), max_size=14).map("".join))
def test_spans_give_their_words(text: str) -> None:
    header = find_header(text)
    assert 0 <= header.body <= len(text)
    for span in (header.title, header.caption, header.publisher, header.url, header.published_at):
        if span is not None:
            assert span.text == text[span.start : span.end]
    if header.published is not None:
        assert parse_published(header.published) == header.published


@pytest.mark.parametrize("piece", HOSTILE_PIECES)
def test_hostile_openings_take_no_time(piece: str) -> None:
    start = time.process_time()
    find_header(piece * 200_000)
    assert time.process_time() - start < 1.0


def test_a_labelled_header_is_not_read_as_news() -> None:
    text = "Title: Traders held\nPublished: 2021-03-04\n\nGunmen took a lorry."
    running = running_text(text)
    assert len(running) == len(text) and running.split() == ["Gunmen", "took", "a", "lorry."]
    assert running.index("Gunmen") == text.index("Gunmen")


@pytest.mark.parametrize("text", ["", "Gunmen took a lorry.", "Traders held\n\nGunmen took a lorry."])
def test_without_labels_the_whole_text_is_news(text: str) -> None:
    assert running_text(text) == text
