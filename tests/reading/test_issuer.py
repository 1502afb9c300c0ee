"""Who issued a document that an outlet reproduces."""

from __future__ import annotations

import re

import msgspec
import pytest

from rashomon.model import Claim, Report
from rashomon.reading.encoder import Encoder
from rashomon.reading.issuer import Authors, find_issuer, is_outlet
from rashomon.reading.reader import Reader
from rashomon.reading.words import split_words


def issuers(text: str) -> list[str]:
    words = split_words(text, Encoder.load().tokenizer)
    after_stops = [stop.end() for stop in re.finditer(r"\. (?=[A-Z])", text)]
    sentences = [0, *(words.covering(start, start + 1)[0] for start in after_stops)]
    return [
        text[words.starts[found.first] : words.ends[found.last - 1]]
        for found in find_issuer(words, sentences, 0)
    ]


def claims(text: str, publisher: str = "Lagoon Post") -> tuple[Claim, ...]:
    return Reader.load().read(Report(text=text, publisher=publisher, published="2021-06-05")).claims


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("Communique No. 9 of the General Staff. Two posts were attacked.", "General Staff"),
        ("STATEMENT BY THE DOCKERS' UNION: nine men were arrested.", "DOCKERS' UNION"),
        ("Harbour Police, daily log, 4 May. Two men were held.", "Harbour Police"),
        ("Coast guard district north. Summary for Tuesday. A boat was sunk.", "Coast guard district north"),
        (
            "From the coalition's naval headquarters. Two boats were fired at.",
            "coalition's naval headquarters",
        ),
        ("From the presidency's note for Tuesday: a bridge was held.", "presidency"),
        ("The Ministry of Mines informs the public that six men are held.", "Ministry of Mines"),
        ("The union makes known: the strike goes on.", "union"),
        ("The mission, in its evening release, had this for Tuesday.", "mission"),
        ("The General Staff said in its summary for 6 p.m.: four posts were shelled.", "General Staff"),
    ],
)
def test_headings_and_formulas(text: str, issuer: str) -> None:
    assert issuers(text)[:1] == [issuer]


@pytest.mark.parametrize(
    "text",
    [
        "Soldiers arrested twelve traders in Gao on Tuesday, the army said in a statement.",
        "The deputy spy chief, Bae Sung-woon, handed in his notice on Monday.",
        "The treaty died on Monday in a note of four lines.",
        "From Monday a single consulate will serve both countries.",
        "We inform the working class: all shops will stay shut.",
        "Situation note 4, as of 3 June. Armed men looted two clinics.",
        "UPDATE 2-Israeli army kills four in Gaza",
        "Hamas's release of hostages delayed. Rebels attacked a convoy on Friday.",
        "Minister's note to staff leaked. Troops arrested two men on Saturday.",
        "Iran's declaration of war",
        "Government announces public inquiry",
        "Army advises public to stay home",
        "From prison. My years in the camp",
        "Police, in a note that angered this town, defended officers.",
        "Rebels attacked a convoy near Goma on Friday. Troops arrested two men on Saturday. - AFP",
        'Rebels attacked Goma. "They burnt our homes." - Students\' Union of Goma',
        "Rebels attacked Goma. Our reporter saw it. - Photo: Amina Sesay",
        "",
    ],
)
def test_reports_have_none(text: str) -> None:
    assert issuers(text) == []


def test_a_signature_ends_the_document() -> None:
    told = claims(
        "People of Masisi! Our fighters took the hill of Rubaya on Friday. The government army burned forty "
        "houses behind it. We call on the merchants to reopen the market.\n- High Command, Alliance of the "
        "Free Hills\n\nTwo soldiers were killed in the town on Saturday."
    )
    voices = {claim.trigger.text: claim.voice.text for claim in told}
    assert voices["burned"] == "High Command"
    assert voices["call on"] is None  # the outlet tells of the appeal
    assert voices["killed"] is None


def test_all_of_a_log_is_its_author_s_and_so_are_its_arrests() -> None:
    told = claims(
        "HARBOUR POLICE, DAILY LOG, 4 May. 0210: two men held at pier 3 after a fight. "
        "0540: stones thrown at a patrol in Quay Street."
    )
    assert told and {claim.voice.text for claim in told} == {"HARBOUR POLICE"}
    [arrest] = [claim for claim in told if claim.mode == "arrest"]
    assert [(party.text, party.resolved_from) for party in arrest.actors] == [("HARBOUR POLICE", "implied")]


def test_who_speaks_after_it_has_the_word() -> None:
    told = claims(
        "The Governor's Office informs the public: three persons were arrested last night for looting.\n\n"
        "The bishop said that two of them had been beaten. A crowd marched to the prison on Sunday."
    )
    voices = {claim.trigger.text: claim.voice.text for claim in told}
    assert voices["arrested"] == "Governor's Office"
    assert voices["beaten"] == "bishop"
    assert voices["marched"] is None


def test_the_outlet_s_own_bulletin_has_no_issuer() -> None:
    text = "From the Great Lakes Prisoners' Desk. Police arrested six people in Goma on Monday."
    assert is_outlet("Great Lakes Prisoners' Desk", "Great Lakes Prisoners' Desk")
    assert not is_outlet("Sri Lanka Navy", "Sri Lanka Guardian")
    assert not is_outlet("Harbour Police", "Harbour Mail")
    assert {claim.voice.kind for claim in claims(text, "Great Lakes Prisoners' Desk")} == {"publisher"}


def test_a_press_release_speaks_for_its_author() -> None:
    text = "Shots were fired, says a press release of the navy. A boat sank, the press release said."
    words = split_words(text, Encoder.load().tokenizer)
    last = [i for i, word in enumerate(words.lower) if word == "release"][-1]
    found = Authors(words).of(last)
    assert found is not None and [words.word(i) for i in range(*found)] == ["navy"]
    assert Authors(words).of(words.lower.index("boat")) is None


@pytest.mark.parametrize(
    "text",
    [
        "After the release of prisoners on Monday a bomb fell, the press release said.",
        "The press release said a bomb fell. A press release of the navy came later.",
        "The union has a log. A log of the coast guard said nothing. A bomb fell, the log said.",
    ],
)
def test_other_documents_do_not(text: str) -> None:
    words = split_words(text, Encoder.load().tokenizer)
    at = [i for i, word in enumerate(words.lower) if word in {"release", "log"}]
    assert Authors(words).of(at[0] if "came later" in text else at[-1]) is None


def test_it_is_explained() -> None:
    report = Report(
        text="Ministry of the Interior, press release of 3 May 2021. Three men were arrested in Bluefields "
        "last night for looting.",
        publisher="Bay Gazette",
    )
    claim, decisions = Reader.load().explain(report, 0)
    [voice] = [decision for decision in decisions if decision.field == "voice"]
    assert claim.voice.text == "Ministry of the Interior" and claim.voice.manner == "indirect"
    assert msgspec.to_builtins(claim)["voice"]["start"] == 0
    assert any("issuer" in why or "pointer gives" in why for why in voice.why)
