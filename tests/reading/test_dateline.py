"""Datelines: place, date, agency and where the report begins; and what is no dateline."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.reading.dateline import parse_dateline


@pytest.mark.parametrize(
    ("text", "place", "date", "agency"),
    [
        ("ZVECAN, Kosovo - Guards left.", "ZVECAN, Kosovo", None, None),
        ("BELGRADE, November 14 - Guards left.", "BELGRADE", "November 14", None),
        ("NAIROBI, Aug 3 (Hill Agency) -- Guards left.", "NAIROBI", "Aug 3", "Hill Agency"),
        ("LIMA — Guards left.", "LIMA", None, None),
        ("LIMA (Hill) – Guards left.", "LIMA", None, "Hill"),
        ("PORT-AU-PRINCE, Haiti, 3 May 2019 - Guards left.", "PORT-AU-PRINCE, Haiti", "3 May 2019", None),
        ("SAN SALVADOR, 3 MAY 90 (HILL) -- GUARDS LEFT.", "SAN SALVADOR", "3 MAY 90", "HILL"),
        ("WASHINGTON, D.C. -- Guards left.", "WASHINGTON, D.C.", None, None),
        ("N'DJAMENA, Tuesday - Guards left.", "N'DJAMENA", "Tuesday", None),
        ("Gao, Mali - Guards left.", "Gao, Mali", None, None),
        ("Guards leave the fort\n\nBy Ilo Venn\n\nGAO, Mali - Guards left.", "GAO, Mali", None, None),
        ("gao -- guards left the fort, people said.", "gao", None, None),
    ],
)
def test_datelines(text: str, place: str, date: str | None, agency: str | None) -> None:
    found = parse_dateline(text)
    assert found is not None
    assert (found.place.text, found.date, found.agency and found.agency.text) == (place, date, agency)
    assert text[found.body :].lower().startswith("guards left")
    assert text[found.place.start : found.place.end] == place
    assert found.date_span is None or text[found.date_span.start : found.date_span.end] == date


@pytest.mark.parametrize(
    "text",
    [
        "", "   \n", "Guards left the fort.", "He said - and he knew - that it was late.",
        "Police - all of them - left.",
        "The Reform Party - which lost - left.", "May 3 - guards left.", "- LIMA - x",
        "UPDATE - LIMA was quiet.",
        "guards - all of them - left the fort.", "SIRENS WAIL\nGuards left.",
    ],
)  # fmt: skip
def test_no_dateline(text: str) -> None:
    assert parse_dateline(text) is None


@pytest.mark.parametrize(
    ("line", "published", "iso"),
    [
        ("LIMA, November 14 - x", "2018-11-15", "2018-11-14"),
        ("LIMA, Dec 31 - x", "2019-01-01", "2018-12-31"),
        ("LIMA, 3 May 2017 - x", None, "2017-05-03"),
        ("LIMA, Feb 29 - x", "2020-03-01T08:00:00", "2020-02-29"),
        ("LIMA, May 3 - x", None, None),
        ("LIMA, Tuesday - x", "2019-01-01", None),
        ("LIMA, 3 MAY 90 -- x", "1990-05-04", "1990-05-03"),
        ("LIMA, May 3, '19 - x", "2019-05-04", "2019-05-03"),
        ("LIMA, 3 MAY 90 -- x", None, None),
        ("LIMA, 29 Feb 00 - x", "2000-03-01", "2000-02-29"),
        ("LIMA, 31 June 2017 - x", None, None),
        ("LIMA, May 3 - x", "nonsense", None),
        ("LIMA - x", "2019-01-01", None),
    ],
)
def test_iso_date(line: str, published: str | None, iso: str | None) -> None:
    found = parse_dateline(line)
    assert found is not None and found.iso_date(published) == iso


def test_odd_lines_do_not_stall() -> None:
    begun = time.perf_counter()
    for text in (
        "A, " * 50_000,
        "(a" * 50_000,
        "May 3 " * 30_000,
        "\n" * 90_000,
        " " * 90_000 + "-",
        "A-" * 50_000,
    ):
        parse_dateline(text)
    assert time.perf_counter() - begun < 5


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("LIMA ,-—()3May")), max_size=120))
def test_any_text_is_read(text: str) -> None:
    found = parse_dateline(text)
    assert found is None or 0 <= found.place.start < found.place.end <= found.body <= len(text)
    assert found is None or found.iso_date("2020-01-01") is None or found.date
