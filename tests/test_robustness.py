"""Whatever goes in: offsets give the words they claim to, and nothing but our own errors comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rashomon
from rashomon import doctor
from rashomon.errors import InputError
from rashomon.exports.jsonl import line
from rashomon.model import Claim, Reading

SENTENCES = [
    "Police arrested twelve men in Vrelo on Tuesday, the interior ministry said.",
    "At least 5 soldiers were killed and dozens hurt when rebels shelled a post near Hrid, witnesses said.",
    "The army denied that it had fired on protesters; opposition leader Ana Moro accused it of murder.",
    "VRELO, Kosovo (Hill Agency) - Talks between Serbia and Kosovo broke off late on Monday.",
    "“We will never withdraw,” President Marko Zec told deputies on 27 May.",
    "Traders would strike if the ban were not lifted within two weeks, their union warned.",
    "date 2019-05-28 Guards stand at a gate in Čabra, May 28, 2019.",
    "Two of them later died in hospital.",
]
ODD = [
    "\0", "\u202e", "\u2066", "\ud83d", "\udc00", "\ufeff", "\r\n", "\r", "\n\n", "\u2028", "\x85", "\t",
    "\u200b", "İ", "ß", "ﬁ", "e\u0301", "🇽🇰", "👩‍👩‍👧", "ǅ", "\U0010ffff", '"', "“", "(", "5,000,000,000,000",
    "0" * 60, "32 May 9999", "99/99/9999", "a" * 400, "." * 300, "- " * 200, "said " * 60, "''", "\\", "<b>",
    "%s", "{}",
]  # fmt: skip
DULL = [
    "a " * 20_000, "5 " * 20_000, "." * 50_000, "said, " * 10_000, "(" * 50_000,
    "\n" * 50_000 + "Police left.", "Vrelo " * 10_000, "x" * 100_000, "\0" * 50_000 + "a",
]  # fmt: skip
PIECE = st.one_of(
    st.sampled_from(SENTENCES),
    st.sampled_from(SENTENCES).map(str.upper),
    st.sampled_from(SENTENCES).flatmap(lambda text: st.integers(0, len(text)).map(lambda cut: text[:cut])),
    st.sampled_from(ODD),
    st.text(st.characters(codec=None), max_size=30),
)
TEXT = st.lists(PIECE, max_size=10).flatmap(
    lambda pieces: st.sampled_from([" ", "\n", "\n\n", ""]).map(lambda joint: joint.join(pieces))
)
PUBLISHED = st.one_of(
    st.none(),
    st.dates().map(str),
    st.sampled_from(["2019-05-28", "2019-05-28T23:59:59+14:00", "0001-01-01", "9999-12-31", "soon"]),
    st.text(max_size=12),
)
SHORT = st.one_of(st.none(), st.text(st.characters(codec=None), max_size=30), st.sampled_from(SENTENCES))


pytestmark = pytest.mark.skipif(
    not (doctor.MODEL_FOLDER / doctor.MODEL_MANIFEST).exists(), reason="the reading model is not built here"
)


def pieces(value: Any) -> Iterator[tuple[str, int, int]]:
    """Every (text, start, end) in a claim, wherever it stands."""
    if isinstance(value, dict):
        if value.get("start") is not None and value.get("text") is not None:
            yield value["text"], value["start"], value["end"]
        for entry in value.values():
            yield from pieces(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from pieces(entry)


def assert_well_formed(reading: Reading, given_text: str) -> None:
    text = reading.report.text
    assert len(text) == len(given_text)
    for claim in reading.claims:
        built = msgspec.to_builtins(claim)
        for words, start, end in pieces(built):
            assert 0 <= start < end <= len(text)
            assert text[start:end] == words
        for figure in claim.figures:
            assert 0 <= figure.start < figure.end <= len(text)
            assert None in (figure.low, figure.high) or figure.low <= figure.high  # type: ignore[operator]
        assert claim.quote.start <= claim.trigger.start < claim.trigger.end <= claim.quote.end
        assert claim.report == reading.report.id
        assert 0.0 <= claim.confidence <= 1.0
        if claim.date is not None:
            assert claim.date.first <= claim.date.last
        # What is printed can be read back as what it was.
        assert msgspec.convert(built, Claim) == claim
    assert len({claim.id for claim in reading.claims}) == len(reading.claims)
    assert msgspec.json.decode(line(reading))["report"]["id"] == reading.report.id


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXT, published=PUBLISHED, publisher=SHORT, title=SHORT)
def test_any_report_is_read_or_refused(
    text: str, published: str | None, publisher: str | None, title: str | None
) -> None:
    report = rashomon.Report(text=text, published=published, publisher=publisher, title=title)
    try:
        claims = rashomon.read(report)
    except InputError as error:
        assert str(error)
        return
    assert_well_formed(claims.reading, text)


@pytest.mark.parametrize("odd", ODD)
def test_odd_characters_inside_words_leave_offsets_true(odd: str) -> None:
    for sentence in SENTENCES:
        for cut in (0, len(sentence) // 3, len(sentence) // 2, len(sentence)):
            text = sentence[:cut] + odd + sentence[cut:]
            assert_well_formed(rashomon.read({"text": text, "published": "2019-05-28"}).reading, text)


def test_a_report_reads_the_same_alone_and_in_any_company() -> None:
    texts = [" ".join(SENTENCES[start:] + SENTENCES[:start]) for start in range(len(SENTENCES))]
    alone = [rashomon.read(text).reading for text in texts]
    assert [read.reading for read in rashomon.read_many(texts)] == alone
    assert [read.reading for read in rashomon.read_many(texts[::-1])] == alone[::-1]


def test_the_same_report_gives_the_same_claims() -> None:
    text = " ".join(SENTENCES)
    assert rashomon.read(text).reading == rashomon.read(text).reading


@pytest.mark.slow
@pytest.mark.parametrize("text", DULL, ids=range(len(DULL)))
def test_long_and_dull_texts_end(text: str) -> None:
    try:
        claims = rashomon.read({"text": text, "language": "en"})
    except InputError:
        return
    assert_well_formed(claims.reading, text)
