"""The HTML page: nothing of a report may escape its place, and every span must be marked."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest
from export_builders import Hand, cabra_readings
from hypothesis import given, settings
from hypothesis import strategies as st

from rashomon.exports.page import render
from rashomon.exports.segments import paragraphs, segments
from rashomon.model import Reading, Report

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></script><svg onload=alert(1)>",
    "{{script}}{{style_hash}}{{reports}}",
    "]]><!--<iframe srcdoc='&lt;script&gt;'>",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
ODD = "a\x00b\x1b[31mc\u202ed\u2066e\ud800f\r\ng\u2028h"


class Page(HTMLParser):
    """Collects what a browser would see: elements with their attributes, and the running text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.raw: dict[str, str] = {}
        self.paragraphs: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script", "title"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        elif "p" in self.open:
            self.paragraphs[-1] += data

    def having(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [attrs for name, attrs in self.elements if name == tag and wanted.items() <= attrs.items()]


def hostile(text: str) -> Reading:
    """A report in which every field that a source can fill holds `text`."""
    report = Report(
        text=f"Police arrested {text} men near {text}.", published=text, publisher=text, title=text, url=text
    )
    hand = Hand(report)
    claim = hand.claim(
        f"Police arrested {text}", "arrested", "COERCE", "arrest",
        actors=[hand.party("Police", "XKX COP", name=text)], recipients=[hand.party(text, text)],
        voice=hand.voice("Police", text, cue="arrested", name=text),
        place=hand.place("near", name=text, country=text),
        figures=(hand.figure("men", text, 1, None, text),),
    )  # fmt: skip
    odd = msgspec.structs.replace(
        claim, type=text, mode=text, contexts=(text,), cameo=text, id=text, date=None
    )
    return Reading(report, (claim, odd), notes=(text,))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_adds_no_element_and_no_attribute(payload: str) -> None:
    tame, wild = Page(render([hostile("x")], "x")), Page(render([hostile(payload)], payload))
    assert [tag for tag, _ in wild.elements if tag != "a"] == [tag for tag, _ in tame.elements if tag != "a"]
    assert {name for _, attrs in wild.elements for name in attrs} == {
        name for _, attrs in tame.elements for name in attrs
    }
    assert not any(name.startswith("on") for _, attrs in wild.elements for name in attrs)
    assert any(payload in paragraph for paragraph in wild.paragraphs)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//x.org", "http://x/\"'>"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    page = Page(render([Reading(Report(text="Nothing.", url=url), ())]))
    assert {attrs["href"] for attrs in page.having("a")} == {"#r0"}


def test_a_web_address_is_linked() -> None:
    page = Page(render([Reading(Report(text="Nothing.", url="https://example.org/a?b=1&c=2"), ())]))
    assert page.having("a", href="https://example.org/a?b=1&c=2", rel="noopener noreferrer")


def test_the_policy_allows_only_the_pages_own_style_and_script() -> None:
    page = Page(render(cabra_readings(), "Čabra"))
    policy = page.having("meta", http_equiv="Content-Security-Policy")[0]["content"] or ""
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        digest = base64.b64encode(hashlib.sha256(page.raw[element].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert not any("style" in attrs for _, attrs in page.elements)


def test_no_request_leaves_the_page() -> None:
    source = render(cabra_readings(), "Čabra")
    assert "http" not in re.sub(r"http-equiv", "", source)
    assert "@import" not in source and "url(" not in source


def test_odd_characters_are_shown_and_the_page_can_be_encoded() -> None:
    source = render([hostile(ODD)], ODD)
    source.encode("utf-8")
    assert not re.search("[\x00\x1b\u202a-\u202e\u2066-\u2069]", source)
    assert '<span class="ctl">U+202E</span>' in source and '<span class="ctl">U+D800</span>' in source


def test_every_span_is_marked_with_its_role_and_its_claim() -> None:
    readings = cabra_readings()
    page = Page(render(readings, "Čabra"))
    marks = [attrs for tag, attrs in page.elements if tag in ("span", "a") and "data-roles" in attrs]
    for number, reading in enumerate(readings):
        for index, claim in enumerate(reading.claims):
            roles = {
                role
                for attrs in marks
                for key, own in zip(
                    (attrs["data-claim"] or "").split(), (attrs["data-roles"] or "").split("|"), strict=True
                )
                if key == f"r{number}c{index}"
                for role in own.split()
            }
            expected = {"quoted", "trigger", f"q{claim.quad}"}
            expected |= {"actor"} if claim.actors else set()
            expected |= {"recipient"} if claim.recipients else set()
            expected |= {"voice"} if claim.voice.start is not None else set()
            expected |= {"cue"} if claim.voice.cue else set()
            expected |= {"figure"} if claim.figures else set()
            expected |= {"date"} if claim.date else set()
            expected |= {"place"} if claim.place else set()
            assert roles == expected, (number, index)


def test_the_text_stands_on_the_page_word_for_word() -> None:
    reading = cabra_readings()[1]
    page = Page(render([reading], "Čabra"))
    for start, end in paragraphs(reading.report.text):
        assert reading.report.text[start:end] in page.paragraphs


def test_events_and_cards_link_to_each_other() -> None:
    page = Page(render(cabra_readings(), "Čabra"))
    identifiers = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    for attrs in page.having("a"):
        assert (attrs["href"] or "").removeprefix("#") in identifiers


def test_two_claims_on_one_trigger_both_find_their_words() -> None:
    hand = Hand(Report(text="Police arrested and beat two men."))
    first = hand.claim("Police arrested and beat two men", "arrested and beat", "COERCE", "arrest")
    second = hand.claim("Police arrested and beat two men", "beat", "ASSAULT", "beat")
    page = Page(render([Reading(hand.report, (first, second))]))
    assert page.having("a", id="t-r0c0") and page.having("a", id="t-r0c1")


def test_spans_outside_the_text_are_clipped() -> None:
    reading = cabra_readings()[0]
    short = msgspec.structs.replace(reading.report, text=reading.report.text[:60])
    page = Page(render([Reading(short, reading.claims)]))
    assert short.text in page.paragraphs


@pytest.mark.parametrize("readings", [[], [Reading(Report(text=" \n \n"), ())]])
def test_nothing_to_show_is_still_a_page(readings: list[Reading]) -> None:
    page = Page(render(readings, "Empty"))
    assert page.raw["title"] == "Empty"


@settings(deadline=None)
@given(text=st.text(alphabet="ab \n\r\u2003", max_size=80), data=st.data())
def test_segments_cover_each_paragraph_without_gap_or_overlap(text: str, data: st.DataObject) -> None:
    hand = Hand(Report(text=text + "x"))
    length = len(text) + 1
    claims = []
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, length - 1))
        end = data.draw(st.integers(start + 1, length))
        claim = hand.claim("x", "x", "ASSAULT")
        quote = msgspec.structs.replace(claim.quote, start=start, end=end)
        claims.append(msgspec.structs.replace(claim, quote=quote))
    within = paragraphs(hand.report.text)
    for (start, end), pieces in zip(within, segments(length, claims, within), strict=True):
        assert [piece.start for piece in pieces] == [start, *(piece.end for piece in pieces[:-1])]
        assert pieces[-1].end == end
        for piece in pieces:
            for number, claim in enumerate(claims):
                inside = claim.quote.start <= piece.start and piece.end <= claim.quote.end
                assert ("quoted" in piece.roles.get(number, ())) == inside
