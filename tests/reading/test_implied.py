"""Arrests by nobody named; numbers in one mouth; nobody who is nobody."""

from __future__ import annotations

import msgspec

from rashomon.model import Claim, Figure, Party, Span, Voice, publisher_voice
from rashomon.reading.implied import with_nobody_hit, with_one_voice_a_number, with_plain_arresters

POLICE = Party("police", 0, 6, "Kosovo Police", "XKX COP", "XKX", "COP")
ARMY = Party("army", 0, 4, "army", "XKX MIL", "XKX", "MIL")


def claim(id_: str, type_: str, mode: str | None, *actors: Party) -> Claim:
    return Claim(
        id=id_, report="r", type=type_, mode=mode, contexts=(), quad=4, score=-7.0, cameo=None,
        quote=Span("x", 0, 1), trigger=Span("x", 0, 1), actors=actors, recipients=(), voice=publisher_voice(),
        status="happened", frame="current", date=None, place=None, figures=(), confidence=0.9,
    )  # fmt: skip


def test_an_arrest_by_nobody_is_by_the_police_that_acted_before() -> None:
    raid, arrest = claim("c-1", "COERCE", None, ARMY, POLICE), claim("c-2", "COERCE", "arrest")
    [first, second] = with_plain_arresters([raid, arrest])
    assert first is raid
    assert second == msgspec.structs.replace(
        arrest, actors=(msgspec.structs.replace(POLICE, resolved_from="implied"),)
    )


def test_it_stays_open_where_no_police_acted_before_it() -> None:
    claims = [
        claim("c-1", "COERCE", "arrest"),
        claim("c-2", "ASSAULT", None, ARMY),
        claim("c-3", "COERCE", "arrest"),
        claim("c-4", "COERCE", None, POLICE),
    ]
    assert list(with_plain_arresters(claims)) == claims


def test_other_deeds_and_arrests_by_others_stay_as_they_are() -> None:
    claims = [
        claim("c-1", "COERCE", None, POLICE),
        claim("c-2", "ASSAULT", None),
        claim("c-3", "COERCE", "restrict"),
        claim("c-4", "COERCE", "arrest", ARMY),
    ]
    assert list(with_plain_arresters(claims)) == claims


def test_a_number_is_in_the_mouth_of_one_voice() -> None:
    text = "A ministry and a union told of a clash in which, the union says, four people were killed."
    at = text.index("four")
    four = (Figure("killed", 4, 4, "people", at, at + 4),)

    def told(word: str, who: str) -> Claim:
        start = text.index(word)
        return msgspec.structs.replace(
            claim(f"c-{word}", "ASSAULT", None), trigger=Span(word, start, start + len(word)), figures=four,
            voice=Voice("named", who, 0, 1, who),
        )  # fmt: skip

    clash, killed = with_one_voice_a_number([told("clash", "ministry"), told("killed", "union")])
    assert (clash.figures, killed.figures) == ((), four)
    same = [told("clash", "union"), told("killed", "union")]
    assert with_one_voice_a_number(same) == same


def test_nobody_is_not_whoever_stands_before() -> None:
    text = "The soldiers fired into the air and nobody was killed, the ministry said."
    soldiers = Party("soldiers", 4, 12, "soldiers", "VRL MIL", "VRL", "MIL")
    at = text.index("nobody")
    denied = msgspec.structs.replace(
        claim("c-1", "ASSAULT", None), recipients=(soldiers,), status="denied",
        figures=(Figure("killed", 0, 0, None, at, at + 6),),
    )  # fmt: skip
    assert [each.recipients for each in with_nobody_hit([denied], text)] == [()]
    text = "None of its soldiers had died, the ministry said."
    after = msgspec.structs.replace(
        denied, figures=(Figure("killed", 0, 0, None, 0, 4),),
        recipients=(msgspec.structs.replace(soldiers, start=12, end=20),),
    )  # fmt: skip
    assert list(with_nobody_hit([after], text)) == [after]
