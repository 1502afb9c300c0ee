"""What a deed was, or was for: words behind cues, the row of the matrix, the dispute of the two sides."""

from __future__ import annotations

import pytest
from reconcile_builders import claim, party, voice

from rashomon import reconcile
from rashomon.model import Voice
from rashomon.reconcile.facts import rows
from rashomon.reconcile.framings import framing_of

POLICE, STATION = party("Vrelan police", "VRL COP"), party("Radio Ostra", "VRL JRN")
MINISTRY, UNION = voice("Interior Ministry", "VRL GOV"), voice("Union of Reporters", "VRL LAB")


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("Police shut the station because it had no licence, the ministry said", "it had no licence"),
        ("The union condemned the closure of the station as censorship", "censorship"),
        ('Its editor called it "an act of fear" and left', "an act of fear"),
        ("Soldiers came in order to protect the bridge; nobody was hurt", "protect the bridge"),
        ("Villagers were held on suspicion of theft", "theft"),
        ("Police shut the station on Monday", None),
        ("No more than 300 people have fled to the town", None),
        ("They called because.", None),
    ],
)
def test_words_that_say_what_it_was(quote: str, words: str | None) -> None:
    told = claim(quote, quote.split()[0], at=40)
    framing = framing_of(told)
    assert (framing.words if framing else None) == words
    if framing:
        assert quote[framing.start - 40 : framing.end - 40] == words


def _closed(quote: str, by: Voice, report: str) -> dict[str, object]:
    return {
        "quote": quote, "trigger": "shut", "type_": "COERCE", "mode": "censor", "voice": by, "report": report,
        "actors": (POLICE,), "recipients": (STATION,),
    }  # fmt: skip


LAW = "Police shut Radio Ostra in Dubra because it had no licence"
FEAR = "Police shut Radio Ostra in Dubra and she called it censorship"


def purposes(first: Voice, second: Voice, other: str = FEAR) -> list[set[str]]:
    claims = [claim(**_closed(LAW, first, "r1")), claim(**_closed(other, second, "r2"))]  # type: ignore[arg-type]
    return [
        {position.value for position in dispute.positions}
        for incident in reconcile(claims)
        for dispute in incident.disputes
        if dispute.field == "purpose"
    ]


def test_two_sides_that_see_it_otherwise_are_in_dispute() -> None:
    assert purposes(MINISTRY, UNION) == [{"it had no licence", "censorship"}]


def test_onlookers_and_the_like_minded_are_not() -> None:
    assert purposes(UNION, voice("League of Editors", "VRL NGO")) == []
    assert purposes(MINISTRY, voice("Governor", "VRL GOV")) == []
    assert purposes(MINISTRY, UNION, "Police shut Radio Ostra in Dubra because its licence had ended") == []


def test_the_matrix_has_a_row_for_it() -> None:
    told, labels = rows([claim(**_closed(LAW, MINISTRY, "r1")), claim(**_closed(FEAR, UNION, "r2"))])  # type: ignore[arg-type]
    assert labels["purpose", ""] == "purpose"
    assert [fact.value for fact in told["purpose", ""]] == ["it had no licence", "censorship"]
