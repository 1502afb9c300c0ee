"""Countries: names to codes, mentions in text, and what a report is about."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.knowledge import countries
from rashomon.knowledge.countries import capital_of, code_of, mentions, weights


def kinds(text: str) -> list[tuple[str, str, str]]:
    return [(text[m.start : m.end], m.iso3, m.kind) for m in mentions(text)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Kosovo", "XKX"), ("Kosovan", "XKX"), ("kosovars", "XKX"), ("Palestinian", "PSE"), ("Taiwan", "TWN"),
        ("the United States", "USA"), ("U.S.", "USA"), ("US", "USA"), ("us", None), ("UK", "GBR"),
        ("uk", None),
        ("Burma", "MMR"), ("Ivory Coast", "CIV"), ("Côte d’Ivoire", "CIV"), ("DR Congo", "COD"),
        ("DRC", "COD"),
        ("Congo-Brazzaville", "COG"), ("Serb", "SRB"), ("Serbs", "SRB"), ("malian", "MLI"),
        ("Türkiye", "TUR"),
        ("South Sudanese", "SSD"), ("Belgrade", None), ("", None), ("Atlantis", None),
    ],
)  # fmt: skip
def test_code_of(name: str, code: str | None) -> None:
    assert code_of(name) == code


def test_every_country_is_found_by_its_own_name_and_its_codes() -> None:
    for iso3, row in countries.countries().items():
        assert code_of(row.name) == iso3
        assert countries.iso3_of(row.iso2) == iso3
        assert -90 <= row.lat <= 90 and -180 <= row.lon <= 180
    assert len(countries.countries()) == 250


def test_capitals_and_neighbours() -> None:
    assert capital_of("XKX") == "Pristina"
    assert capital_of("ATA") is None
    assert capital_of("???") is None
    assert {"SRB", "ALB", "MNE", "MKD"} == set(countries.neighbours_of("XKX"))
    assert countries.neighbours_of("???") == ()


def test_mentions_have_their_kind_and_take_the_longest_name() -> None:
    assert kinds("Belgrade told the Kosovan envoy and Guinea-Bissau's minister.") == [
        ("Belgrade", "SRB", "capital"),
        ("Kosovan", "XKX", "demonym"),
        ("Guinea-Bissau", "GNB", "name"),
    ]
    assert kinds("Serbia-Kosovo talks; the U.S.-led force; NORTH KOREA") == [
        ("Serbia", "SRB", "name"),
        ("Kosovo", "XKX", "name"),
        ("U.S.", "USA", "name"),
        ("NORTH KOREA", "PRK", "name"),
    ]


def test_what_only_holds_a_countrys_name_is_none() -> None:
    assert kinds("In the South China Sea and in Lake Chad.") == []
    assert kinds("A train to New Mexico.") == [("New Mexico", "USA", "name")]
    assert kinds("They let us talk turkey over china.") == []


def test_a_report_without_capitals_is_read_all_the_same() -> None:
    assert kinds("the turkish army left syria, and turkey was on the table for us") == [
        ("turkish", "TUR", "demonym"),
        ("syria", "SYR", "name"),
    ]


def test_weights_are_shares_and_heed_the_dateline() -> None:
    text = "The ministry said Chad and Niger would meet."
    plain = weights(text)
    assert sum(plain.values()) == pytest.approx(1.0)
    assert set(plain) == {"TCD", "NER"}
    led = weights(text, title="A meeting", dateline="NIAMEY, Niger")
    assert next(iter(led)) == "NER" and led["NER"] > plain["NER"]
    assert weights("Nothing is named here.") == {}


def test_five_megabytes_do_not_stall() -> None:
    text = "Soldiers from Mali met a Nigerien column near the Algerian border on Tuesday. " * 65_000
    begun = time.perf_counter()
    assert len(mentions(text)) == 3 * 65_000
    assert time.perf_counter() - begun < 10


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_text_is_read(text: str) -> None:
    for mention in mentions(text):
        assert 0 <= mention.start < mention.end <= len(text)
    code_of(text)
    weights(text, text, text)
