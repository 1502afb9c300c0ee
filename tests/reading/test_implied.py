"""Arrests by nobody named."""

from __future__ import annotations

import msgspec

from rashomon.model import Claim, Party, Span, publisher_voice
from rashomon.reading.implied import with_plain_arresters

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
