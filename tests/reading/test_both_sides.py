"""Which two "both governments" and "the two sides" are."""

from __future__ import annotations

import msgspec

from rashomon.model import Claim, Party, Span, publisher_voice
from rashomon.reading.dyads import with_both_named

TEXT = (
    "Lima shelled Quito's posts. The rebels shot at soldiers. "
    "The pope asked both governments and the two sides."
)
LIMA = Party("Lima", 0, 4, "Peru", "PER GOV", "PER", "GOV")
POSTS = Party("posts", 21, 26, "posts", "ECU MIL", "ECU", "MIL")
REBELS = Party("rebels", 32, 38, "rebels", "PER REB", "PER", "REB")
SOLDIERS = Party("soldiers", 47, 55, "soldiers", "PER MIL", "PER", "MIL")


def words(piece: str) -> Party:
    start = TEXT.index(piece)
    return Party(piece, start, start + len(piece), piece, "PER GOV", "PER", "GOV")


def claim(actors: tuple[Party, ...], recipients: tuple[Party, ...]) -> Claim:
    return Claim(
        id="c", report="r", type="ASSAULT", mode=None, contexts=(), quad=4, score=-7.0, cameo=None,
        quote=Span("x", 0, 1), trigger=Span("x", 0, 1), actors=actors, recipients=recipients,
        voice=publisher_voice(), status="happened", frame="current", date=None, place=None, figures=(),
        confidence=0.9,
    )  # fmt: skip


def recipients(*claims: Claim) -> list[tuple[str, str | None, str]]:
    return [(p.name, p.code, p.resolved_from) for p in with_both_named(claims, TEXT)[-1].recipients]


def test_governments_are_those_of_the_two_states_that_act_most() -> None:
    asked = claim((), (words("governments"),))
    assert recipients(claim((LIMA,), (POSTS,)), asked) == [
        ("Ecuador", "ECU GOV", "description"),
        ("Peru", "PER GOV", "description"),
    ]


def test_sides_are_those_that_act_on_each_other() -> None:
    asked = claim((), (words("sides"),))
    shot = claim((REBELS,), (SOLDIERS,))
    assert [name for name, _, _ in recipients(claim((LIMA,), (POSTS,)), shot, shot, asked)] == [
        "soldiers",
        "rebels",
    ]


def test_they_stay_where_nothing_tells_which_two() -> None:
    alone = claim((), (words("governments"),))
    assert with_both_named([alone], TEXT) == [alone]
    one = claim((LIMA,), ())
    assert with_both_named([one, alone], TEXT) == [one, alone]


def test_claims_behind_the_words_tell_nothing_and_who_speaks_to_them_is_neither() -> None:
    asked = claim((), (words("governments"),))
    later = msgspec.structs.replace(claim((LIMA,), (POSTS,)), trigger=Span("x", 105, 106))
    assert with_both_named([asked, later], TEXT) == [asked, later]
    envoy = Party("pope", 61, 65, "pope", "PER GOV", "PER", "GOV")
    told = [claim((LIMA,), (POSTS,)), claim((envoy,), (words("governments"),))]
    assert with_both_named(told, TEXT) == told


def test_two_of_whom_nothing_was_said_stay() -> None:
    text = "Lima shelled Quito's posts. Elsewhere two rival factions fought beside guards of both sides."
    for piece in ("factions", "guards of both sides"):
        start = text.index(piece)
        party = Party(piece, start, start + len(piece), piece, "PER GOV", "PER", "GOV")
        told = [claim((LIMA,), (POSTS,)), claim((party,), ())]
        assert with_both_named(told, text) == told


def test_governments_that_are_not_two_stay() -> None:
    party = msgspec.structs.replace(words("posts"), text="governments")
    some = claim((), (party,))
    told = [claim((LIMA,), (POSTS,)), some]
    assert with_both_named(told, TEXT) == told
