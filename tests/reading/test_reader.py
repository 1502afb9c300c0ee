"""A report comes in as text and goes out as claims with every field, with the model that ships."""

import pytest

from rashomon.model import Claim, Report
from rashomon.reading.reader import Reader

TEXT = """\
GAO, Mali - Soldiers arrested twelve traders in Gao on Tuesday, the army said.

The traders' union denied that its members had been smuggling arms. "They beat two of us," its leader, \
Issa Maiga, told reporters. He called on the government to free the men.

Three soldiers were killed in an ambush near Menaka, according to a hospital official. \
In 2012 rebels seized Gao.
"""


@pytest.fixture(scope="module")
def claims() -> tuple[Claim, ...]:
    report = Report(
        text=TEXT, published="2021-03-04", publisher="Niger Bend Courier", title="Traders held in Gao"
    )
    return Reader.load().read(report).claims


def one(claims: tuple[Claim, ...], word: str) -> Claim:
    [found] = [claim for claim in claims if word in claim.trigger.text]
    return found


def test_a_plain_event_has_every_field(claims: tuple[Claim, ...]) -> None:
    claim = one(claims, "arrested")
    assert (claim.type, claim.mode, claim.quad, claim.score, claim.cameo) == (
        "COERCE",
        "arrest",
        4,
        -7.0,
        "173",
    )
    assert [party.text for party in claim.actors] == ["Soldiers"]
    assert claim.actors[0].code == "MLI MIL"
    assert [party.text for party in claim.recipients] == ["traders"]
    assert claim.voice.kind == "named" and claim.voice.text is not None and "army" in claim.voice.text
    assert claim.voice.code == "MLI MIL" and claim.voice.cue is not None and claim.voice.cue.text == "said"
    assert (claim.status, claim.frame) == ("happened", "current")
    assert claim.date is not None and (claim.date.first, claim.date.last) == ("2021-03-02", "2021-03-02")
    assert claim.place is not None and (claim.place.name, claim.place.country) == ("Gao", "MLI")
    assert [(f.kind, f.low, f.high, f.whom) for f in claim.figures] == [("arrested", 12, 12, "traders")]
    assert claim.quote.text.endswith("Soldiers arrested twelve traders in Gao on Tuesday, the army said.")
    assert 0 < claim.confidence <= 1


def test_a_speech_act_is_told_by_the_publisher_and_its_speaker_resolved(claims: tuple[Claim, ...]) -> None:
    claim = one(claims, "called on")
    assert claim.type == "REQUEST"
    assert [party.name for party in claim.actors] == ["Issa Maiga"]
    assert claim.actors[0].resolved_from == "pronoun"
    assert claim.voice.kind == "publisher"


def test_direct_speech_is_known_as_such(claims: tuple[Claim, ...]) -> None:
    claim = one(claims, "beat")
    assert claim.type == "ASSAULT"
    assert claim.voice.manner == "direct" and claim.voice.name == "Issa Maiga"


def test_killed_is_counted(claims: tuple[Claim, ...]) -> None:
    claim = one(claims, "killed")
    assert claim.type == "ASSAULT" and claim.voice.text is not None and "official" in claim.voice.text
    assert claim.voice.kind == "anonymous"
    assert [(f.kind, f.low, f.high) for f in claim.figures] == [("killed", 3, 3)]


def test_the_past_is_background(claims: tuple[Claim, ...]) -> None:
    claim = one(claims, "seized")
    assert claim.frame == "background"
    assert claim.date is not None and claim.date.first[:4] == "2012"


def test_every_offset_gives_its_words(claims: tuple[Claim, ...]) -> None:
    for claim in claims:
        pieces = [claim.quote, claim.trigger, *claim.actors, *claim.recipients, *claim.voice.chain]
        pieces += [
            piece for piece in (claim.voice.cue, claim.date, claim.place) if piece and piece.start is not None
        ]
        for piece in pieces:
            assert TEXT[piece.start : piece.end] == piece.text
        if claim.voice.start is not None:
            assert TEXT[claim.voice.start : claim.voice.end] == claim.voice.text


def test_without_a_day_of_publication_relative_dates_stay_open() -> None:
    claims = Reader.load().read(Report(text=TEXT)).claims
    assert one(claims, "arrested").date is None
    background = one(claims, "seized").date
    assert background is not None and background.first == "2012-01-01"


def test_the_dateline_is_read() -> None:
    report = Reader.load().read(Report(text=TEXT, published="2021-03-04")).report
    assert report.dateline is not None and report.dateline.place is not None
    assert report.dateline.place.country == "MLI"


def test_sport_is_no_assault() -> None:
    text = (
        "Morocco's attack tore Ghana's defence apart in Rabat on Sunday and won the battle of champions 4-1."
    )
    assert not [
        c for c in Reader.load().read(Report(text=text, published="2020-01-06")).claims if c.confidence > 0.8
    ]


def test_a_marked_pair_is_classified() -> None:
    sentence = "Ghanaian police arrested the fishermen at Tema."
    types = Reader.load().classify_pair(sentence, (0, 15), (25, 38))
    assert max(types, key=lambda name: types[name]) == "COERCE" and abs(sum(types.values()) - 1) < 1e-4


def test_names_in_a_text() -> None:
    mentions = Reader.load().mentions("Amina Diallo left Paris for the World Bank.")
    found = {span.text: label for span, label in mentions}
    assert found.get("Amina Diallo") == "PER" and found.get("Paris") == "LOC"
